"""A scheduler and workers on one PostgreSQL: who may do what, when, and who is refused. Whole processes: tests/crash."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from monitor import roles
from monitor.app import opened
from monitor.config import load
from monitor.errors import StoreError
from monitor.jobs import poll as feed_jobs
from monitor.jobs.flow import Manners, poll_due
from monitor.model import Fetched
from monitor.store import facts, feeds, queue
from monitor.store.database import Database
from tests.support.faults import watchlists
from tests.support.line import command, until
from tests.support.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.app import App
    from tests.support.postgres import Server

pytestmark = pytest.mark.postgres
HOSTS = {"one": "127.0.0.1", "two": "127.0.0.1", "three": "127.0.0.2"}
FEED = """<?xml version='1.0'?><rss version='2.0'><channel><title>t</title><item><guid>g-{0}</guid>
<title>The Wagner Group is in {0}</title><link>https://news.example/{0}</link></item></channel></rss>"""


@pytest.fixture
def web() -> Iterator[Web]:
    """Three feeds at two addresses, each with an item that matches."""
    with Web(hosts=("127.0.0.1", "127.0.0.2")) as found:
        for name in HOSTS:
            found.answer(
                f"/{name}", body=FEED.format(name).encode(), headers={"Content-Type": "application/rss+xml"}
            )
        yield found


@pytest.fixture
def path(tmp_path: Path, web: Web, postgres_url: str) -> Path:
    """The configuration of all processes."""
    rows = [
        {"id": name, "url": f"http://{host}:{web.port}/{name}", "title": name, "language": "en",
         "side": "independent", "family": name, "reliability": "B", "reliability_reason": "invented"}
        for name, host in HOSTS.items()
    ]  # fmt: skip
    (tmp_path / "feeds.yaml").write_text(yaml.safe_dump({"feeds": rows}), encoding="utf-8")
    said: dict[str, Any] = {
        "data": str(tmp_path / "data"),
        "database": postgres_url,
        "listen": "none",
        "feeds": str(tmp_path / "feeds.yaml"),
        "watchlists": str(watchlists(tmp_path)),
        "receivers": [{"name": "folder", "file": {"path": str(tmp_path / "out")}}],
        "route": {"receiver": "folder", "group_wait": "0s"},
        "digests": [{"series": "daily", "at": "00:00", "receivers": ["folder"], "empty": "send"}],
        "polling": {"allow_networks": ["127.0.0.0/8"], "allow_ports": [web.port], "host_gap": "2s"},
    }
    found = tmp_path / "monitor.yaml"
    found.write_text(yaml.safe_dump(said), encoding="utf-8")
    return found


@contextmanager
def opening(path: Path, role: str) -> Iterator[App]:
    with opened(load.load(path, {}), role=role, lasting=False) as app:
        yield app


@pytest.fixture
def scheduler(path: Path) -> Iterator[roles.Scheduler]:
    """At work."""
    with opening(path, "scheduler") as app:
        yield roles.Scheduler(app)


@contextmanager
def working(path: Path, *queues: str) -> Iterator[roles.Worker]:
    with opening(path, "worker") as app:
        yield roles.Worker(app, queues or tuple(queue.QUEUES))


def rows(app: App, query: str) -> list[tuple[Any, ...]]:
    with app.db.snapshot() as tx:
        return [tuple(row) for row in tx.exec_driver_sql(query)]


def jobs(app: App, name: str) -> list[tuple[str, list[str]]]:
    """Of a queue: token and names of each."""
    found = f"SELECT args->'token', args->'names' FROM procrastinate_jobs WHERE queue_name = '{queue.named(name)}'"
    return [(token, names) for token, names in rows(app, found + " ORDER BY id")]


def polled(worker: roles.Worker) -> None:
    """All that it has claimed is polled to its end."""
    poll_due(worker.services()["poll"]._poller, Manners())  # type: ignore[union-attr]


