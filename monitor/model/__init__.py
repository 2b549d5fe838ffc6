"""Pure. Every noun of the house; read its pages first: words, feeds, matching, polls, stories,
corroboration, delivery, events.

Types are named for their moment: `Entry` is what a feed said, `Item` what we keep, `PollRecord` what one poll
means. All are frozen; times are aware UTC datetimes; tuples, not lists.
"""

from monitor.model.corroboration import *
from monitor.model.delivery import *
from monitor.model.events import *
from monitor.model.feeds import *
from monitor.model.matching import *
from monitor.model.polls import *
from monitor.model.stories import *
from monitor.model.words import *
