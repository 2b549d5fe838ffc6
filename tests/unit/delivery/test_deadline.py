"""One deadline over everything."""

from __future__ import annotations

import asyncio
import time

import pytest

from monitor.delivery.http import within


def test_work_in_time_gives_its_result() -> None:
    """And an error its error."""

    async def work() -> int:
        await asyncio.sleep(0)
        return 3

    async def broken() -> int:
        raise ConnectionError("gone")

    assert within(5, work()) == 3
    with pytest.raises(ConnectionError):
        within(5, broken())


def test_a_blocking_lookup_in_a_thread_does_not_hold_the_deadline() -> None:
    """A name server that never answers blocks in the C library, where nothing can be cancelled."""

    async def lookup() -> None:
        await asyncio.to_thread(time.sleep, 3)

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        within(0.1, lookup())
    assert time.monotonic() - began < 2


def test_what_was_left_running_is_cancelled() -> None:
    """No task outlives its loop."""
    ended: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("cancelled")

    async def work() -> asyncio.Task[None]:
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        return task

    within(5, work())
    assert ended == ["cancelled"]
