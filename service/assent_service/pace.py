"""How often: so many at once, and again as many over each minute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

MINUTE = 60.0


@dataclass(slots=True)
class Pace:
    """A bucket of `most` calls that fills itself within a minute; `seconds` tells time passed."""

    most: int
    seconds: Callable[[], float]
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = float(self.most), self.seconds()

    @property
    def wait(self) -> int:
        """Whole seconds until there is room for a call; 0 where there is."""
        now = self.seconds()
        self._left = min(self.most, self._left + (now - self._at) * self.most / MINUTE)
        self._at = now
        return 0 if self._left >= 1 else max(1, ceil((1 - self._left) * MINUTE / self.most))

    def take(self) -> None:
        """Count a call that there is room for."""
        self._left -= 1
