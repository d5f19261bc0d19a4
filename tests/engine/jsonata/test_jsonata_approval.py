import subprocess
import sys
from typing import Any, cast

import pytest

from assent_engine.admission import Admission
from assent_engine.asl import export_machine, import_machine
from assent_engine.interpreter import Program, UnsupportedPolicy
from assent_engine.registry import StepRegistry
from assent_engine.validation import Named, validate
from assent_schemas.errors import PolicyInvalid
from assent_schemas.states import Machine
from engine.jsonata.machines import machine

INNER = {"StartAt": "I", "States": {"I": {"Type": "Pass", "QueryLanguage": "JSONata", "End": True}}}
PATHS = {"A": {"Type": "Map", "ItemProcessor": INNER, "End": True}}
LAZY = """
import sys
from assent_engine import simulate
policy = {"name": "x", "start_at": "A", "states": {"A": {"type": "Succeed"}}}
assert simulate(policy, {"a": 1}).output == {"a": 1}
assert not {name for name in sys.modules if "jsonata.evaluator" in name or name == "jsonata"}
"""


def admission() -> Admission:
    return Admission(cast("Any", None), cast("Any", None), StepRegistry())


def problems(document: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(PolicyInvalid) as refused:
        admission().check(document, {})
    return [(one.code, one.pointer) for one in refused.value.problems]


def test_a_machine_that_speaks_jsonata_is_not_admitted() -> None:
    document = import_machine(machine({"A": {"Type": "Succeed"}}))
    assert problems(document) == [("asl.jsonata_not_approvable", "/query_language")]


def test_nor_is_one_with_a_state_that_does() -> None:
    document = import_machine({"StartAt": "A", "States": PATHS})
    where = "/states/A/item_processor/states/I/query_language"
    assert problems(document) == [("asl.jsonata_not_approvable", where)]


def test_a_machine_of_jsonpath_is_admitted() -> None:
    document = import_machine({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    assert admission().check(document, {}).dialect == "asl"


@pytest.mark.parametrize("value", ["JSONata", "JSONPath", 5])
def test_our_own_dialect_names_no_query_language(value: Any) -> None:
    policy = {
        "name": "x",
        "start_at": "A",
        "query_language": value,
        "states": {"A": {"type": "Succeed", "query_language": value}},
    }
    with pytest.raises(PolicyInvalid) as refused:
        validate(policy, Named())
    ours = {one.pointer for one in refused.value.problems if one.code == "language.not_ours"}
    assert ours == {"/query_language", "/states/A/query_language"}


def test_a_shipped_sub_policy_cannot_speak_jsonata() -> None:
    state = {"type": "Succeed", "query_language": "JSONata"}
    sub_policy = Machine.model_validate({"start_at": "A", "states": {"A": state}})
    with pytest.raises(UnsupportedPolicy):
        Program.compile(sub_policy)


def test_a_machine_comes_back_equal() -> None:
    states = {"A": {"Type": "Pass", "Output": None, "Assign": {"x": "{% 1 %}"}, "End": True}}
    assert export_machine(import_machine(machine(states))) == machine(states)


def test_a_policy_without_jsonata_loads_and_starts_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", LAZY], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
