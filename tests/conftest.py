"""What every test leaves as it found it, and what makes all of them quick."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
import structlog

from monitor.watchlists import compile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from monitor.watchlists.compile import Watchlists


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


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command that runs inside a test sets up logging to a stream that is closed when the test ends."""
    yield
    structlog.reset_defaults()
