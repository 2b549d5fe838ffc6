"""Pure. What the entries of a whole document mean together: a gap, a flood, entries that were withdrawn."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.feeds.identity import folded_title
from monitor.model import Novelty

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.feeds.identity import Sorted
    from monitor.model import KnownItem

#: fewer new entries than this are never a flood
FLOOD_MINIMUM = 20
#: this many times the expected number is one
FLOOD_FACTOR = 5.0
#: in documents with fewer dated entries than this nothing is called withdrawn
WITHDRAWN_MINIMUM = 6
#: of a document's entries, the share (and at least `OLDER_STAY` of them) that must be older than what is
#: missing: a few
#: pinned ones stay while everything else passes
OLDER_SHARE, OLDER_STAY = 0.2, 3
#: of neighbouring entries, the share that may stand against the order of their dates
DISORDER = 0.1
#: when more of the document's size than this is missing, the feed was rearranged
WITHDRAWN_SHARE = 0.3


def is_gap(result: Sequence[Sorted], *, seen_before: bool) -> bool:
    """Whether this poll and the one before share no entry, so that something may have passed between them."""
    return seen_before and bool(result) and all(s.novelty is Novelty.NEW for s in result)


def news(result: Sequence[Sorted]) -> int:
    """How many entries are new."""
    return sum(s.novelty is Novelty.NEW for s in result)


def is_flood(result: Sequence[Sorted], *, seen_before: bool, expected: float | None) -> bool:
    """Whether a document brings far more new entries than the feed's rhythm explains.

    `expected`: new entries that the time since the last successful poll would bring (rate times elapsed
    time), None where the rhythm is not known yet; then nothing is called a flood.
    """
    new = news(result)
    if not seen_before or expected is None or new < FLOOD_MINIMUM:
        return False
    return new > FLOOD_FACTOR * max(expected, 1.0)


def withdrawn(result: Sequence[Sorted], listed: Sequence[KnownItem]) -> tuple[int, ...]:
    """The ids of `listed` items (lately in this feed, dated) that were taken out of it by hand.

    A feed of the newest entries loses its oldest: what is missing although several older ones and a newer one
    are there was withdrawn. Where the entries do not stand in the order of their dates (search results, most
    read) nothing can be said, nor where an entry with the address or title of the missing one is there: it
    was replaced.
    """
    between, dates = bounds(result), _dates(result)
    if between is None:
        return ()
    after, before = between
    present = {s.known.id for s in result if s.known is not None}
    addresses = {s.canonical_url for s in result if s.canonical_url}
    titles = {folded_title(s.entry.title) for s in result}
    missing = [
        known.id
        for known in listed
        if known.id not in present
        and known.canonical_url not in addresses
        and folded_title(known.title) not in titles
        and known.published_at is not None
        and after < known.published_at < before
    ]
    return tuple(missing) if len(missing) <= WITHDRAWN_SHARE * len(dates) else ()


def bounds(result: Sequence[Sorted]) -> tuple[datetime, datetime] | None:
    """Between which dates an item must lie for its absence to mean something: enough entries are older, and
    one is newer. None where it means nothing.
    """
    dates = _dates(result)
    stay = math.ceil(max(OLDER_STAY, OLDER_SHARE * len(dates)))
    if len(dates) < max(WITHDRAWN_MINIMUM, stay) or not _in_order(dates):
        return None
    dates.sort()
    return dates[stay - 1], dates[-1]


def _dates(result: Sequence[Sorted]) -> list[datetime]:
    return [at for s in result if (at := s.entry.published_at or (s.known and s.known.published_at))]


def _in_order(dates: Sequence[datetime]) -> bool:
    """Newest first or oldest first, but for a few."""
    falling = sum(later > earlier for earlier, later in pairwise(dates))
    rising = sum(later < earlier for earlier, later in pairwise(dates))
    return min(falling, rising) <= DISORDER * len(dates)
