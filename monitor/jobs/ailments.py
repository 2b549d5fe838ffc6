"""What the process itself knows to be amiss and no table holds: ticks that failed, a configuration that was refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.errors import ConfigError, StoreError
from monitor.model import EventKind, Finding
from monitor.net.redaction import redact

if TYPE_CHECKING:
    from datetime import datetime

#: a failure is found for this long after the last time
LATELY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Failure:
    """How often something failed in a row, and the last time why."""

    first: datetime
    last: datetime
    times: int
    why: str

    def detail(self) -> str:
        if self.times == 1:
            return f"at {self.first:%H:%M} UTC: {self.why}"
        return f"{self.times} times from {self.first:%H:%M} to {self.last:%H:%M} UTC, the last: {self.why}"


class Ailments:
    """Written by the ticks' threads, read by the watcher."""

    def __init__(self) -> None:
        self._failures: dict[tuple[EventKind, str], _Failure] = {}
        self._refused = ""

    def failed(self, name: str, error: Exception, now: datetime) -> None:
        """The tick `name` ended with `error`."""
        refused = isinstance(error, StoreError)
        kind = EventKind.DATABASE_REFUSED if refused else EventKind.TICK_FAILED
        why = redact(str(error)) if refused else f"a bug in monitor, {type(error).__name__}; the log has it"
        key = (kind, "" if refused else name)
        before = self._failures.get(key)
        if before is None or now - before.last > LATELY:
            before = _Failure(now, now, 0, why)
        self._failures[key] = replace(before, last=now, times=before.times + 1, why=why)

    def reload_refused(self, error: ConfigError) -> None:
        """The files are wrong; what was read before is kept."""
        first = redact(str(error.mistakes[0])) if error.mistakes else ""
        more = f", and {len(error.mistakes) - 1} more mistakes" if len(error.mistakes) > 1 else ""
        self._refused = f"{first}{more}"

    def reloaded(self) -> None:
        """The files are right again."""
        self._refused = ""

    def findings(self, now: datetime) -> tuple[Finding, ...]:
        """What is amiss."""
        lately = {key: f for key, f in list(self._failures.items()) if now - f.last <= LATELY}
        found = [Finding(kind=kind, subject=s, detail=f.detail()) for (kind, s), f in lately.items()]
        if self._refused:
            found.append(Finding(kind=EventKind.RELOAD_REFUSED, detail=self._refused))
        return tuple(found)
