"""A step's whole declaration: what it takes and gives, and what it does to the outside world."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, TypeAdapter

from assent_engine.registry.context import StepContext
from assent_schemas import exact_json

SIDE_EFFECT_SECONDS = 300
LONGEST_SETTLING = 24 * 3600
"""The most seconds for which a step may say that its requests can still take effect."""
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class RegistrationError(ValueError):
    """A declaration that cannot be accepted; raised where the step is defined."""


class StepFailed(Exception):
    """Raised by a step that failed and is *known* to have changed nothing outside.

    `error` is the name that retry and catch match; `cause` is text for people. Any other
    exception of a side effect leaves it unsure whether it happened, and is reconciled.
    """

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}" if cause else error)
        self.error = error
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Done:
    """The outside says: it happened, with this JSON result."""

    value: Any


@dataclass(frozen=True, slots=True)
class NotDone:
    """The outside says: it has not happened.

    And, once the step's `settles_within` has passed since it was last asked for: it will not.
    """


@dataclass(frozen=True, slots=True)
class Unsure:
    """The outside cannot tell; only the owner can."""

    reason: str


Reconciled = Done | NotDone | Unsure
Reconcile = Callable[[StepContext], Awaitable[Reconciled]]


class Risk(StrEnum):
    """How much harm a wrong call can do; shown at approval."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Compensation:
    """How a completed side effect is reversed: a step, and its input made from what was done.

    `input` is called with the step's JSON input and JSON result right after the step ended
    well; what it returns goes into the saga log.
    """

    resource: str
    input: Callable[[Any, Any], dict[str, Any]]


@dataclass(frozen=True)
class StepDeclaration:
    """One registered step; made by `StepRegistry.register`, never by hand."""

    name: str
    description: str
    function: Callable[..., Any]
    input_model: type[BaseModel]
    output_type: TypeAdapter[Any]
    takes_context: bool
    version: str = "1"
    side_effect: bool = False
    compensation: Compensation | None = None
    irreversible: str | None = None
    reconcile: Reconcile | None = None
    risk: Risk = Risk.LOW
    money: str | None = None
    timeout: int | None = None
    cpu_bound: bool = False
    settles_within: int = 0

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise RegistrationError(f"{self.name!r} is no step name: use words.joined_by.dots")
        self._check_side_effect()
        if self.money is not None and self.money not in self.input_model.model_fields:
            raise RegistrationError(f"{self.name}: the input has no money field {self.money!r}")
        if self.cpu_bound and (self.takes_context or self.side_effect):
            raise RegistrationError(
                f"{self.name}: a CPU-bound step runs in another process; "
                "it takes no context and has no side effect"
            )

    def _check_side_effect(self) -> None:
        reversal = (self.compensation is not None) + (self.irreversible is not None)
        if self.side_effect and reversal != 1:
            raise RegistrationError(
                f"{self.name}: a side effect declares either its compensation or, "
                "with irreversible=, the reason why there is none"
            )
        if not self.side_effect and (reversal or self.reconcile):
            raise RegistrationError(f"{self.name}: only a side effect is reversed or reconciled")
        self._check_settling()

    def _check_settling(self) -> None:
        if not 0 <= self.settles_within <= LONGEST_SETTLING:
            raise RegistrationError(
                f"{self.name}: settles_within is {self.settles_within!r} seconds; "
                f"0 to {LONGEST_SETTLING} can be waited for"
            )
        if self.settles_within and self.reconcile is None:
            raise RegistrationError(f"{self.name}: only what can be reconciled settles in time")

    def limit(self, asked: int | None) -> int | None:
        """Seconds for one attempt: the smaller of what is declared and what is asked for.

        A side effect always has a limit, or one that hangs could never be stopped.
        """
        declared = self.timeout or (SIDE_EFFECT_SECONDS if self.side_effect else None)
        limits = [seconds for seconds in (declared, asked) if seconds is not None]
        return min(limits, default=None)

    @property
    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the input."""
        return self.input_model.model_json_schema(mode="validation")

    @property
    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the result."""
        return self.output_type.json_schema(mode="serialization")

    @cached_property
    def fingerprint(self) -> str:
        """Version and schemas in one hash; an approval that pinned another one has lapsed.

        Made once: each admission compares it, and a schema is slow to come by.
        """
        declared = {
            "name": self.name,
            "version": self.version,
            "side_effect": self.side_effect,
            "reconciled": self.reconcile is not None,
            "irreversible": self.irreversible,
            "risk": self.risk,
            "money": self.money,
            "compensation": self.compensation.resource if self.compensation else None,
            "input": exact_json.plain(self.input_schema),
            "output": exact_json.plain(self.output_schema),
        }
        if self.settles_within:
            declared["settles_within"] = self.settles_within
        return f"{self.version}:{exact_json.digest(declared)}"
