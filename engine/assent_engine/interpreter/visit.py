"""One visit of one state, and the context object `$$` as that state sees it."""

from collections.abc import Generator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from assent_engine.effects import Effect, Item, Now


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What a run's first record holds: all that the interpreter may know of the outside.

    `started` is an RFC 3339 text in UTC, `seed` the source of all randomness of the run.
    """

    run_id: str
    policy_id: str
    policy_name: str
    started: str
    seed: str
    input: Any


@dataclass(slots=True)
class Visit:
    """A state's visit: its key within the scope, its raw input, and when it was entered.

    `retries` is None in a state that cannot be tried again.
    """

    header: RunHeader
    path: str
    name: str
    key: str
    raw: Any
    item: Item | None
    entered: str | None = None
    retries: int | None = None

    def enter(self) -> Generator[Effect, Any, None]:
        """Ask for the time of entry; done only for states whose paths name it."""
        self.entered = yield Now(f"{self.key}/entered")

    def context(self, item: Item | None = None) -> dict[str, Any]:
        """The context object, in snake_case."""
        header, item = self.header, item or self.item
        state: dict[str, Any] = {"name": self.name, "entered_time": self.entered}
        if self.retries is not None:
            state["retry_count"] = self.retries
        context: dict[str, Any] = {
            "execution": {
                "id": header.run_id,
                "name": header.run_id,
                "input": header.input,
                "start_time": header.started,
                "redrive_count": 0,
            },
            "state_machine": {"id": header.policy_id, "name": header.policy_name},
            "state": state,
        }
        if item is not None:
            context["map"] = {"item": {"index": item.index, "value": item.value}}
        return context

    def fraction(self, key: str) -> Decimal:
        """A number in [0, 1) that depends on the run's seed, the scope and the key alone."""
        mark = sha256(f"{self.header.seed}\0{self.path}\0{key}".encode()).digest()
        return Decimal(int.from_bytes(mark[:8], "big") >> 11) / Decimal(1 << 53)
