"""One total deadline over an exchange, whatever the other side drips: no library here has one of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

Result = TypeVar("Result")


def within(seconds: float, work: Coroutine[None, None, Result]) -> Result:
    """Run `work` on a loop of its own and return its result. Raises TimeoutError after `seconds`.

    Not `asyncio.run`: on Python 3.11 that waits for a name lookup which the deadline has already given up.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_limited(seconds, work))
    finally:
        loop.run_until_complete(_settled())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _limited(seconds: float, work: Coroutine[None, None, Result]) -> Result:
    async with asyncio.timeout(seconds):
        return await work


async def _settled() -> None:
    """Cancel what is still under way, and give closed transports their last turn."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for _ in range(3):
        await asyncio.sleep(0)
