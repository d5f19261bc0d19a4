"""Machines as AWS writes them, simulated: how a table of cases reads."""

from datetime import UTC, datetime
from typing import Any

from assent_engine import Result, simulate
from assent_engine.asl import import_machine

STARTED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
QUERY_ERROR = "States.QueryEvaluationError"

INPUT: dict[str, Any] = {
    "name": "Ada",
    "count": 3,
    "half": 0.5,
    "nothing": None,
    "yes": True,
    "empty": [],
    "one": [7],
    "list": [3, 1, 2],
    "mixed": [None, 1, "b"],
    "nested": {"a": {"b": [10, 20]}},
    "items": [
        {"id": "p", "price": 10, "tags": ["x"]},
        {"id": "q", "price": 25, "tags": ["x", "y"]},
    ],
    "json": '{"k": [1, null, 2.5]}',
    "odd key": "found",
}


def machine(states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **fields}


def run(states: dict[str, Any], given: Any = INPUT, **options: Any) -> Result:
    fields = options.pop("fields", {})
    document = import_machine(machine(states, **fields))
    return simulate(document, given, **{"now": STARTED, **options})


def pass_on(**fields: Any) -> dict[str, Any]:
    """One Pass with these fields."""
    return {"A": {"Type": "Pass", "End": True, **fields}}


def marked(expression: str) -> str:
    return "{% " + expression + " %}"


def evaluated(expression: str, given: Any = INPUT, **options: Any) -> Result:
    """The Output of one Pass that is this expression."""
    return run(pass_on(Output=marked(expression)), given, **options)
