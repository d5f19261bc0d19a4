"""A file of canned answers: what each resource or state answers in a simulation."""

from pathlib import Path

from assent_engine.canned import StandIn, stand_ins
from assent_schemas import exact_json, exact_schema
from assent_schemas.canned import SCHEMA
from assent_schemas.errors import InputFileError, Problem
from assent_service.bounded import read_bounded

TITLE = "The file of step results cannot be used"


def read_answers(path: Path) -> dict[str, StandIn]:
    """Read a file -> a stand-in by name; raises PolicyInvalid, InputFileError."""
    answers = exact_json.parse(read_bounded(path))
    found = exact_schema.problems(answers, SCHEMA, prefix="steps", title=TITLE)
    if found:
        raise InputFileError(
            Problem(one.code, one.title, f"{path.name}: {one.detail}", one.remedy, one.pointer)
            for one in found
        )
    return stand_ins(answers)
