"""What is paused, and until when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from assent_engine.moments import moment
from assent_engine.store.rows import ALL, PauseRow

FOR_GOOD = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Held:
    """The pauses in force, by policy or `*`, with their ends."""

    ends: Mapping[str, datetime]

    @classmethod
    def of(cls, pauses: Iterable[PauseRow], now: str) -> "Held":
        """Those of the pauses that hold at a moment."""
        holding = [one for one in pauses if one.holds(now)]
        return cls({one.subject: moment(one.until) if one.until else FOR_GOOD for one in holding})

    def until(self, policy_id: str) -> datetime | None:
        """When a policy may start again; None where it may now."""
        found = [self.ends[one] for one in (ALL, policy_id) if one in self.ends]
        return max(found, default=None)

    @property
    def next_end(self) -> datetime | None:
        """The first end of a pause that ends by itself."""
        return min((one for one in self.ends.values() if one < FOR_GOOD), default=None)
