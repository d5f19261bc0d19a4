"""The port for JSONata: the interpreter asks, and does not know who evaluates."""

from dataclasses import dataclass
from typing import Any, Protocol


class QueryFailed(Exception):
    """An expression has no value: which one of the question's, and why."""

    def __init__(self, at: int, cause: str) -> None:
        super().__init__(cause)
        self.at = at
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Question:
    """Expressions to evaluate with the same bindings, time (RFC 3339) and seed of randomness."""

    expressions: tuple[str, ...]
    bindings: dict[str, Any]
    now: str
    seed: str


class Query(Protocol):
    """Evaluates JSONata; the same question has the same answer."""

    def answers(self, question: Question) -> list[Any]:
        """The expressions' values in order, exact JSON; raises QueryFailed."""
        ...


@dataclass(frozen=True, slots=True)
class NoQuery:
    """Stands where JSONata cannot be evaluated."""

    def answers(self, question: Question) -> list[Any]:
        raise QueryFailed(0, f"{len(question.expressions)} expressions, and nobody to evaluate")
