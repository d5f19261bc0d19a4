"""Conditions of triggers: a filter in the grammar of Choice, over what a trigger brings."""

from typing import Any

from assent_engine.interpreter import RunHeader
from assent_engine.interpreter.comparisons import compile_condition
from assent_engine.interpreter.faults import StateFault
from assent_engine.interpreter.visit import Visit
from assent_schemas.choice import Condition

_NOWHERE = Visit(RunHeader("", "", "", "1970-01-01T00:00:00Z", "", None), "", "", "", None, None)


def holds(condition: Condition | None, brought: Any) -> bool:
    """Whether a condition holds; one that names what is not there does not."""
    if condition is None:
        return True
    try:
        return compile_condition(condition)(brought, _NOWHERE)
    except StateFault:
        return False
