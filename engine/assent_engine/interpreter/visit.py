"""One visit of one state, and the context object `$$` as that state sees it."""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from assent_engine.effects import Effect, Item, Now
from assent_engine.interpreter.dialect import ASSENT, Dialect
from assent_engine.interpreter.faults import DATA_LIMIT, StateFault
from assent_engine.interpreter.query import NoQuery, Query
from assent_engine.interpreter.sizes import least_bytes, measured
from assent_engine.moments import moment
from assent_schemas.errors import escape_token

# Imported machines take these names apart, so they have the reference's parts.
STATES_ARN = "arn:aws:states:us-east-1:000000000000"
ROLE_ARN = "arn:aws:iam::000000000000:role/assent"
LONGEST_MACHINE_NAME = 80


def reference_name(name: str) -> str:
    """A policy's name with only the signs that the reference lets a machine's name have."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:LONGEST_MACHINE_NAME].strip("-") or "machine"


CALLBACK = ".waitForTaskToken"
"""How a resource ends whose step is answered by a token."""


class Taken(NamedTuple):
    """A state that was entered or a branch that was taken: the pointer of its place.

    `how` tells apart what has one place: how many iterations a Map had.
    """

    pointer: str
    how: str = ""


Witness = Callable[[Taken], None]
"""Hears of each state and branch as it is taken; what it raises ends the interpretation."""


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

    `variables` are those of the scope on entry: what the state assigns shows from the next on.
    `approved` is what the owner's answers cover, as `attestations` makes it.
    """

    header: RunHeader
    path: str
    name: str
    key: str
    raw: Any
    item: Item | None
    variables: dict[str, Any] = field(default_factory=dict)
    approved: dict[str, Any] = field(default_factory=dict)
    dialect: Dialect = ASSENT
    entered: str | None = None
    retries: int | None = None
    draws: int = 0
    weight: int = 0
    awaits_token: bool = False
    query: Query = NoQuery()  # noqa: RUF009 - holds nothing
    block: str = ""
    witness: Witness | None = None

    def took(self, branch: str = "", how: str = "") -> None:
        """Tell the witness, if there is one; `branch` is a pointer relative to the state."""
        if self.witness is not None:
            place = f"{self.block}/states/{escape_token(self.name)}{branch}"
            self.witness(Taken(place, how))

    def enter(self) -> Generator[Effect, Any, None]:
        """Ask for the time of entry; done only for states whose paths name it."""
        self.entered = yield Now(f"{self.key}/entered")

    def context(self) -> dict[str, Any]:
        """The context object, its names as the dialect writes them."""
        named, parts = self.dialect.named, self._run_parts()
        parts["state"] = {"name": self.name, "entered_time": self._moment(self.entered)}
        if self.retries is not None:
            parts["state"]["retry_count"] = self.retries
        if self.awaits_token:
            parts["task"] = {"token": self._mark(f"{self.key}/token").hex()}
        context: dict[str, Any] = {
            named(part): {named(name): value for name, value in facts.items()}
            for part, facts in parts.items()
        }
        if self.item is not None:
            item = {named("index"): self.item.index, named("value"): self.item.value}
            context[named("map")] = {named("item"): item}
        return context

    def _run_parts(self) -> dict[str, dict[str, Any]]:
        header = self.header
        execution = {
            "id": header.run_id,
            "name": header.run_id,
            "input": header.input,
            "start_time": self._moment(header.started),
            "redrive_count": 0,
        }
        machine = {"id": header.policy_id, "name": header.policy_name}
        if not self.dialect.snake_case:
            machine["name"] = reference_name(header.policy_name)
            machine["id"] = f"{STATES_ARN}:stateMachine:{machine['name']}"
            execution["id"] = f"{STATES_ARN}:execution:{machine['name']}:{header.run_id}"
            execution["role_arn"] = ROLE_ARN
        return {"execution": execution, "state_machine": machine}

    def _moment(self, text: str | None) -> str | None:
        """A recorded moment as the dialect writes it: the reference stops at milliseconds."""
        if text is None or self.dialect.snake_case:
            return text
        return moment(text).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def within_payload(self, value: Any) -> Any:
        """The value, if it is not larger than the dialect allows; else a fault."""
        most = self.dialect.payload
        if most is not None and measured(value, most) > most:
            raise StateFault(DATA_LIMIT, f"A payload is larger than {most} bytes.")
        return value

    def within_bounds(self, value: Any) -> Any:
        """What a template made, if nobody is harmed by writing it out; else a fault."""
        most = self.dialect.variables
        if least_bytes(value, most) > most:
            raise StateFault(DATA_LIMIT, f"A template makes more than {most} bytes.")
        return value

    def draw(self) -> bytes:
        """32 random bytes that depend on the run's seed, the scope, the key and the count."""
        self.draws += 1
        return self._mark(f"{self.key}\0{self.draws}")

    def fraction(self, key: str) -> Decimal:
        """A number in [0, 1) that depends on the run's seed, the scope and the key alone."""
        return Decimal(int.from_bytes(self._mark(key)[:8], "big") >> 11) / Decimal(1 << 53)

    def _mark(self, key: str) -> bytes:
        return sha256(f"{self.header.seed}\0{self.path}\0{key}".encode()).digest()
