"""Many feeds from real servers on loopback, as a poll does it."""

from __future__ import annotations

import queue
from contextlib import closing
from typing import TYPE_CHECKING, Any

from monitor.feeds.fetch import FetchRequest
from monitor.feeds.hosts import Fetching, Wanted
from monitor.model import Fetched, FetchFailed
from tests.support.web import Web

if TYPE_CHECKING:
    from monitor.model import FetchResult
    from monitor.net.client import NetPolicy

HOSTS = tuple(f"127.0.0.{n}" for n in range(1, 6))


def fetched(
    wanted: list[Wanted[Any]], policy: NetPolicy
) -> list[tuple[Wanted[Any], FetchResult | Exception]]:
    """All of them, in the order in which they came."""
    results: queue.SimpleQueue[tuple[Wanted[Any], FetchResult | Exception]] = queue.SimpleQueue()
    fetch = Fetching(policy, lambda *one: results.put(one), host_gap=0.01, jitter=lambda: 0.5)
    with closing(fetch):
        fetch.add(*wanted)
        return [results.get(timeout=10) for _ in wanted]


def test_a_round_of_feeds_side_by_side_across_hosts_and_one_by_one_within() -> None:
    with Web(hosts=HOSTS) as web:
        for n in range(20):
            web.answer(f"/{n}", body=b"x" * 100_000, delay=0.02)
        wanted = [
            Wanted(key=n, request=FetchRequest(url=web.url(f"/{n}", host=HOSTS[n % 5]))) for n in range(20)
        ]
        results = fetched(wanted, web.policy())
        assert [one.key for one, result in results if not isinstance(result, Fetched)] == []
        assert sorted(one.key for one, _ in results) == list(range(20))
        assert web.most_at_once <= len(HOSTS)


def test_a_server_that_hangs_costs_its_deadline_and_nobody_elses() -> None:
    with Web(hosts=HOSTS) as web:
        web.answer("/hangs", body=b"", delay=30)
        web.answer("/fine", body=b"x")
        wanted = [Wanted(key=h, request=FetchRequest(url=web.url("/fine", host=h))) for h in HOSTS[1:]]
        wanted.append(Wanted(key="hangs", request=FetchRequest(url=web.url("/hangs"), deadline=0.5)))
        results = fetched(wanted, web.policy())
    assert results[-1][0].key == "hangs"
    assert isinstance(results[-1][1], FetchFailed)
    assert all(isinstance(result, Fetched) for _, result in results[:-1])


def test_feeds_of_one_host_share_a_connection_while_more_of_them_wait() -> None:
    """The last one says that it is the last."""
    with Web(hosts=HOSTS) as web:
        for n in range(3):
            web.answer(f"/{n}", body=b"x")
        wanted = [Wanted(key=n, request=FetchRequest(url=web.url(f"/{n}"))) for n in range(3)]
        wanted.append(Wanted(key=3, request=FetchRequest(url=web.url("/0", host=HOSTS[1]))))
        results = fetched(wanted, web.policy())
        assert all(isinstance(result, Fetched) for _, result in results)
        said = [request.headers.get("connection") for request in web.requests]
    assert sorted(map(str, said)) == ["None", "None", "close", "close"]
