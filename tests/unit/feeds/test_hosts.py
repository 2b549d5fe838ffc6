"""Many fetches at once, without a network: order, slots, hosts that hang, ending, bugs."""

from __future__ import annotations

import asyncio
import itertools
import queue
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from monitor.feeds import hosts
from monitor.feeds.fetch import FetchRequest
from monitor.feeds.hosts import Fetching, Manners, Wanted
from monitor.model import FetchFailed, FetchFault, FetchResult
from monitor.net.client import NetPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from monitor.net.transport import FetchClient

POLICY = NetPolicy(user_agent="test/1")
DONE = FetchFailed(fault=FetchFault.GONE, detail="")


def wanted(*urls: str) -> list[Wanted[int]]:
    return [Wanted(key=n, request=FetchRequest(url=url)) for n, url in enumerate(urls)]


@contextmanager
def fetching(
    *, concurrency: int = 20, host_gap: float = 0.0, manners: Manners[int] | None = None
) -> Iterator[tuple[Fetching[int], queue.SimpleQueue[tuple[Wanted[int], FetchResult | Exception]]]]:
    """A running fetch, and where its results go."""
    results: queue.SimpleQueue[tuple[Wanted[int], FetchResult | Exception]] = queue.SimpleQueue()
    made = Fetching(
        POLICY,
        lambda one, result: results.put((one, result)),
        concurrency=concurrency,
        host_gap=host_gap,
        jitter=lambda: 0.0,
        manners=manners,
    )
    with closing(made):
        yield made, results


def run(
    these: list[Wanted[int]], *, concurrency: int = 20, host_gap: float = 0.0
) -> list[tuple[Wanted[int], FetchResult | Exception]]:
    """All of them, each taken as it comes."""
    with fetching(concurrency=concurrency, host_gap=host_gap) as (fetch, results):
        for one in these:
            fetch.add(one)
        found = []
        for _ in these:
            found.append(results.get(timeout=10))
            fetch.taken()
        return found


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], Awaitable[FetchResult]]], None]:
    """Put a function of the URL in the place of `fetch`."""

    def put(answer: Callable[[str], Awaitable[FetchResult]]) -> None:
        async def fetch(_client: FetchClient, request: FetchRequest) -> FetchResult:
            return await answer(request.url)

        monkeypatch.setattr(hosts, "fetch", fetch)

    return put


def test_each_wanted_comes_back_once_with_its_key(answering: Callable[..., None]) -> None:
    async def answer(_url: str) -> FetchResult:
        return DONE

    answering(answer)
    urls = [f"http://h{n % 7}.example/{n}" for n in range(100)]
    assert sorted(one.key for one, _ in run(wanted(*urls))) == list(range(100))


def test_an_unreadable_address_fails_alone() -> None:
    results = list(run(wanted("nonsense", "http://", "ftp://x/")))
    assert len(results) == 3
    assert all(isinstance(result, FetchFailed) for _, result in results)


def test_a_bug_in_one_fetch_is_handed_over_and_the_others_go_on(answering: Callable[..., None]) -> None:
    async def answer(url: str) -> FetchResult:
        if "bad" in url:
            raise ZeroDivisionError(url)
        return DONE

    answering(answer)
    results = {
        one.key: result for one, result in run(wanted("http://a.x/bad", "http://a.x/1", "http://b.x/"))
    }
    assert isinstance(results[0], ZeroDivisionError)
    assert results[0].__traceback__ is not None
    assert results[1] is results[2] is DONE


def test_two_hundred_feeds_of_one_host_do_not_keep_the_others_waiting(answering: Callable[..., None]) -> None:
    async def answer(_url: str) -> FetchResult:
        await asyncio.sleep(0.005)
        return DONE

    answering(answer)
    crowd = [f"http://big.example/{n}" for n in range(200)]
    few = [f"http://h{n}.example/" for n in range(30)]
    order = [one.key for one, _ in run(wanted(*crowd, *few), concurrency=4)]
    assert max(order.index(n) for n in range(200, 230)) < 60


def test_one_host_is_asked_by_one_at_a_time_with_a_pause_between(answering: Callable[..., None]) -> None:
    spans: list[tuple[float, float]] = []

    async def answer(_url: str) -> FetchResult:
        began = time.monotonic()
        await asyncio.sleep(0.01)
        spans.append((began, time.monotonic()))
        return DONE

    answering(answer)
    urls = ("http://A.example/1", "https://a.example:8443/2", "http://u:p@a.example/3", "http://a.example/4")
    list(run(wanted(*urls), host_gap=0.05))
    assert all(later[0] - earlier[1] >= 0.045 for earlier, later in itertools.pairwise(spans))


def test_results_that_nobody_takes_hold_up_the_fetching(answering: Callable[..., None]) -> None:
    """Bodies wait in memory: no more of them than slots."""
    started = 0

    async def answer(_url: str) -> FetchResult:
        nonlocal started
        started += 1
        return DONE

    answering(answer)
    with fetching(concurrency=3) as (fetch, results):
        for one in wanted(*(f"http://h{n}.example/" for n in range(50))):
            fetch.add(one)
        results.get(timeout=5)
        time.sleep(0.2)
        assert started == 3
        for _ in range(49):
            fetch.taken()
            results.get(timeout=5)


def hanging(answered: Callable[..., None], *, deadline: float = 60.0) -> None:
    """Addresses with `dead` in them leave everybody without an answer."""

    async def answer(url: str) -> FetchResult:
        if "dead" not in url:
            return DONE
        await asyncio.sleep(deadline)
        return FetchFailed(fault=FetchFault.TIMEOUT, detail="")

    answered(answer)


