"""Python objects that no JSON file could be: one clear problem at every entry, no traceback."""

from collections.abc import Callable
from typing import Any

import pytest

from assent_engine import asl, simulate
from assent_engine.validation import Named, validate
from assent_schemas.errors import PolicyInvalid


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


def policy(**fields: Any) -> dict[str, Any]:
    return {"name": "P", "start_at": "A", "states": {"A": {"type": "Succeed"}}, **fields}


def nots(depth: int) -> dict[str, Any]:
    rule: Any = {"Variable": "$.a", "IsPresent": True}
    for _ in range(depth):
        rule = {"Not": rule}
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "B"}]}
    return {"StartAt": "A", "States": {"A": choice, "B": {"Type": "Succeed"}}}


def maps(depth: int) -> dict[str, Any]:
    machine: dict[str, Any] = {"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}
    for at in range(depth):
        state = {"Type": "Map", "ItemProcessor": machine, "End": True}
        machine = {"StartAt": f"M{at}", "States": {f"M{at}": state}}
    return machine


def holding_itself() -> dict[str, Any]:
    machine: dict[str, Any] = {"StartAt": "A"}
    machine["States"] = machine
    return machine


DEEP = {
    "600 lists": {"Comment": nested(600)},
    "5,000 lists": {"Comment": nested(5_000)},
    "300 Maps": maps(300),
    "5,000 nots": nots(5_000),
    "one that holds itself": holding_itself(),
}
ENTRIES: dict[str, Callable[[Any], Any]] = {
    "import_machine": asl.import_machine,
    "export_machine": asl.export_machine,
    "validate": lambda document: validate(document, Named()),
    "simulate": lambda document: simulate(document, steps={}),
    "simulate as a machine": lambda document: simulate({"dialect": "asl", **document}, steps={}),
}


@pytest.mark.parametrize("document", DEEP.values(), ids=DEEP)
@pytest.mark.parametrize("enter", ENTRIES.values(), ids=ENTRIES)
def test_a_deep_object_is_one_problem_at_every_entry(
    enter: Callable[[Any], Any], document: Any
) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        enter(document)
    assert [problem.code for problem in refused.value.problems] == ["json.too_deep"]
    assert (refused.value.problem.pointer or "").count("/") == 64


@pytest.mark.parametrize("document", DEEP.values(), ids=DEEP)
def test_a_deep_object_has_one_problem_in_the_verdict(document: Any) -> None:
    assert [problem.code for problem in asl.well_formed(document)] == ["json.too_deep"]


def test_an_object_of_too_many_values_is_one_problem() -> None:
    with pytest.raises(PolicyInvalid) as refused:
        asl.import_machine({"Comment": [0] * 60_000})
    assert [problem.code for problem in refused.value.problems] == ["json.too_many"]


def test_a_deep_input_and_a_deep_called_policy_are_refused() -> None:
    options: dict[str, Any]
    for options in ({"input": nested(5_000)}, {"policies": {"Q": policy(name=nested(600))}}):
        with pytest.raises(PolicyInvalid) as refused:
            simulate(policy(), steps={}, **options)
        assert refused.value.problem.code == "json.too_deep"
