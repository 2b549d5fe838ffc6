"""Whatever happens in whatever order: every alerting story is told to each of its receivers once, every matched item is
in exactly one digest of each series and reader. Random histories over a real database and the real jobs."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from monitor.config.model import DigestConfig
from monitor.jobs.groups import open_groups
from monitor.model import Severity, Side
from tests.support.faults import monitor, parts_of, with_config
from tests.support.stored import assessed, match, told

if TYPE_CHECKING:
    from monitor.parts import Parts
    from tests.support.faults import World

START = datetime(2026, 3, 27, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RECEIVERS = ("r0", "r1", "r2", "r3")
WATCHLISTS = ("envoys", "wagner")
ZONES = ("Africa/Tripoli", "Europe/Rome", "America/New_York", "Asia/Kathmandu")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOUD = (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
#: an example takes a second, so a failing one is shown as it was found
RANDOM = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """Parts with four receivers whose messages are JSON and stay in the outbox."""
    said = [{"name": name, "webhook": {"url": "https://example.test/"}} for name in RECEIVERS]
    return parts_of(tmp_path_factory.mktemp("parts"), said)


@dataclass(frozen=True)
class News:
    """An item that matched, a story of its own unless it repeats another's."""

    severity: Severity
    watchlist: str
    side: Side


@dataclass(frozen=True)
class Wait:
    """Time passes, in minutes, or the clock is set."""

    minutes: int
    jump: bool = False


NEWS = st.builds(
    News,
    st.sampled_from(tuple(Severity)),
    st.sampled_from(WATCHLISTS),
    st.sampled_from([Side("independent"), Side("russia-state")]),
)
WAITS = st.builds(Wait, st.integers(1, 60 * 30))
JUMPS = st.builds(Wait, st.sampled_from([60 * hours for hours in (-50, -15, -1, 1, 15, 50)]), st.just(True))


def title(number: int) -> str:
    """A title that is in no other text."""
    return f"Report no{number}x of an envoy"


def put(world: World, number: int, news: News, *, again: int = 0) -> str:
    """Store an item of story `number`; the story."""
    story = f"s-{number}"
    with world.app.db.transaction() as tx:
        entry = assessed(
            f"guid:{number}-{again}",
            matches=(match(severity=news.severity, watchlist=news.watchlist),),
            title=title(number),
            outlet_side=news.side,
            published_at=START,
        )
        told(tx, story, entry, at=world.clock())
    return story


def payloads(world: World, kind: str) -> list[tuple[str, str, str]]:
    """Receiver, cause and body of every message of `kind` that was promised."""
    with world.app.db.snapshot() as tx:
        found = tx.exec_driver_sql(
            "SELECT receiver, cause, payload FROM deliveries WHERE kind = ? ORDER BY seq", (kind,)
        ).all()
    return [(row[0], row[1] or "", orjson.loads(row[2])["body"]) for row in found]


# --- digests ---------------------------------------------------------------------------------------------

SERIES = st.builds(
    dict,
    at=st.times().map(lambda t: f"{t:%H:%M}"),
    timezone=st.sampled_from(ZONES),
    days=st.sets(st.sampled_from(DAYS), min_size=1).map(sorted),
    min_severity=st.sampled_from(["info", "low", "high"]),
    empty=st.sampled_from(["send", "skip", "only-when-unhealthy"]),
)


@given(
    said=st.lists(SERIES, min_size=1, max_size=2),
    history=st.lists(st.one_of(NEWS, WAITS, JUMPS), min_size=3, max_size=14),
)
@example(
    said=[{"at": "07:00", "timezone": "Europe/Rome", "min_severity": "low"}],
    history=[Wait(3000, True), Wait(-3000, True), News(Severity.HIGH, "wagner", Side("independent"))],
)
@RANDOM
def test_every_item_is_in_exactly_one_digest_of_a_series(
    said: list[dict[str, Any]], history: list[News | Wait], base: Parts
) -> None:
    """Random zones, times, days, downtimes and clocks; what is below the series' severity is in none."""
    series = tuple(
        DigestConfig.model_validate({"series": f"series-{n}", "receivers": ["r0", "r1"], **one})
        for n, one in enumerate(said)
    )
    with tempfile.TemporaryDirectory() as name, _digesting(Path(name), base, series) as world:
        known = _lived(world, history)
        for _ in range(9):
            world.clock.later(DAY)
            world.app.digest()
        sent = payloads(world, "digest")
    for number, news in known.items():
        for one in series:
            for reader in ("r0", "r1"):
                tellings = sum(
                    title(number) in body
                    for receiver, cause, body in sent
                    if receiver == reader and cause.startswith(f"digest:{one.series}:")
                )
                assert tellings == (news.severity.rank >= one.min_severity.rank)


