"""Pure. Whether a story is silenced, by whom and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model.matchers import hold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.model.alerting import Silence


def silenced_by(
    labels: Mapping[str, Sequence[str]], silences: Iterable[Silence], now: datetime
) -> Silence | None:
    """The first active silence all of whose matchers hold; one without matchers holds for nothing."""
    active = (silence for silence in silences if silence.matchers and silence.state(now) == "active")
    return next((silence for silence in active if hold(silence.matchers, labels)), None)


def why(silence: Silence) -> str:
    """`silenced by ann until 2026-03-01 12:00 UTC: exercise (silence 3)`."""
    until = f"{silence.ends_at:%Y-%m-%d %H:%M} UTC"
    return f"silenced by {silence.author} until {until}: {silence.reason} (silence {silence.id})"
