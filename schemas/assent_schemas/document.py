"""Reading a policy document: JSON Schema first, then the models."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from assent_schemas import exact_schema, policy_schema
from assent_schemas.errors import PolicyInvalid, Problem, pointer
from assent_schemas.policy import Policy
from assent_schemas.repairs import repaired, without_echoes
from assent_schemas.states import MOST_STATES

_PLACES = {"branches", "iterator", "item_processor"}
_TEMPLATES = {"parameters", "result_selector", "item_selector"}
TITLE = "The policy does not meet the schema"


def read_policy(value: Any) -> Policy:
    """Turn parsed JSON into a Policy; raises PolicyInvalid with every problem of form."""
    if crowded := list(_crowded(value, "")):
        raise PolicyInvalid(crowded[: exact_schema.MOST_PROBLEMS])
    found = exact_schema.problems(
        _without_jsonata(value), policy_schema.load(), prefix="policy", title=TITLE
    )
    if found:
        raise PolicyInvalid(without_echoes(repaired(one, value) for one in found))
    try:
        return Policy.model_validate(value)
    except ValidationError as error:
        raise PolicyInvalid(_from_model(error, value)) from None


def _crowded(machine: Any, where: str) -> Iterator[Problem]:
    """The machines with more states than are read: walking those would take long."""
    states = machine.get("states") if isinstance(machine, dict) else None
    if not isinstance(states, dict):
        return
    if len(states) > MOST_STATES:
        detail = f"It has {len(states)} states; {MOST_STATES} is the most."
        remedy = "Let policies run each other with policy.run."
        yield Problem("policy.out_of_bounds", TITLE, detail, remedy, f"{where}/states")
        return
    for name, state in states.items():
        for at, inner in _inner(state):
            yield from _crowded(inner, where + pointer("states", name) + at)


def _inner(state: Any) -> Iterator[tuple[str, Any]]:
    for key in sorted(_PLACES & state.keys()) if isinstance(state, dict) else ():
        below = state[key]
        for at, one in enumerate(below) if isinstance(below, list) else (("", below),):
            yield pointer(key, at) if isinstance(below, list) else f"/{key}", one


def _without_jsonata(value: Any) -> Any:
    """A document as the schema reads it: JSONata states, only in imports, are the models' part."""
    imported = isinstance(value, dict) and value.get("dialect") == "asl"
    return _masked(value) if imported else value


def _masked(node: Any) -> Any:
    if isinstance(node, list):
        return [_masked(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("query_language") == "JSONata" and "type" in node:
        return {"type": "Succeed"}
    places = {key: _masked(node[key]) for key in _PLACES & node.keys()}
    if isinstance(node.get("states"), dict):
        places["states"] = {name: _masked(state) for name, state in node["states"].items()}
    # The schema knows templates as our own dialect has them.
    lists = {key for key in _TEMPLATES & node.keys() if isinstance(node[key], list)}
    return {**node, **places, **{key: {} for key in lists}}


def _from_model(error: ValidationError, value: Any) -> list[Problem]:
    return [
        Problem("policy.wrong_form", TITLE, f"{row['msg']}.", "", _place(row["loc"], value))
        for row in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _place(where: tuple[str | int, ...], value: Any) -> str:
    """The pointer of a model's complaint, which names the branch of a union on its way as well."""
    found: list[str | int] = []
    node: Any = value
    for token in where:
        parts: Any = dict(enumerate(node)) if isinstance(node, list) else node
        if isinstance(parts, dict) and token in parts:
            found.append(token)
            node = parts[token]
    return pointer(*found)