def leased_out(app: App) -> None:
    """Every lease has run out."""
    with app.db.transaction() as tx:
        tx.exec_driver_sql("UPDATE leases SET until = now() - interval '1 second'")


def test_a_host_is_asked_by_one_worker_and_then_rests(
    path: Path, scheduler: roles.Scheduler, web: Web
) -> None:
    """What is due at one host is one job; while it is under way nothing more of that host is, and a while after."""
    app = scheduler._app
    assert scheduler.dispatch() >= 1
    assert scheduler.dispatch() == 0
    ((token, names),) = jobs(app, "poll")
    assert sorted(names) == sorted(HOSTS)
    with working(path) as worker, working(path) as other:
        claim = worker._claims.take(token)
        assert claim is not None
        assert other._claims.take(token) is None
        polled(worker)
        assert claim.done.done()
        assert web.most_at_once <= 2
        with app.db.transaction() as tx:
            feeds.put_off(tx, "two", app.clock())
        assert scheduler.dispatch() >= 0
        assert [names for _, names in jobs(app, "poll")] == [names]
        worker._claims.free(claim, timedelta(minutes=1))
        scheduler.dispatch()
        assert len(jobs(app, "poll")) == 1
        leased_out(app)
        scheduler.dispatch()
        assert jobs(app, "poll")[-1][1] == ["two"]


def test_a_feed_whose_worker_died_waits_as_after_a_poll(path: Path, scheduler: roles.Scheduler) -> None:
    """It was asked: nobody asks it again before its interval is over, as after a crash of a monitor alone."""
    app = scheduler._app
    scheduler.dispatch()
    ((token, _),) = jobs(app, "poll")
    with working(path) as worker:
        assert worker._claims.take(token) is not None
        with app.db.transaction() as tx:
            feeds.ask(tx, ["one"], app.clock())
    scheduler.dispatch()
    with app.db.snapshot() as tx:
        assert feeds.being_asked(tx)
    leased_out(app)
    scheduler.dispatch()
    with app.db.snapshot() as tx:
        state = feeds.get(tx, "one")
        assert state is not None
        assert state.next_poll_at > app.clock() + timedelta(minutes=1)
        assert not feeds.being_asked(tx)
    assert sorted(jobs(app, "poll")[-1][1]) == ["three", "two"]


def test_who_lost_a_lease_writes_nothing(path: Path, scheduler: roles.Scheduler, web: Web) -> None:
    """A worker that slept for an hour comes back with an answer that another one has stored long since."""
    app = scheduler._app
    scheduler.dispatch()
    ((token, _),) = jobs(app, "poll")
    with working(path) as late, working(path) as other:
        assert late._claims.take(token) is not None
        poller = late.services()["poll"]._poller()  # type: ignore[union-attr]
        with late._app.db.snapshot() as tx:
            state = feeds.get(tx, "three")
        assert state is not None
        leased_out(app)
        scheduler.dispatch()
        token, names = jobs(app, "poll")[-1]
        assert "three" in names
        assert other._claims.take(token) is not None
        polled(other)
        before = rows(app, "SELECT count(*), max(last_polled_at) FROM feeds, polls")
        body = FEED.format("late").encode()
        answer = Fetched(body=body, url=state.feed.url, content_type="application/rss+xml")
        assert feed_jobs.settle(poller, state, answer) is None
        quiet = feed_jobs.decide_quiet(poller, state, answer)
        assert quiet is not None
        assert feed_jobs.write_together(poller, [(state, quiet)]) == ()
        assert rows(app, "SELECT count(*), max(last_polled_at) FROM feeds, polls") == before


