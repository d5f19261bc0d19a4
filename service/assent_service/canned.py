"""Canned step results: a file that says what each resource answers in a simulation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from assent_engine.registry import StepFailed
from assent_schemas import exact_json, exact_schema
from assent_schemas.errors import InputFileError, Problem

TITLE = "The file of step results cannot be used"
_ANSWER = {
    "oneOf": [{"required": ["result"]}, {"required": ["error"]}],
    "type": "object",
    "properties": {"result": {}, "error": {"type": "string"}, "cause": {"type": "string"}},
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "additionalProperties": {
        "if": {"type": "array"},
        "then": {"type": "array", "items": _ANSWER, "minItems": 1},
        "else": _ANSWER,
    },
}
"""{resource: answer or list of answers}; an answer is {result} or {error, cause}."""

StandIn = Callable[[Any], Any]


def stand_ins(path: Path) -> dict[str, StandIn]:
    """Read a file -> a stand-in per resource; raises PolicyInvalid, InputFileError.

    A list is used up in order, and its last answer again and again.
    """
    answers = exact_json.parse(path.read_bytes())
    found = exact_schema.problems(answers, SCHEMA, prefix="steps", title=TITLE)
    if found:
        raise InputFileError(
            Problem(one.code, one.title, f"{path.name}: {one.detail}", one.remedy, one.pointer)
            for one in found
        )
    return {name: _stand_in(answer) for name, answer in answers.items()}


def _stand_in(answer: Any) -> StandIn:
    waiting = list(answer) if isinstance(answer, list) else [answer]

    def give(_input: Any) -> Any:
        now = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if "error" in now:
            raise StepFailed(now["error"], now.get("cause", ""))
        return now["result"]

    return give
