"""How many states a run may still enter: one count over all its scopes, kept by its runner."""

import sys
from dataclasses import dataclass

from assent_engine.effects import Failed
from assent_engine.interpreter.faults import TRANSITION_LIMIT


@dataclass(slots=True)
class Budget:
    """What a run may spend, or, with one `above` it, what a Fork or a called policy spends of that.

    Which of two scopes makes the last transition depends on timing. So the whole run ends with
    it, and no state catches that.
    """

    limit: int
    used: int = 0
    above: "Budget | None" = None
    exhausted: bool = False
    """Whether more was asked for than there was."""

    def spend(self, count: int = 1) -> bool:
        """Count transitions; False, with none counted, where there are fewer left."""
        within = self.used + count <= self.limit
        if not within or not (self.above is None or self.above.spend(count)):
            self.exhausted = True
            return False
        self.used += count
        return True

    def part(self) -> "Budget":
        """The share of a Fork: what it spends is counted here too."""
        return Budget(self.limit, above=self)

    def called(self, limit: int) -> "Budget":
        """That of a called policy: its own limit, within its caller's."""
        return Budget(limit, above=self)

    def close(self) -> int:
        """What a Fork has spent; what its scopes do until they are stopped counts nowhere else."""
        self.limit, self.above = sys.maxsize, None
        return self.used

    @property
    def failure(self) -> Failed:
        """How a run ends that asks for more."""
        return Failed(TRANSITION_LIMIT, f"the run made {self.limit} transitions without ending")
