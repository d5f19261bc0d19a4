"""JSONata in a state: fields whose texts within {% %} are expressions, the rest literal.

A field is filled with what `$states` holds besides the context object: {input}, and where there
is one {result} or {errorOutput}.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from assent_engine.interpreter.faults import QUERY_EVALUATION, StateFault
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.query import QueryFailed, Question
from assent_engine.interpreter.transition import Transition
from assent_engine.interpreter.visit import Visit
from assent_schemas import exact_json

States = dict[str, Any]
T = TypeVar("T")
_MARKED = re.compile(r"\{%.*%\}", re.DOTALL)
# What may see the time: the context object, however it is reached, and the clock's functions.
_TIMED = re.compile(r"\$states(?!\s*\.\s*(?:input|result|errorOutput)\b)|\$(?:now|millis)\b")


def is_expression(node: Any) -> bool:
    """Whether a value is an expression: the marks enclose the whole text."""
    return isinstance(node, str) and _MARKED.fullmatch(node) is not None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a state, its expressions found: (where in the machine's state, text)."""

    node: Any
    expressions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, name: str, node: Any) -> "Field":
        return cls(node, tuple(_expressions(name, node)))

    @property
    def paths(self) -> tuple[Path, ...]:
        return ()

    @property
    def is_timed(self) -> bool:
        """Whether an expression may look at the time of entry."""
        return any(_TIMED.search(text) for _, text in self.expressions)

    def fill(self, states: States, visit: Visit) -> Any:
        """The field's value; raises StateFault when an expression has none."""
        if not self.expressions:
            return self.node
        question = Question(
            tuple(text for _, text in self.expressions),
            {**visit.variables, "states": {**states, "context": visit.context()}},
            visit.entered or visit.header.started,
            visit.draw().hex(),
        )
        try:
            values = visit.query.answers(question)
        except QueryFailed as failed:
            where, text = self.expressions[failed.at]
            raise fault(where, f"expression '{text}'", failed.cause) from None
        return _filled(self.node, iter(values))

    def text(self, states: States, visit: Visit) -> str:
        """The value, which must be a text."""
        return self._of(str, "a text", states, visit)

    def flag(self, states: States, visit: Visit) -> bool:
        """The value, which must be true or false."""
        return self._of(bool, "true or false", states, visit)

    def items(self, states: States, visit: Visit) -> list[Any]:
        """The value, which must be an array."""
        return self._of(list, "an array", states, visit)

    def _of(self, kind: type[T], what: str, states: States, visit: Visit) -> T:
        value = self.fill(states, visit)
        if not isinstance(value, kind):
            raise self.refused(value, what)
        return value

    def refused(self, value: Any, what: str) -> StateFault:
        """The fault for a value of the wrong kind."""
        where, text = self.expressions[0] if self.expressions else ("", str(self.node))
        given = exact_json.type_name(value)
        return fault(where, f"expression '{text}'", f"returned {given}, not {what}")


@dataclass(frozen=True, slots=True)
class NumberField:
    """A number, fixed or by an expression; within bounds, None where the document has none."""

    field: Field | None
    most: int | None = None

    def number(self, states: States, visit: Visit) -> int | Decimal | None:
        """The number; raises StateFault for anything else."""
        if self.field is None:
            return None
        value = self.field.fill(states, visit)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.field.refused(value, "a number")
        if value < 0 or (self.most is not None and value > self.most):
            raise self.field.refused(value, f"one from 0 to {self.most}")
        return value

    def whole(self, states: States, visit: Visit, least: int = 0) -> int | None:
        """The number, which must be whole and at least `least`."""
        value = self.number(states, visit)
        if value is None or self.field is None:
            return None
        if value != int(value) or value < least:
            raise self.field.refused(value, f"a whole one of at least {least}")
        return int(value)


@dataclass(frozen=True, slots=True)
class Ending:
    """Output and Assign, of a state, a rule or a catcher; both see variables as on entry."""

    output: Field | None
    assign: Field | None

    @property
    def fields(self) -> list[Field]:
        return present(self.output, self.assign)

    def leads(self, to: str | None, visit: Visit, states: States, value: Any) -> Transition:
        """Where to go, with the output, which is the value where the document has none."""
        assigned = None if self.assign is None else self.assign.fill(states, visit)
        output = value if self.output is None else self.output.fill(states, visit)
        return Transition(to, visit.within_payload(output), assigned, visit.weight)


def present(*fields: Field | None) -> list[Field]:
    """The fields that a document has."""
    return [one for one in fields if one is not None]


def fault(where: str, what: str, cause: str) -> StateFault:
    """States.QueryEvaluationError, with the field and the expression."""
    return StateFault(
        QUERY_EVALUATION, f"The JSONata {what} specified for the field '{where}' {cause}."
    )


def _expressions(where: str, node: Any) -> Iterator[tuple[str, str]]:
    if is_expression(node):
        yield where, node[2:-2].strip()
    elif isinstance(node, dict):
        for name, item in node.items():
            yield from _expressions(f"{where}/{name}", item)
    elif isinstance(node, list):
        for at, item in enumerate(node):
            yield from _expressions(f"{where}[{at}]", item)


def _filled(node: Any, values: Iterator[Any]) -> Any:
    """The node with its expressions' values, in the order in which they were found."""
    if is_expression(node):
        return next(values)
    if isinstance(node, dict):
        return {name: _filled(item, values) for name, item in node.items()}
    return [_filled(item, values) for item in node] if isinstance(node, list) else node