def test_digests_of_two_workers_at_once_go_out_once(path: Path, scheduler: roles.Scheduler) -> None:
    """The job came twice, or two schedulers were at work: the ledger decides."""
    app = scheduler._app
    with app.db.transaction() as tx:
        tx.exec_driver_sql(
            """UPDATE facts SET value = '"2026-01-01T00:00:00+00:00"' WHERE key = 'installed-at'"""
        )
    scheduler.dispatch()
    assert [names for _, names in jobs(app, "digest") if names == ["digest"]] == [["digest"]]
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        workers = [stack.enter_context(working(path)) for _ in range(2)]
        made = list(pool.map(lambda worker: worker._app.digest(), workers * 2))
    assert sum(made) == 1
    assert len(rows(app, "SELECT id FROM digests")) == 1
    assert len(rows(app, "SELECT id FROM deliveries WHERE kind = 'digest'")) == 1


def test_a_lost_digest_job_is_missed(scheduler: roles.Scheduler) -> None:
    """It is due until a worker has noted that digests were made since it was asked for."""
    app = scheduler._app
    scheduler.dispatch()
    with app.db.transaction() as tx:
        tx.exec_driver_sql("DELETE FROM procrastinate_jobs")
    leased_out(app)
    scheduler.dispatch()
    assert ["digest"] in [names for _, names in jobs(app, "digest")]
    app.digest()
    leased_out(app)
    with app.db.transaction() as tx:
        tx.exec_driver_sql("DELETE FROM procrastinate_jobs")
    scheduler.dispatch()
    assert jobs(app, "digest") == []


def test_the_server_s_clock_counts(path: Path, scheduler: roles.Scheduler) -> None:
    """Whatever a machine thinks what time it is."""
    ((server,),) = rows(scheduler._app, "SELECT clock_timestamp()")
    assert abs(scheduler._app.clock() - server) < timedelta(seconds=10)
    with working(path) as worker:
        ahead = worker._app.clock
        ahead()
        ahead._again = 0.0  # type: ignore[attr-defined]
        ahead._ahead += timedelta(minutes=7)  # type: ignore[attr-defined]
        assert abs(worker._app.clock() - scheduler._app.clock()) < timedelta(seconds=5)


def test_the_scheduler_hears_of_a_commit(path: Path, scheduler: roles.Scheduler, postgres_url: str) -> None:
    """Of a command at once, of a worker when something became due; and it listens again after a lost connection."""
    app = scheduler._app
    heard: list[int] = []
    app.db.hear(lambda: heard.append(1))

    def listening() -> bool:
        return bool(
            rows(
                app,
                "SELECT 1 FROM pg_stat_activity WHERE query ~ '^(LISTEN|SELECT 1)' AND pid <> pg_backend_pid()",
            )
        )

    with app.db.listening(), Database.open(postgres_url) as other:
        assert app.db.hears
        assert until(lambda: bool(heard) and listening())
        heard.clear()
        with other.transaction() as tx:
            facts.put(tx, "n", 1, app.clock())
        assert until(lambda: bool(heard))
        heard.clear()
        other.tells_all = False
        with other.transaction() as tx:
            facts.put(tx, "n", 2, app.clock())
        with other.transaction() as tx:
            feeds.poll_now(tx, app.clock())
        assert until(lambda: bool(heard))
        assert len(heard) == 1


