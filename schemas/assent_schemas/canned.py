"""Canned answers: what each resource or state answers where no step is called."""

from typing import Annotated, Any

from pydantic import WithJsonSchema

_ANSWER = {
    "oneOf": [{"required": ["result"]}, {"required": ["error"]}],
    "type": "object",
    "properties": {
        "result": {},
        "error": {"type": "string", "maxLength": 256},
        "cause": {"type": "string"},
    },
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "maxProperties": 1000,
    "additionalProperties": {
        "if": {"type": "array"},
        "then": {"type": "array", "items": _ANSWER, "minItems": 1, "maxItems": 1000},
        "else": _ANSWER,
    },
}
"""{resource or state: answer or list of answers}; an answer is {result} or {error, cause}.

A state's name counts before its resource. A list is used up in order, its last answer stays.
"""

CannedSteps = Annotated[dict[str, Any], WithJsonSchema(SCHEMA)]
