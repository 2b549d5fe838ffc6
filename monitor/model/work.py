"""Pure. What is due at a moment, and what was done last: polling, alerting, digests, each receiver's lane."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class WorkKind(StrEnum):
    """Whose work it is."""

    POLLING = "polling"
    ALERTING = "alerting"
    DIGEST = "digest"
    #: the deliveries of one receiver
    LANE = "lane"
    #: a job with a rhythm and nothing that waits for it
    JOB = "job"


class Pace(StrEnum):
    """How work that is due goes on."""

    #: nothing is due, or only just
    WELL = "well"
    #: due for some minutes, and not yet for as long as somebody is to be told
    WAITING = "waiting"
    #: due since before the monitor was started, and that was only now
    CATCHING_UP = "catching-up"
    #: due for too long, while other work of the kind is done
    LATE = "late"
    #: due for too long, and nothing of the kind is done
    STANDS_STILL = "stands-still"
    #: it is not worked at on purpose: its receiver is suspended or paused
    RESTS = "rests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One kind of work as the database shows it."""

    kind: WorkKind
    #: the receiver of a lane, the name of a job; empty where there is only one of the kind
    subject: str = ""
    #: how many things wait
    due: int = 0
    #: since when the oldest of them is due; None: nothing is
    since: datetime | None = None
    #: which one that is, or what is known of it
    oldest: str = ""
    #: when something of the kind was completed last
    done_at: datetime | None = None
    #: what is due for so long is told
    tell_after: timedelta
    #: why it is not worked at; empty where it is
    resting: str = ""
    #: another receiver was told of it already
    told: bool = False

    @property
    def name(self) -> str:
        """`polling`, `lane desk`."""
        return f"{self.kind} {self.subject}".rstrip()
