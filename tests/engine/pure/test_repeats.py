"""A retry around side effects would do them again; it belongs on the Task inside."""

from typing import Any

import pytest
from pydantic import BaseModel

from assent_engine.registry import Macro, StepRegistry
from assent_engine.validation import validate
from assent_schemas.errors import PolicyInvalid

AGAIN = [{"error_equals": ["Boom"]}]


class Nothing(BaseModel):
    """No input."""


def registry() -> StepRegistry:
    steps = StepRegistry()
    steps.add_step("a.read", "Reads.")(look)
    steps.add_step("a.act", "Acts.", side_effect=True, irreversible="for the test")(look)
    steps.add_macro(Macro.from_document("m.act", "Acts.", one("a.act")))
    steps.add_macro(Macro.from_document("m.read", "Reads.", one("a.read")))
    return steps


def look(_given: Nothing) -> dict[str, int]:
    return {}


def one(resource: str, **fields: Any) -> dict[str, Any]:
    state = {"type": "Task", "resource": resource, "end": True, **fields}
    return {"start_at": "T", "states": {"T": state}}


def policy(state: dict[str, Any]) -> dict[str, Any]:
    return {"name": "P", "start_at": "S", "states": {"S": {**state, "end": True}}}


REPEATING: list[dict[str, Any]] = [
    {"type": "Map", "iterator": one("a.act"), "retry": AGAIN},
    {"type": "Map", "item_processor": one("m.act"), "retry": AGAIN},
    {"type": "Parallel", "branches": [one("a.read"), one("a.act")], "retry": AGAIN},
    {"type": "Task", "resource": "m.act", "retry": AGAIN},
]
SINGLE = [
    {"type": "Map", "iterator": one("a.act", retry=AGAIN)},
    {"type": "Map", "iterator": one("a.read"), "retry": AGAIN},
    {"type": "Parallel", "branches": [one("m.read")], "retry": AGAIN},
    {"type": "Task", "resource": "m.read", "retry": AGAIN},
    {"type": "Task", "resource": "a.act", "retry": AGAIN},
]


@pytest.mark.parametrize("state", REPEATING)
def test_a_retry_that_would_repeat_a_side_effect_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(PolicyInvalid) as invalid:
        validate(policy(state), registry())
    (found,) = invalid.value.problems
    assert (found.code, found.pointer) == ("retry.repeats_side_effects", "/states/S/retry")
    assert "act" in found.detail


@pytest.mark.parametrize("state", SINGLE)
def test_a_retry_that_repeats_nothing_is_accepted(state: dict[str, Any]) -> None:
    assert validate(policy(state), registry()).name == "P"


@pytest.mark.parametrize(
    "state", [one for one in REPEATING if "m.act" in str(one)], ids=["inside", "called"]
)
def test_around_a_macro_the_repair_is_to_leave_the_retry_out(state: dict[str, Any]) -> None:
    with pytest.raises(PolicyInvalid) as invalid:
        validate(policy(state), registry())
    (found,) = invalid.value.problems
    assert found.remedy.startswith("Leave it out: m.act runs as a whole")
    assert found.fix == ({"op": "remove", "path": "/states/S/retry"},)
    mended = {key: one for key, one in state.items() if key != "retry"}
    assert validate(policy(mended), registry()).name == "P"


def test_around_a_step_the_retry_goes_on_its_task() -> None:
    with pytest.raises(PolicyInvalid) as invalid:
        validate(policy(REPEATING[0]), registry())
    (found,) = invalid.value.problems
    assert found.remedy.startswith("Put the retry on the Task inside")
    assert found.fix is None
