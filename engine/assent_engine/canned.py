"""Stand-ins for steps: functions that answer in their place, and canned answers as such."""

from collections.abc import Callable, Container, Mapping
from typing import Any

from assent_engine.effects import Failed, Ok, Outcome, RunStep, state_name
from assent_engine.registry import StepFailed
from assent_engine.registry.invocation import INVALID_OUTPUT, NOT_AVAILABLE, within_limit
from assent_schemas import exact_json

StandIn = Callable[[Any], Any]


def stand_ins(answers: Mapping[str, Any]) -> dict[str, StandIn]:
    """A stand-in for each name of canned answers, which have the form of canned.SCHEMA.

    They count what they were asked: make new ones for each simulation.
    """
    return {name: _stand_in(answer) for name, answer in answers.items()}


def answering(names: Container[str], resource: str, key: str) -> str | None:
    """Which name stands in for a call: that of its state, else of its resource; or None."""
    return next((one for one in (state_name(key), resource) if one in names), None)


def answer(steps: Mapping[str, StandIn], effect: RunStep) -> Outcome:
    """What the stand-in for a call says, made exact; a call without one fails.

    What it raises is a failure by its class's name, as with a registered step.
    """
    name = answering(steps, effect.resource, effect.key)
    if name is None:
        return Failed(NOT_AVAILABLE, f"there is no stand-in for {effect.resource}")
    said = asked(steps[name], effect.input)
    if isinstance(said, Failed):
        return said
    try:
        return within_limit(exact_json.plain(said.value))
    except RecursionError:
        return Failed(INVALID_OUTPUT, "the answer nests too deep")
    except ValueError as error:
        return Failed(INVALID_OUTPUT, str(error))


def asked(stand_in: StandIn, given: Any) -> Outcome:
    """What a stand-in answers, as it is, or how it failed."""
    try:
        return Ok(stand_in(exact_json.plain(given)))
    except StepFailed as failure:
        return Failed(failure.error, failure.cause)
    except Exception as error:  # noqa: BLE001 - what a stand-in raises is its outcome
        return Failed(type(error).__name__, str(error))


def _stand_in(answers: Any) -> StandIn:
    waiting = list(answers) if isinstance(answers, list) else [answers]

    def give(_input: Any) -> Any:
        now = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if "error" in now:
            raise StepFailed(now["error"], now.get("cause", ""))
        return now["result"]

    return give
