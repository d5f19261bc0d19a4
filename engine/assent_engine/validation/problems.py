"""How the validator words a problem."""

from assent_schemas.errors import Problem

TITLE = "The policy cannot be carried out"


def problem(code: str, pointer: str, detail: str, remedy: str = "") -> Problem:
    """A problem of a policy at a place of its document."""
    return Problem(code, TITLE, detail, remedy, pointer)
