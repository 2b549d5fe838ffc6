"""Processor time of things done to items:
rounds taken in turn, the median counts, so that a busy machine bothers little.
"""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Work = tuple[Callable[[Any], object], Sequence[Any]]


class Effort(NamedTuple):
    """How long to measure."""

    rounds: int = 7
    #: seconds that one round of one contender may take; slow ones get fewer items
    patience: float = 0.4

    def microseconds(self, contenders: Mapping[str, Work]) -> dict[str, float]:
        """Microseconds per item of each contender: what it does, and the items (as it wants them)."""
        shares = {name: (do, self._share(do, items)) for name, (do, items) in contenders.items()}
        taken: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(self.rounds):
            for name, (do, items) in shares.items():
                taken[name].append(_spent(do, items) / len(items) * 1e6)
        return {name: median(times) for name, times in taken.items()}

    def _share(self, do: Callable[[Any], object], items: Sequence[Any]) -> Sequence[Any]:
        """As many of the items as fit into one round; also warms up."""
        each = _spent(do, items[:3]) / 3
        return items[: max(3, int(self.patience / max(each, 1e-6)))]


def _spent(do: Callable[[Any], object], items: Sequence[Any]) -> float:
    start = time.process_time()
    for item in items:
        do(item)
    return time.process_time() - start
