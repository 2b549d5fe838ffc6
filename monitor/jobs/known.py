"""What labels can be here: the values that matchers may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model.fits import known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.model.fits import Known
    from monitor.watchlists.compile import Watchlists


def known_of(lists: Watchlists, feeds: Iterable[str] | None = None) -> Known:
    """Of `lists`, and of `feeds` where all of them are known."""
    return known((w.id for w in lists.lists), (rule.key for rule in lists.rules), feeds)