def test_workers_wait_for_each_other_longer_than_a_monitor_alone(
    path: Path, scheduler: roles.Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them write all the time: a long queue is no fault."""
    monkeypatch.setattr("monitor.store.database.BUSY_SECONDS", 0.05)
    begun, free = threading.Event(), threading.Event()

    def hold() -> None:
        with scheduler._app.db.transaction():
            begun.set()
            free.wait(0.5)

    with working(path) as worker, ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert begun.wait(10)
        worker._app.ticked("poll", lambda: None)
        held.result()


# Who is refused.


def test_roles_exclude_each_other(path: Path) -> None:
    """One scheduler; workers beside a scheduler or none, never beside a monitor that does everything."""
    with opening(path, "scheduler") as app:
        roles.Scheduler(app)
        with pytest.raises(StoreError, match="another monitor uses"), opening(path, "scheduler"):
            pass
        with pytest.raises(StoreError, match="another monitor uses"), opening(path, "all"):
            pass
    with opening(path, "worker"), opening(path, "worker"), opening(path, "scheduler"):
        pass
    with (
        opening(path, "worker"),
        pytest.raises(StoreError, match="workers are at work on"),
        opening(path, "all"),
    ):
        pass
    with (
        opening(path, "all"),
        pytest.raises(StoreError, match="does all the work itself"),
        opening(path, "worker"),
    ):
        pass


def refused(path: Path, *words: str) -> str:
    """What a command says that ends with 2; `run` by itself, for it sets up signals."""
    argv = [*words, "--config", str(path)]
    alone = [sys.executable, "-m", "monitor", *argv]
    done = (
        subprocess.run(alone, capture_output=True, text=True, check=False, timeout=100)
        if words[0] == "run"
        else command(*argv)
    )
    assert done.returncode == 2, done.stderr
    assert "bug" not in done.stderr
    return done.stderr


def test_a_worker_says_why_it_does_not_work(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before there was a scheduler, beside one of another version, and with other tables."""
    assert "no scheduler has been at work" in refused(path, "worker")
    with opening(path, "scheduler") as app:
        roles.Scheduler(app)
        monkeypatch.setattr(roles, "__version__", "9.9")
        said = refused(path, "worker")
        assert "and this worker is 9.9" in said
        for revision, words in (
            ("0015", "the tables of an older monitor"),
            ("9999", "made by a newer monitor"),
        ):
            with app.db.transaction() as tx:
                tx.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
            assert words in refused(path, "worker")


def test_a_worker_that_is_overtaken_by_another_version_ends(
    path: Path, scheduler: roles.Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as it looks: it says so, and tells its process to end."""
    ended: list[int] = []
    monkeypatch.setattr("os.kill", lambda _pid, number: ended.append(number))
    with working(path) as worker:
        worker.renew()
        assert (worker.refused, ended) == ("", [])
        with scheduler._app.db.transaction() as tx:
            facts.put(tx, "scheduler", {"version": "9.9"}, scheduler._app.clock())
        worker.renew()
        assert "is monitor 9.9" in worker.refused
        assert len(ended) == 1


def test_a_database_that_refuses_says_so(path: Path, postgres: Server, postgres_url: str) -> None:
    """Without rights, and read-only: exit 2, in words; a scheduler as a worker."""
    name = postgres_url.rpartition("/")[2]
    with opening(path, "scheduler") as app:
        roles.Scheduler(app)
    text = path.read_text("utf-8")
    postgres.sql("DROP ROLE IF EXISTS stranger")
    postgres.sql("CREATE ROLE stranger LOGIN")
    path.write_text(text.replace(postgres_url, postgres.url(name, "stranger")), encoding="utf-8")
    assert "may not be used" in refused(path, "worker")
    assert "may not be used" in refused(path, "run", "--role", "scheduler")
    path.write_text(text, encoding="utf-8")
    postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert "is read-only" in refused(path, "run", "--role", "scheduler")


@pytest.mark.parametrize("words", [("worker",), ("run", "--role", "scheduler")], ids=" ".join)
def test_a_file_is_nobody_s_to_share(
    words: tuple[str, ...], path: Path, postgres_url: str, tmp_path: Path
) -> None:
    """The remedy is named."""
    path.write_text(
        path.read_text("utf-8").replace(postgres_url, f"sqlite:///{tmp_path}/monitor.db"), "utf-8"
    )
    assert "several processes can share" in refused(path, *words)


@pytest.mark.parametrize("said", ["poll,pasre", ""])
def test_unknown_queues_are_named(said: str, path: Path) -> None:
    """With those that there are."""
    told = refused(path, "worker", "--queues", said).replace("│", " ").split()
    assert "the queues are poll, parse, digest, deliver" in " ".join(told)
