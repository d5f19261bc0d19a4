"""Stand-ins for steps: functions that answer in their place, and canned answers as such."""

from collections.abc import Callable, Container, Mapping
from typing import Any

from assent_engine.effects import Failed, Outcome, RunStep, state_name
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
    """What the stand-in for a call says, made exact; a call without one fails."""
    name = answering(steps, effect.resource, effect.key)
    if name is None:
        return Failed(NOT_AVAILABLE, f"there is no stand-in for {effect.resource}")
    try:
        result = steps[name](exact_json.plain(effect.input))
    except StepFailed as failure:
        return Failed(failure.error, failure.cause)
    try:
        return within_limit(exact_json.plain(result))
    except ValueError as error:
        return Failed(INVALID_OUTPUT, str(error))


def _stand_in(answers: Any) -> StandIn:
    waiting = list(answers) if isinstance(answers, list) else [answers]

    def give(_input: Any) -> Any:
        now = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if "error" in now:
            raise StepFailed(now["error"], now.get("cause", ""))
        return now["result"]

    return give
