"""Watch the news for foreign influence: feeds in, explained matches, alerts and digests out.

Start reading at `monitor/model/` (the nouns), then `monitor/jobs/` (the verbs).
"""

import sys

# httpx has a command line of its own, for which it loads rich and pygments wherever they are installed; none
# of it is used here
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

__version__ = "0.1.0"
