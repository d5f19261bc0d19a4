"""How many states a run may still enter: one count over all its scopes, kept by its runner."""

import sys
from dataclasses import dataclass

from assent_engine.effects import Failed
from assent_engine.interpreter.faults import TRANSITION_LIMIT


@dataclass(slots=True)
class Budget:
    """What a run may spend, or, with one `above` it, what a Fork spends of that.

    Which of two scopes makes the last transition depends on timing. So the whole run ends with
    it, and no state catches that.
    """

    limit: int
    used: int = 0
    above: "Budget | None" = None
    exhausted: bool = False
    """Whether more was asked for than there was."""

    def spend(self, count: int = 1) -> bool:
        """Count transitions; False, with none counted, where the run has fewer left."""
        if self.above is not None:
            granted = self.above.spend(count)
        else:
            granted = self.used + count <= self.limit
            self.exhausted = not granted
        if granted:
            self.used += count
        return granted

    def part(self) -> "Budget":
        """The share of a Fork: what it spends is counted here too."""
        return Budget(self.limit, above=self)

    def close(self) -> int:
        """What a Fork has spent; what its scopes do until they are stopped counts nowhere else."""
        self.above = Budget(sys.maxsize)
        return self.used

    @property
    def failure(self) -> Failed:
        """How a run ends that asks for more."""
        return Failed(TRANSITION_LIMIT, f"the run made {self.limit} transitions without ending")