def test_hosts_that_hang_do_not_keep_the_slots(
    answering: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty dead hosts before thirty good ones, four slots."""
    monkeypatch.setattr(hosts, "PATIENCE", 0.05)
    monkeypatch.setattr(hosts, "ASIDE", 5)
    hanging(answering)
    dead = [f"http://dead{n}.example/" for n in range(20)]
    with fetching(concurrency=4) as (fetch, results):
        for one in wanted(*dead, *(f"http://good{n}.example/" for n in range(30))):
            fetch.add(one)
        for _ in range(30):
            assert results.get(timeout=5)[0].key >= 20
            fetch.taken()


def test_there_is_an_end_to_those_that_are_set_aside(
    answering: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more connections than slots and three times as many aside."""
    monkeypatch.setattr(hosts, "PATIENCE", 0.02)
    started: list[str] = []

    async def answer(url: str) -> FetchResult:
        started.append(url)
        await asyncio.sleep(60)
        return DONE

    answering(answer)
    with fetching(concurrency=2) as (fetch, _results):
        for one in wanted(*(f"http://h{n}.example/" for n in range(20))):
            fetch.add(one)
        time.sleep(0.5)
    assert len(started) == 2 * (1 + hosts.ASIDE)


def test_what_waits_for_a_dead_host_fails_with_those_before_it(answering: Callable[..., None]) -> None:
    """After two requests without an answer, not after twenty; the next round begins with one."""
    hanging(answering, deadline=0.05)
    manners: Manners[int] = Manners()
    with fetching(manners=manners) as (fetch, results):
        for one in wanted(*(f"http://dead.example/{n}" for n in range(20))):
            fetch.add(one)
        failed = [results.get(timeout=5)[1] for _ in range(20)]
    assert [isinstance(f, FetchFailed) and f.fault for f in failed] == [FetchFault.TIMEOUT] * 20
    assert [isinstance(f, FetchFailed) and "not asked" in f.detail for f in failed] == [False] * 2 + [
        True
    ] * 18
    with fetching(manners=manners) as (fetch, results):
        for one in wanted(*(f"http://dead.example/{n}" for n in range(3))):
            fetch.add(one)
        again = [results.get(timeout=5)[1] for _ in range(3)]
    assert [isinstance(f, FetchFailed) and "not asked" in f.detail for f in again] == [False, True, True]


def test_a_host_that_answers_now_and_then_is_not_dead(answering: Callable[..., None]) -> None:
    """One address of many hangs: the others are asked."""
    hanging(answering, deadline=0.05)
    urls = [f"http://h.example/{'dead' if n % 2 else 'good'}/{n}" for n in range(8)]
    assert [result is DONE for _one, result in run(wanted(*urls))] == [True, False] * 4


def test_feeds_go_before_articles_and_do_not_fail_with_them(answering: Callable[..., None]) -> None:
    """A feed waits for the one article under way, at most."""
    hanging(answering, deadline=0.05)
    articles = [
        Wanted(key=n, request=FetchRequest(url=f"http://h.example/dead/{n}"), last=True) for n in range(4)
    ]
    feed = Wanted(key=9, request=FetchRequest(url="http://h.example/good"))
    with fetching() as (fetch, results):
        for one in (*articles, feed):
            fetch.add(one)
        order = [results.get(timeout=5) for _ in range(5)]
    assert [one.key for one, _ in order] == [0, 9, 1, 2, 3]
    assert order[1][1] is DONE


def test_a_host_rests_between_two_fetches_too(answering: Callable[..., None]) -> None:
    """The next round does not begin at once where the last one ended."""
    begun = []

    async def answer(_url: str) -> FetchResult:
        begun.append(time.monotonic())
        return DONE

    answering(answer)
    manners: Manners[int] = Manners()
    for _ in range(3):
        with fetching(host_gap=0.3, manners=manners) as (fetch, results):
            fetch.add(*wanted("http://a.example/"))
            results.get(timeout=5)
    assert all(later - earlier >= 0.28 for earlier, later in itertools.pairwise(begun))


def test_what_is_added_later_is_fetched_beside_what_hangs(answering: Callable[..., None]) -> None:
    """There is no round that must end first."""
    hanging(answering)
    with fetching() as (fetch, results):
        fetch.add(*wanted("http://dead.example/"))
        time.sleep(0.1)
        for n in range(3):
            fetch.add(Wanted(key=n, request=FetchRequest(url=f"http://h{n}.example/")))
            assert results.get(timeout=5)[0].key == n
            fetch.taken()


def test_closing_drops_what_is_under_way_and_leaves_no_thread(answering: Callable[..., None]) -> None:
    cancelled: list[str] = []

    async def answer(url: str) -> FetchResult:
        try:
            await asyncio.sleep(0 if "quick" in url else 60)
        except asyncio.CancelledError:
            cancelled.append(url)
            raise
        return DONE

    answering(answer)
    began = time.monotonic()
    with fetching() as (fetch, results):
        for one in wanted("http://quick.example/", "http://slow.example/", "http://slow.example/2"):
            fetch.add(one)
        assert results.get(timeout=5)[0].key == 0
        time.sleep(0.1)
    assert cancelled == ["http://slow.example/"]
    assert time.monotonic() - began < 5
    assert not fetch.alive
    assert results.empty()
