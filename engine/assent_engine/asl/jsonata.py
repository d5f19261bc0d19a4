"""Where a policy document speaks JSONata, and what that means for approving it."""

from collections.abc import Iterator
from typing import Any

from assent_engine.asl.verdict import JSONATA
from assent_schemas.errors import Problem, pointer

TITLE = "A machine that speaks JSONata cannot be approved"


def speaks_jsonata(document: Any) -> bool:
    """Whether an imported machine, or any state in it, speaks JSONata."""
    imported = isinstance(document, dict) and document.get("dialect") == "asl"
    return imported and next(_places(document, ""), None) is not None


def approval_problems(document: Any) -> list[Problem]:
    """Why a document cannot be approved for its query language: one problem for each place."""
    if not isinstance(document, dict) or document.get("dialect") != "asl":
        return []
    detail = "Its expressions are code: they can be simulated, but their bounds are not proven."
    remedy = "Write it with JSONPath, or as a policy in Assent's own dialect."
    code = "asl.jsonata_not_approvable"
    return [Problem(code, TITLE, detail, remedy, where) for where in _places(document, "")]


def _places(machine: Any, where: str) -> Iterator[str]:
    if not isinstance(machine, dict):
        return
    if machine.get("query_language") == JSONATA:
        yield f"{where}/query_language"
    states = machine.get("states")
    for name, state in states.items() if isinstance(states, dict) else ():
        at = where + pointer("states", name)
        if isinstance(state, dict):
            yield from _state_places(state, at)


def _state_places(state: dict[str, Any], where: str) -> Iterator[str]:
    if state.get("query_language") == JSONATA:
        yield f"{where}/query_language"
    for key in ("iterator", "item_processor"):
        yield from _places(state.get(key), f"{where}/{key}")
    branches = state.get("branches")
    for at, branch in enumerate(branches if isinstance(branches, list) else ()):
        yield from _places(branch, f"{where}/branches/{at}")
