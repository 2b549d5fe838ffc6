"""Failpoints: the moments between two steps of the line, where a crash must cost nothing.

`MONITOR_FAILPOINT=claimed:3` ends the process with SIGKILL when it passes the failpoint `claimed` for the
third time: no handler, no clean-up, nothing flushed, as a power cut or the kernel's memory killer would do
it. Without the variable passing a failpoint does nothing. The crash campaign (`make crash`,
docs/explanation/crash-campaign.md) is its only user.
"""

from __future__ import annotations

import os
import signal
import threading

VARIABLE = "MONITOR_FAILPOINT"

#: name -> the moment it stands for; CHANNEL is the kind of receiver
FAILPOINTS = {
    "copied": "the copy of an older database is made, its tables are still the old ones",
    "migrating": "the migration is done inside its transaction, not committed",
    "migrated": "the migration is committed, nothing else was done",
    "feeds-synced": "the feeds of the files are stored, leases of the dead sender are not yet taken over",
    "released": "those leases are ended, no tick has run",
    "fetched": "a feed has answered, nothing of it is read",
    "parsed": "its document is parsed and compared, nothing is decided",
    "poll-writing": "items, stories, groups and validators are written, not committed",
    "poll-written": "they are committed",
    "alert-writing": "an alert's message and its deliveries are written, not committed",
    "alert-written": "they are committed, nobody was sent anything",
    "digest-writing": "a digest's deliveries and its ledger row are written, not committed",
    "digest-written": "they are committed, nobody was sent anything",
    "claimed": "a delivery is leased, nothing is under way",
    "sending-CHANNEL": "the channel is about to be called",
    "accepted-CHANNEL": "the channel took the message, nothing of that is written",
    "settling": "the end of an attempt is written, not committed",
    "settled": "it is committed",
    "pruning": "old rows are deleted, not committed",
    "pruned": "pruning is done, the tick is not written down",
}


def passed(name: str) -> None:
    """The line is at the failpoint `name`."""
    if _wanted is not None:
        _wanted.passed(name)


class _Wanted:
    """The failpoint that ends this process, and how often it is still to be passed."""

    def __init__(self, name: str, times: int) -> None:
        self._name = name
        self._left = times
        self._lock = threading.Lock()

    def passed(self, name: str) -> None:
        if name != self._name:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def _read(value: str) -> _Wanted | None:
    """`name` or `name:times`; nothing: no failpoint."""
    name, _, times = value.partition(":")
    return _Wanted(name, int(times or 1)) if name else None


_wanted = _read(os.environ.get(VARIABLE, ""))
