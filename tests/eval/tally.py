"""What scores are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """How often something was told rightly, told wrongly, or not told."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Of what was told, the share that is right; 1 when nothing was."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what there was to tell, the share that was told; 1 when there was nothing."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return (
            2 * self.right / (2 * self.right + self.wrong + self.missed)
            if self.right
            else float(not (self.wrong or self.missed))
        )

    def count(self, *, told: bool, true: bool) -> None:
        """Count one answer."""
        self.right += told and true
        self.wrong += told and not true
        self.missed += true and not told
