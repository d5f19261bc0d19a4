"""How the validator words a problem."""

from assent_schemas.errors import Operation, Problem, replacing
from assent_schemas.spelling import asked

TITLE = "The policy cannot be carried out"


def problem(
    code: str,
    pointer: str,
    detail: str,
    remedy: str = "",
    fix: tuple[Operation, ...] | None = None,
) -> Problem:
    """A problem of a policy at a place of its document."""
    return Problem(code, TITLE, detail, remedy, pointer, fix)


def misspelt(
    code: str, pointer: str, detail: str, near: str | None, otherwise: str = ""
) -> Problem:
    """A problem of a name, with the one that was most likely meant as its repair."""
    fix = None if near is None else replacing(pointer, near)
    return problem(code, pointer, detail, asked(near, otherwise), fix)
