"""Pure. Every noun of the house; read its pages first: words, feeds, matching, polls, stories, tellings, delivery.

Types are named for their moment: `Entry` is what a feed said, `Item` what we keep, `PollRecord` what one poll means.
All are frozen; times are aware UTC datetimes; tuples, not lists.
"""

from monitor.model.corroboration import (
    Change,
    ContactSource,
    Corroboration,
    Judged,
    LedgerContact,
    Participant,
    SinceThen,
    Standing,
    Step,
    Voice,
)
from monitor.model.delivery import (
    Delivered,
    Delivery,
    Message,
    MessageKind,
    Outcome,
    Rejected,
    TryLater,
)
from monitor.model.events import (
    Event,
    EventKind,
    Finding,
)
from monitor.model.feeds import (
    MOVE_CONFIRMED,
    MOVE_LASTS,
    Coverage,
    DateFlag,
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFault,
    FetchResult,
    Fulltext,
    Item,
    NotModified,
    ParsedFeed,
)
from monitor.model.matching import (
    Contact,
    ContactStatus,
    ContactType,
    Decision,
    Evidence,
    Fact,
    Match,
    Speaker,
    Suppressed,
)
from monitor.model.polls import (
    Assessed,
    KnownItem,
    Novelty,
    PollRecord,
)
from monitor.model.rhythm import (
    Asks,
    Rhythm,
)
from monitor.model.stories import (
    CoverageReport,
    FeedHealth,
    RelatedStory,
    Story,
    StoryItem,
)
from monitor.model.words import (
    Severity,
    Side,
)
from monitor.model.work import (
    Pace,
    Work,
    WorkKind,
)

__all__ = [
    "MOVE_CONFIRMED",
    "MOVE_LASTS",
    "Asks",
    "Assessed",
    "Change",
    "Contact",
    "ContactSource",
    "ContactStatus",
    "ContactType",
    "Corroboration",
    "Coverage",
    "CoverageReport",
    "DateFlag",
    "Decision",
    "Delivered",
    "Delivery",
    "Entry",
    "Event",
    "EventKind",
    "Evidence",
    "Fact",
    "Feed",
    "FeedHealth",
    "FeedState",
    "FetchFailed",
    "FetchFault",
    "FetchResult",
    "Fetched",
    "Finding",
    "Fulltext",
    "Item",
    "Judged",
    "KnownItem",
    "LedgerContact",
    "Match",
    "Message",
    "MessageKind",
    "NotModified",
    "Novelty",
    "Outcome",
    "Pace",
    "ParsedFeed",
    "Participant",
    "PollRecord",
    "Rejected",
    "RelatedStory",
    "Rhythm",
    "Severity",
    "Side",
    "SinceThen",
    "Speaker",
    "Standing",
    "Step",
    "Story",
    "StoryItem",
    "Suppressed",
    "TryLater",
    "Voice",
    "Work",
    "WorkKind",
]
