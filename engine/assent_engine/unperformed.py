"""What the language has and the durable runner does not perform yet: refused at approval."""

from typing import Any

from assent_engine.validation import machines
from assent_schemas.errors import PolicyInvalid, Problem, pointer
from assent_schemas.states import POLICY_RUN

TITLE = "The policy cannot be approved yet"


def refuse_unperformed(document: dict[str, Any]) -> None:
    """Raise PolicyInvalid for every state that a run would stop at."""
    found = [
        _problem(where + pointer("states", name), state)
        for where, machine in machines(document)
        for name, state in machine["states"].items()
        if state["type"] == "Approval" or state.get("resource") == POLICY_RUN
    ]
    if found:
        raise PolicyInvalid(found)


def _problem(where: str, state: dict[str, Any]) -> Problem:
    what = "asks you" if state["type"] == "Approval" else "runs another policy"
    detail = f"A step of it {what}, which runs of this version of Assent cannot do yet."
    return Problem("policy.unperformed", TITLE, detail, "It can be simulated.", where)
