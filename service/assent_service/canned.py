"""A file of canned answers: what each resource or state answers in a simulation."""

from pathlib import Path
from typing import Any

from assent_engine.canned import StandIn, stand_ins
from assent_schemas import exact_json, exact_schema
from assent_schemas.canned import SCHEMA
from assent_schemas.errors import InputFileError, Problem
from assent_service.bounded import read_bounded

TITLE = "The file of step results cannot be used"


def read_answers(path: Path) -> dict[str, StandIn]:
    """Read a file -> a stand-in by name; raises PolicyInvalid, InputFileError."""
    answers = _bare(exact_json.parse(read_bounded(path)))
    found = exact_schema.problems(answers, SCHEMA, prefix="steps", title=TITLE)
    if found:
        raise InputFileError(
            Problem(one.code, one.title, f"{path.name}: {one.detail}", one.remedy, one.pointer)
            for one in found
        )
    return stand_ins(answers)


def _bare(answers: Any) -> Any:
    """The answers, also where they stand under `steps` as in the tests of a policy."""
    inner = answers.get("steps") if isinstance(answers, dict) and len(answers) == 1 else None
    wrapped = isinstance(inner, dict) and not inner.keys() & {"result", "error"}
    return inner if wrapped else answers