def _digesting(folder: Path, base: Parts, series: tuple[DigestConfig, ...]) -> Any:
    return monitor(folder, with_config(base, digests=series), now=START)


def _lived(world: World, history: list[News | Wait]) -> dict[int, News]:
    """Let `history` happen, with a tick after each step; the news by number."""
    known: dict[int, News] = {}
    for number, step in enumerate(history):
        if isinstance(step, News):
            known[number] = step
            put(world, number, step)
        else:
            world.clock.later(step.minutes * MINUTE)
            if step.jump:
                world.app.repair_clock()
            world.app.digest()
    return known


# --- alerts ----------------------------------------------------------------------------------------------


def _routes(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    children = st.lists(_routes(depth - 1), max_size=3) if depth else st.just([])
    return st.fixed_dictionaries(
        {"routes": children, "continue": st.booleans(), "match": _MATCHES},
        optional={
            "receiver": st.sampled_from(RECEIVERS),
            "group_wait": st.sampled_from(["0s", "30s", "5m"]),
            "group_by": st.sampled_from([["story"], ["watchlist"], ["severity"], ["side"]]),
        },
    )


_MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "severity": st.sets(st.sampled_from([s.value for s in LOUD]), min_size=1).map(sorted),
        "watchlist": st.sampled_from(WATCHLISTS).map(lambda w: [w]),
        "side": st.sampled_from(["independent", "russia-state"]).map(lambda s: [s]),
    },
)


def expected(route: dict[str, Any], news: News, inherited: str) -> list[str]:
    """Who is to hear of `news`, by a reading of the route tree of our own."""
    receiver = route.get("receiver", inherited)
    heard: list[str] = []
    for child in route["routes"]:
        asked = child["match"]
        wrong = (
            news.severity.value not in asked.get("severity", [news.severity.value]),
            news.watchlist not in asked.get("watchlist", [news.watchlist]),
            news.side not in asked.get("side", [news.side]),
        )
        if any(wrong):
            continue
        heard += expected(child, news, receiver)
        if not child["continue"]:
            break
    return heard or [receiver]


@given(
    tree=st.lists(_routes(1), max_size=3),
    history=st.lists(st.one_of(NEWS, WAITS, st.integers(0, 9)), min_size=3, max_size=14),
)
@RANDOM
def test_every_loud_story_is_told_to_each_of_its_receivers_once(
    tree: list[dict[str, Any]], history: list[News | Wait | int], base: Parts
) -> None:
    """Random route trees, orders and repeats; a number reports an earlier story again, with nothing new in it."""
    top = {"receiver": "r0", "routes": tree, "group_wait": "1m", "group_interval": "10m"}
    route = type(base.settings.route).model_validate(top)
    alerting = with_config(base, route=route)
    with tempfile.TemporaryDirectory() as name, monitor(Path(name), alerting, now=START) as world:
        known = _told(world, history)
        for _ in range(4):
            world.clock.later(DAY)
            world.app.alert()
        sent = payloads(world, "alert")
    for number, news in known.items():
        loud = news.severity in LOUD
        heard = set(expected(top, news, "r0")) if loud else set()
        tellings = {r: sum(title(number) in body for to, _, body in sent if to == r) for r in RECEIVERS}
        assert tellings == {r: int(r in heard) for r in RECEIVERS}


def _told(world: World, history: list[News | Wait | int]) -> dict[int, News]:
    """Let `history` happen as polls would; the news by number."""
    known: dict[int, News] = {}
    for number, step in enumerate(history):
        if isinstance(step, Wait):
            world.clock.later(step.minutes * MINUTE)
            world.app.alert()
        elif isinstance(step, News):
            known[number] = step
            _opened(world, put(world, number, step))
        elif step in known:
            _opened(world, put(world, step, known[step], again=number))
    return known


def _opened(world: World, story: str) -> None:
    """What the poll that stored the item does in its transaction; twice, as after a crash."""
    parts = world.app.parts
    for _ in range(2):
        with world.app.db.transaction() as tx:
            open_groups(tx, [story], parts.settings.route, judge=parts.judge, now=world.clock())
