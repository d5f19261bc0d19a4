"""Machines as users of AWS write them, and a short way to carry them out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from assent_engine import Result, asl, simulate
from assent_engine.registry import StepFailed, StepRegistry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CALL = "arn:aws:states:::lambda:invoke"
Json = dict[str, Any]
Steps = Mapping[str, Callable[[Any], Any]]


def machine(states: Json, **fields: Any) -> Json:
    """A machine of these states; the first is where it starts."""
    return {"StartAt": next(iter(states)), "States": states, **fields}


def leading(kind: str, **fields: Any) -> Json:
    """A state, the last of its scope unless `Next` is given."""
    return {"Type": kind, **fields, **({} if "Next" in fields else {"End": True})}


def passing(**fields: Any) -> Json:
    return leading("Pass", **fields)


def task(**fields: Any) -> Json:
    return leading("Task", **{"Resource": CALL, **fields})


def mapping(inner: Json | None = None, **fields: Any) -> Json:
    """A Map over states that pass their input on, unless it is told other ones."""
    return leading("Map", **{"ItemProcessor": machine(inner or {"Item": passing()}), **fields})


def parallel(*branches: Json, **fields: Any) -> Json:
    return leading("Parallel", Branches=[machine(states) for states in branches], **fields)


def run(states: Json, given: Any = None, steps: Steps | None = None, **fields: Any) -> Result:
    """Import and simulate a machine of these states from noon on, with stand-ins alone."""
    policy = asl.import_machine(machine(states, **fields))
    return simulate(policy, given, steps=steps or {}, registry=StepRegistry(), now=NOON)


def output(states: Json, given: Any = None, steps: Steps | None = None, **fields: Any) -> Any:
    """The output of a run that has to end well."""
    result = run(states, given, steps, **fields)
    assert result.status == "COMPLETED", (result.error, result.cause)
    return result.output


def error(states: Json, given: Any = None, steps: Steps | None = None) -> str | None:
    """The error of a run that has to fail."""
    result = run(states, given, steps)
    assert result.status == "FAILED", result.output
    return result.error


def answering(value: Any) -> Steps:
    """A stand-in that gives always the same."""
    return {CALL: lambda _given: value}


def failing(name: str, cause: str = "why", times: int = 10**6) -> Steps:
    """A stand-in that fails so many times before it gives "done"."""
    calls = []

    def stand_in(_given: Any) -> Any:
        calls.append(1)
        if len(calls) <= times:
            raise StepFailed(name, cause)
        return "done"

    return {CALL: stand_in}


ECHO: Steps = {CALL: lambda given: given}


def calls(result: Result) -> int:
    """How many times a stand-in was called."""
    return sum(entry["event"] == "step" for entry in result.trace)


def waits(result: Result) -> list[float]:
    """How long each wait of a run was planned to be, in seconds."""
    entries = [entry for entry in result.trace if entry["event"] == "wait"]
    moments = [[datetime.fromisoformat(one[key]) for key in ("at", "until")] for one in entries]
    return [(until - at).total_seconds() for at, until in moments]
