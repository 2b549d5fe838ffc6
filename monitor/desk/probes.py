"""Is it alive, is it ready, how is it doing: for machines that ask every few seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.desk.asked import Answer, document
from monitor.errors import StoreError
from monitor.jobs import watch
from monitor.store import health_file

if TYPE_CHECKING:
    from monitor.desk.asked import Asked, Desk

_PLAIN = "text/plain; charset=utf-8"


def alive(_desk: Desk, _asked: Asked) -> Answer:
    """The process answers."""
    return document(b"alive\n", _PLAIN)


def ready(desk: Desk, asked: Asked) -> Answer:
    """Whether nothing stands still; what does is told by `monitor status`, to those who may know."""
    try:
        late = _late(desk, asked)
    except StoreError:
        return _unready(b"not ready: the database refuses\n")
    if late:
        return _unready(b"not ready: something stands still; monitor status says what\n")
    return document(b"ready\n", _PLAIN)


def _unready(said: bytes) -> Answer:
    return Answer(status=503, document=said, headers={"Content-Type": _PLAIN})


def metrics(desk: Desk, asked: Asked) -> Answer:
    """Figures for Prometheus, in its text format."""
    from monitor.desk.metrics import exposition

    body, kind = exposition(desk, asked.now)
    return document(body, kind)


def _late(desk: Desk, asked: Asked) -> tuple[str, ...]:
    """What the daemon found at its last look, where that was lately; else what the database says."""
    app = desk.app
    seen = health_file.read(app.db.path, asked.now) if app.db.path is not None else None
    if seen is None:
        with app.db.snapshot() as tx:
            seen = watch.health(tx, app.parts.settings, asked.now)
    return seen.late
