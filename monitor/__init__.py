"""Watch the news for foreign influence: feeds in, explained matches, alerts and digests out.

Start reading at `monitor/model/` (the nouns), then `monitor/jobs/` (the verbs).
"""

__version__ = "0.1.0"
