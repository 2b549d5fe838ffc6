"""What machines ask every few seconds: is it alive, is it ready, and figures for Prometheus, read from the
database when they are asked for. Any process may be asked.

Names by Prometheus' practice: base units, `_total` for what only grows, moments as UNIX time. One collector
in a registry of its own, because figures that a process keeps are wrong as soon as there are two.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from monitor import __version__
from monitor.desk.asked import Answer, document
from monitor.errors import StoreError
from monitor.jobs import watch
from monitor.model import Pace
from monitor.store import desk as figures
from monitor.store import events, facts, journal, liveness, receivers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.desk.asked import Asked, Desk
    from monitor.store.desk import Passage

#: alerts of this time tell the latencies
WINDOW = timedelta(days=1)
_QUANTILES = (0.5, 0.95)
_STAGES: Mapping[str, Callable[[Passage], timedelta | None]] = {
    "published_to_seen": lambda p: p.seen_at - p.published_at if p.published_at else None,
    "seen_to_queued": lambda p: p.queued_at - p.seen_at,
    "queued_to_delivered": lambda p: p.delivered_at - p.queued_at,
    "published_to_delivered": lambda p: p.delivered_at - p.published_at if p.published_at else None,
}


def exposition(desk: Desk, now: datetime) -> tuple[bytes, str]:
    """All figures as they are at `now`, and the kind of document that is."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(desk, now))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Figures(Collector):
    def __init__(self, desk: Desk, now: datetime) -> None:
        self._desk, self._now = desk, now

    def collect(self) -> Iterator[Metric]:
        yield _gauge("monitor_build_info", "Which version this is.", {(__version__,): 1}, "version")
        with self._desk.app.db.snapshot() as tx:
            yield from _totals(tx)
            yield from _work(watch.look(tx, self._desk.app.parts.settings, self._now))
            yield from _jobs(tx)
            unwell = [line.state for line in events.unwell(tx, self._now)]
            states = figures.feeds_by_state(tx, unwell)
            yield _gauge("monitor_feeds", "Feeds by state.", {(k,): v for k, v in states.items()}, "state")
            yield from _receivers(tx)
            open_events = {(e.kind.value, e.subject): 1 for e in events.unclosed(tx)}
            yield _gauge("monitor_event_open", "What is wrong.", open_events, "kind", "subject")
            yield _latencies(figures.passages(tx, self._now - WINDOW))


def _gauge(name: str, said: str, values: Mapping[Any, float], *labels: str) -> Metric:
    made = GaugeMetricFamily(name, said, labels=labels)
    for label, value in values.items():
        made.add_metric(label, value)
    return made


def _totals(tx: Any) -> Iterator[Metric]:
    said = {
        "items": "Items that were ever stored.",
        "matches": "Matches that were ever found.",
        "deliveries": "Deliveries that were ever promised.",
    }
    for name, value in figures.totals(tx).items():
        yield CounterMetricFamily(f"monitor_{name}", said[name], value=value)


def _work(found: Sequence[watch.Progress]) -> Iterator[Metric]:
    """What is due and not done; nothing of that has no moment."""

    def of(value: Callable[[watch.Progress], float | None]) -> dict[tuple[str, ...], float]:
        values = {(p.work.kind.value, p.work.subject): value(p) for p in found}
        return {label: v for label, v in values.items() if v is not None}

    labels = ("work", "subject")
    yield _gauge("monitor_work_due", "Things that are due.", of(lambda p: p.work.due), *labels)
    oldest = of(lambda p: p.work.since.timestamp() if p.work.since else None)
    yield _gauge("monitor_work_oldest_due_timestamp_seconds", "Since when the oldest is.", oldest, *labels)
    done = of(lambda p: p.work.done_at.timestamp() if p.work.done_at else None)
    yield _gauge("monitor_work_last_done_timestamp_seconds", "When one was last done.", done, *labels)
    stuck = of(lambda p: float(p.pace is Pace.STANDS_STILL))
    yield _gauge("monitor_work_stands_still", "1 where it does not go on.", stuck, *labels)


def _jobs(tx: Any) -> Iterator[Metric]:
    last = {(name,): at.timestamp() for name, at in facts.ticks(tx).items()}
    yield _gauge("monitor_tick_last_success_timestamp_seconds", "When a tick last ended well.", last, "tick")


def _receivers(tx: Any) -> Iterator[Metric]:
    owed = {(name,): count for name, count in journal.owed(tx).items()}
    yield _gauge("monitor_deliveries_owed", "Deliveries still to be made.", owed, "receiver")
    states = receivers.states(tx)
    last = {(s.name,): s.last_delivered_at.timestamp() for s in states if s.last_delivered_at}
    yield _gauge(
        "monitor_receiver_last_delivered_timestamp_seconds", "When it last took one.", last, "receiver"
    )
    suspended = {(s.name,): float(s.suspended_at is not None) for s in states}
    yield _gauge("monitor_receiver_suspended", "1 where nothing is sent to it.", suspended, "receiver")


def _latencies(found: Sequence[Passage]) -> Metric:
    values: dict[tuple[str, ...], float] = {}
    for stage, span in _STAGES.items():
        spans = sorted(s.total_seconds() for p in found if (s := span(p)) is not None)
        for q in _QUANTILES if spans else ():
            values[stage, str(q)] = max(0.0, spans[min(len(spans) - 1, int(q * len(spans)))])
    said = "How long alerts of the last day took."
    return _gauge("monitor_alert_latency_seconds", said, values, "stage", "quantile")


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
    seen = liveness.read(app.db.path, asked.now) if app.db.path is not None else None
    if seen is None:
        with app.db.snapshot() as tx:
            seen = watch.health(tx, app.parts.settings, asked.now)
    return seen.late
