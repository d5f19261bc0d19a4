"""The call log: what each client called, each change by itself and looks by the minute."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from assent_schemas.errors import AssentError
from assent_service.agent_door.reach import Reach

_MINUTE = 60.0
_LONGEST = 200


@dataclass(slots=True)
class CallLog:
    """Audits calls: changes before they are done, looks together, so that they cost no sync."""

    reach: Reach
    passing: Callable[[], float] = time.monotonic
    _looks: dict[str, Counter[str]] = field(default_factory=dict)
    _since: float | None = None

    async def change(self, who: str, tool: str, subject: str, detail: str = "") -> None:
        """Record a change that is about to be made; raises AssentError where it cannot be."""
        await self.reach.audit(who, f"agent.{tool}", subject[:_LONGEST], detail[:_LONGEST])

    def look(self, who: str, tool: str) -> None:
        """Count a call that changes nothing."""
        now = self.passing()
        self._since = now if self._since is None else self._since
        self._looks.setdefault(who, Counter())[tool] += 1
        if now - self._since >= _MINUTE:
            self.flush()

    def flush(self) -> None:
        """Record the looks since the last time; where the engine is held they are dropped."""
        looks, self._looks, self._since = self._looks, {}, None
        with suppress(AssentError):
            for who, counted in looks.items():
                said = ", ".join(f"{tool} {often}" for tool, often in sorted(counted.items()))
                self.reach.audit_later(who, "agent.looked", said)
