"""What every test leaves as it found it, and what makes all of them quick."""

from __future__ import annotations

import gc
import os
import shutil
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import structlog
import typer.testing
from alembic import command
from hypothesis import settings
from jinja2 import BytecodeCache
from sqlalchemy import event, inspect

from monitor import parts
from monitor.messages import templates
from monitor.watchlists import compile
from tests.support import postgres as real
from tests.support.services import need

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import CodeType

    from alembic.config import Config
    from click import Command
    from jinja2 import Environment
    from jinja2.bccache import Bucket
    from sqlalchemy import Connection

    from monitor.watchlists.compile import Watchlists


# a machine may be busy, and how long one example takes is no promise of ours
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

#: bytes of watchlists that are worth keeping compiled
LARGE = 100_000


def pytest_xdist_auto_num_workers() -> int:
    """Half of a run is waiting (for servers, deadlines, other processes), so there are two workers to a core."""
    return 2 * len(os.sched_getaffinity(0))


@pytest.fixture(autouse=True, scope="session")
def _compile_once() -> Iterator[None]:
    """The shipped watchlists take a second to compile; the same files give the same thing, which nobody changes."""
    really = compile.compile_sources

    @lru_cache(maxsize=2)
    def compiled(root: str, *files: tuple[str, bytes]) -> Watchlists:
        return really(dict(files), root=root)

    def compile_sources(
        sources: Mapping[str, bytes], *, root: str = "", cache: Path | None = None
    ) -> Watchlists:
        large = sum(map(len, sources.values())) > LARGE
        return compiled(root, *sources.items()) if large else really(sources, root=root, cache=cache)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compile, "compile_sources", compile_sources)
        yield


class _Compiled(BytecodeCache):
    """Templates that this process compiled: the same source gives the same code."""

    def __init__(self) -> None:
        self.codes: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key + bucket.checksum] = bucket.code


@pytest.fixture(autouse=True, scope="session")
def _compile_templates_once() -> Iterator[None]:
    """The shipped templates take half a second to compile, and every monitor that a test opens compiles them."""
    really, compiled = templates._environment, _Compiled()

    def environment(sources: Mapping[str, tuple[Path, str]]) -> Environment:
        env = really(sources)
        env.bytecode_cache = compiled
        return env

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "_environment", environment)
        yield


@pytest.fixture(autouse=True, scope="session")
def _migrate_once() -> Iterator[None]:
    """All migrations of an empty SQLite file take a sixth of a second; the next file gets the same statements."""
    really = command.upgrade
    said_by: dict[tuple[str | None, str], list[tuple[str, Any]]] = {}

    def upgrade(config: Config, revision: str) -> None:
        tx: Connection = config.attributes["connection"]
        of = config.get_main_option("script_location"), revision  # a test may have migrations of its own
        if tx.dialect.name != "sqlite" or inspect(tx).get_table_names():
            really(config, revision)
        elif of in said_by:
            for statement, values in said_by[of]:
                tx.exec_driver_sql(statement, values)
        else:
            said: list[tuple[str, Any]] = []
            event.listen(tx, "before_cursor_execute", lambda *a: said.append((a[2], a[3])))
            really(config, revision)
            said_by[of] = said  # all of them: what a test broke off is not kept

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "upgrade", upgrade)
        yield


@pytest.fixture(autouse=True, scope="session")
def _collect_no_garbage_at_start() -> Iterator[None]:
    """A monitor that starts collects what loading left: a fifth of a second, which no test here can tell."""
    quick = SimpleNamespace(
        collect=lambda: 0, freeze=gc.freeze, unfreeze=gc.unfreeze, get_freeze_count=gc.get_freeze_count
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "gc", quick)
        yield


@pytest.fixture(autouse=True, scope="session")
def _build_commands_once() -> Iterator[None]:
    """Typer builds all commands at each call, 75 ms; they keep nothing of one call for the next."""
    really = typer.testing._get_command
    built: dict[tuple[object, ...], Command] = {}

    def get_command(app: typer.Typer) -> Command:
        key = (
            app.info.name,
            *(c.callback for c in app.registered_commands),
            *(g.typer_instance for g in app.registered_groups),
        )
        if key not in built:
            built[key] = really(app)
        return built[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", get_command)
        yield


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command that runs inside a test sets up logging to a stream that is closed when the test ends."""
    yield
    structlog.reset_defaults()


# Databases: a test that takes `database_url` (or what is made of it) runs on SQLite and on PostgreSQL, each time
# with a copy of an empty database that was made once. `pytest -m postgres` runs that half.


@pytest.fixture(scope="session")
def postgres() -> Iterator[real.Server]:
    """A PostgreSQL of this worker; skips with the reason where there is none."""
    with real.server() as server:
        yield server


@pytest.fixture(scope="session")
def empty_postgres(postgres: real.Server) -> str:
    """The name of a database with all tables, to be copied."""
    from monitor.store.database import Database

    name = postgres.create()
    Database.open(postgres.url(name)).close()
    return name


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to be copied."""
    from monitor.store.database import Database

    path = tmp_path_factory.mktemp("store") / "made.db"
    with Database.open(f"sqlite:///{path}") as database:
        database.checkpoint()
    return path


@pytest.fixture
def postgres_url(postgres: real.Server, empty_postgres: str) -> Iterator[str]:
    """An empty database of this test on PostgreSQL."""
    name = postgres.create(empty_postgres)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where this test's database is: empty, with all tables."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres_url")
        return found
    shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "monitor.db")
    return f"sqlite:///{tmp_path}/monitor.db"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium, as the tests of CI have it."""
    (chromium,) = need("chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield made
        made.close()
