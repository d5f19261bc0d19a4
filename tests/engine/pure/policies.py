"""Policies for the tests of the language, and a short way to carry them out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from assent_engine import Result, simulate
from assent_engine.registry import StepRegistry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
States = dict[str, Any]


def policy(states: States, /, **more: Any) -> dict[str, Any]:
    """A policy of these states; the first is where it starts."""
    return {"name": "A policy", "start_at": next(iter(states)), "states": states, **more}


def machine(states: States) -> dict[str, Any]:
    """An inner machine of these states; the first is where it starts."""
    return {"start_at": next(iter(states)), "states": states}


def task(resource: str = "a.step", **fields: Any) -> dict[str, Any]:
    """A Task, the last of its scope unless `next` is given."""
    return {"type": "Task", "resource": resource, **leading(fields)}


def passing(**fields: Any) -> dict[str, Any]:
    """A Pass, the last of its scope unless `next` is given."""
    return {"type": "Pass", **leading(fields)}


def leading(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields, with an end where they name no next state."""
    return fields if "next" in fields else {**fields, "end": True}


def run(
    states: States,
    given: Any = None,
    steps: Mapping[str, Callable[[Any], Any]] | None = None,
    seed: str = "0",
    **more: Any,
) -> Result:
    """Simulate a policy of these states from noon on, with stand-ins alone."""
    return simulate(
        policy(states, **more),
        given,
        steps=steps or {},
        registry=StepRegistry(),
        now=NOON,
        seed=seed,
    )


def output(
    states: States,
    given: Any = None,
    steps: Mapping[str, Callable[[Any], Any]] | None = None,
) -> Any:
    """The output of a run that has to end well."""
    result = run(states, given, steps)
    assert result.status == "COMPLETED", (result.error, result.cause)
    return result.output


def error(
    states: States,
    given: Any = None,
    steps: Mapping[str, Callable[[Any], Any]] | None = None,
) -> str | None:
    """The error of a run that has to fail."""
    result = run(states, given, steps)
    assert result.status == "FAILED", result.output
    return result.error


def waits(result: Result) -> list[float]:
    """How long each wait of a run was planned to be, in seconds."""
    entries = [entry for entry in result.trace if entry["event"] == "wait"]
    return [
        (datetime.fromisoformat(one["until"]) - datetime.fromisoformat(one["at"])).total_seconds()
        for one in entries
    ]
