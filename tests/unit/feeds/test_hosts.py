"""Many fetches at once, without a network: order, slots, stopping, bugs."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from typing import TYPE_CHECKING

import pytest

from monitor.feeds import hosts
from monitor.feeds.fetch import FetchRequest
from monitor.feeds.hosts import Wanted, fetch_many
from monitor.model import FetchFailed, FetchFault, FetchResult
from monitor.net import NetPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    import httpx

POLICY = NetPolicy(user_agent="test/1")
DONE = FetchFailed(fault=FetchFault.GONE, detail="")


def wanted(*urls: str) -> list[Wanted[int]]:
    return [Wanted(key=n, request=FetchRequest(url=url)) for n, url in enumerate(urls)]


def run(
    these: list[Wanted[int]],
    *,
    concurrency: int = 20,
    host_gap: float = 0.0,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Wanted[int], FetchResult | Exception]]:
    return fetch_many(
        these, POLICY, concurrency=concurrency, host_gap=host_gap, jitter=lambda: 0.0, stopping=stopping
    )


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], Awaitable[FetchResult]]], None]:
    """Put a function of the URL in the place of `fetch`."""

    def put(answer: Callable[[str], Awaitable[FetchResult]]) -> None:
        async def fetch(_client: httpx.AsyncClient, request: FetchRequest) -> FetchResult:
            return await answer(request.url)

        monkeypatch.setattr(hosts, "fetch", fetch)

    return put


def test_each_wanted_comes_back_once_with_its_key(answering: Callable[..., None]) -> None:
    async def answer(_url: str) -> FetchResult:
        return DONE

    answering(answer)
    urls = [f"http://h{n % 7}.example/{n}" for n in range(100)]
    assert sorted(one.key for one, _ in run(wanted(*urls))) == list(range(100))


def test_nothing_wanted_is_nothing_done() -> None:
    assert list(run([])) == []


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
    results = run(wanted(*(f"http://h{n}.example/" for n in range(50))), concurrency=3)
    next(results)
    time.sleep(0.2)
    assert started <= 4
    assert len(list(results)) == 49


@pytest.mark.parametrize("way", ["stopping", "close"])
def test_stopping_drops_what_is_under_way_and_leaves_no_thread(
    answering: Callable[..., None], way: str
) -> None:
    cancelled: list[str] = []

    async def answer(url: str) -> FetchResult:
        try:
            await asyncio.sleep(0 if "quick" in url else 60)
        except asyncio.CancelledError:
            cancelled.append(url)
            raise
        return DONE

    answering(answer)
    stop = threading.Event()
    began = time.monotonic()
    results = run(wanted("http://quick.example/", "http://slow.example/"), stopping=stop.is_set)
    assert next(results)[0].key == 0
    if way == "stopping":
        stop.set()
        assert list(results) == []
    else:
        results.close()  # type: ignore[attr-defined]
    assert cancelled == ["http://slow.example/"]
    assert time.monotonic() - began < 5
    assert "fetch" not in [thread.name for thread in threading.enumerate()]


def test_stopping_before_the_start_fetches_nothing(answering: Callable[..., None]) -> None:
    async def answer(_url: str) -> FetchResult:
        await asyncio.sleep(60)
        return DONE

    answering(answer)
    assert list(run(wanted("http://a.example/"), stopping=lambda: True)) == []
