"""Catchers that are to reverse what their state did: a warning where it can have done nothing."""

from typing import Any

import pytest

from assent_engine.validation import Named, Resources, validate, warnings
from engine.pure.test_repeats import one, policy, registry

CATCH: list[dict[str, Any]] = [{"error_equals": ["States.ALL"], "next": "End", "compensate": True}]
ACTING: list[dict[str, Any]] = [
    {"type": "Task", "resource": "a.act"},
    {"type": "Task", "resource": "m.act"},
    {"type": "Map", "iterator": one("a.act")},
    {"type": "Parallel", "branches": [one("a.read"), one("m.act")]},
]
READING: list[dict[str, Any]] = [
    {"type": "Task", "resource": "a.read"},
    {"type": "Task", "resource": "m.read"},
    {"type": "Parallel", "branches": [one("a.read"), one("m.read")]},
]


def warned(state: dict[str, Any], resources: Resources | None = None) -> list[tuple[str, Any]]:
    document = policy(state)
    document["states"]["End"] = {"type": "Succeed"}
    resources = resources or registry()
    validate(document, resources)
    return [(found.pointer or "", found.fix) for found in warnings(document, resources)]


@pytest.mark.parametrize("state", READING)
def test_a_catcher_with_nothing_to_reverse_is_told_with_its_repair(state: dict[str, Any]) -> None:
    where = "/states/S/catch/0/compensate"
    fix = ({"op": "replace", "path": where, "value": False},)
    assert warned({**state, "catch": CATCH}) == [(where, fix)]


@pytest.mark.parametrize("state", ACTING)
def test_a_catcher_of_a_state_that_acts_is_not(state: dict[str, Any]) -> None:
    assert warned({**state, "catch": CATCH}) == []


@pytest.mark.parametrize("state", READING)
def test_nor_is_one_that_does_not_compensate(state: dict[str, Any]) -> None:
    assert warned({**state, "catch": [{**CATCH[0], "compensate": False}]}) == []


def test_what_is_known_by_name_alone_may_act() -> None:
    assert warned({**READING[0], "catch": CATCH}, Named()) == []
    called = {"type": "Task", "resource": "policy.run", "parameters": {"policy": "Other"}}
    assert warned({**called, "catch": CATCH}) == []
