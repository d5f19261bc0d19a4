"""Import and export: nothing is lost, nothing is renamed, nothing is refused."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from assent_engine.asl import export_machine, import_machine
from assent_engine.asl.names import OURS, THEIRS
from assent_schemas import exact_json
from engine.asl.definitions import BROKEN, MACHINES, Json, machine, one

MACHINE_FILES = sorted((Path(__file__).parent / "machines").glob("*.json"))
TEXT = {path.stem: path.read_text(encoding="utf-8") for path in MACHINE_FILES}


def written(value: Any) -> str:
    """A text that tells types, digits and the order of keys apart."""
    return repr(value)


def round_trip(given: Json) -> Json:
    return export_machine(import_machine(given))


def state_fields(**fields: Any) -> Json:
    """What the only state of a machine becomes."""
    state: Json = import_machine(one("Task", **fields))["states"]["A"]
    return state


@pytest.mark.parametrize("name", TEXT)
def test_a_real_machine_comes_back_equal_to_the_order_and_the_digit(name: str) -> None:
    definition = json.loads(TEXT[name], parse_float=Decimal)
    assert written(round_trip(definition)) == written(definition)


@pytest.mark.parametrize("name", TEXT)
def test_a_real_machine_comes_back_equal_after_it_was_stored(name: str) -> None:
    definition = exact_json.parse(TEXT[name])
    stored = exact_json.decode(exact_json.encode(import_machine(definition)))
    assert exact_json.encode(export_machine(stored)) == exact_json.encode(definition)


@settings(deadline=None)
@given(MACHINES)
def test_any_machine_comes_back_equal(definition: Json) -> None:
    assert written(round_trip(definition)) == written(definition)


@settings(deadline=None)
@given(BROKEN)
def test_an_object_that_is_a_machine_in_name_only_comes_back_equal(definition: Json) -> None:
    assert round_trip(definition) == definition


@settings(deadline=None)
@given(BROKEN)
def test_any_object_at_all_can_be_exported(document: Json) -> None:
    assert isinstance(export_machine(document), dict)


def test_every_name_of_the_table_is_ours_once() -> None:
    assert len(THEIRS) == len(OURS) == len(set(OURS.values()))


def test_a_machine_reads_in_our_words_and_keeps_its_states_and_its_data() -> None:
    definition = machine(
        {"Type": "Pass", "Parameters": {"StartAt.$": "$.Type"}, "ResultPath": None, "Next": "B"},
        {"Type": "Choice", "Choices": [{"Not": {"Variable": "$.x", "IsNull": True}, "Next": "C"}]},
        {"Type": "Succeed"},
        Comment="\n Counts things \nall day",
    )
    assert import_machine(definition) == {
        "dialect": "asl",
        "name": "Counts things",
        "start_at": "A",
        "states": {
            "A": {
                "type": "Pass",
                "parameters": {"StartAt.$": "$.Type"},
                "result_path": None,
                "next": "B",
            },
            "B": {
                "type": "Choice",
                "choices": [{"not": {"variable": "$.x", "is_null": True}, "next": "C"}],
            },
            "C": {"type": "Succeed"},
        },
        "comment": "\n Counts things \nall day",
    }


def test_the_parts_of_a_distributed_map_read_in_our_words() -> None:
    state = import_machine(json.loads(TEXT["distributed_csv"]))["states"]["Meters"]
    assert state["item_reader"]["reader_config"]["csv_header_location"] == "GIVEN"
    assert state["item_batcher"]["batch_input"] == {"Day.$": "$.day", "Type": "Task"}
    assert state["item_processor"]["processor_config"] == {
        "mode": "DISTRIBUTED",
        "execution_type": "EXPRESS",
    }
    assert state["result_writer"]["writer_config"]["output_type"] == "JSONL"
    assert (state["tolerated_failure_percentage"], state["label"]) == (2.5, "Meters")


def test_unknown_fields_are_carried_apart_in_their_place() -> None:
    assert state_fields(Colour="red", type="x") == {
        "type": "Task",
        "end": True,
        "asl_fields": {"Colour": "red", "type": "x"},
    }


def test_a_field_of_another_state_type_is_carried_as_unknown() -> None:
    state = import_machine(one("Pass", Resource="r"))["states"]["A"]
    assert state["asl_fields"] == {"Resource": "r"}


def test_the_order_of_fields_is_written_down_only_where_it_would_be_lost() -> None:
    known_last = {"Type": "Pass", "Odd": 1, "End": True, "Odder": 2}
    imported = import_machine(machine(known_last))
    assert imported["states"]["A"]["asl_order"] == ["Type", "Odd", "End", "Odder"]
    assert "asl_order" not in state_fields(Odd=1, Odder=2)
    assert list(export_machine(imported)["States"]["A"]) == list(known_last)


def test_a_machine_cannot_pass_its_own_fields_off_as_ours() -> None:
    definition = one("Pass", asl_fields={"Next": "B"}, asl_order=["x"], dialect="own", next="C")
    state = import_machine(definition)["states"]["A"]
    assert set(state) == {"type", "end", "asl_fields"}
    assert round_trip(definition) == definition


@pytest.mark.parametrize("comment", [..., None, "", " \n ", 7, ["x"]])
def test_a_machine_without_a_title_gets_a_name_that_does_not_come_back(comment: Any) -> None:
    definition = one("Pass") if comment is ... else {**one("Pass"), "Comment": comment}
    assert import_machine(definition)["name"] == "Imported machine"
    assert written(round_trip(definition)) == written(definition)


def test_a_long_title_is_cut_for_the_name_alone() -> None:
    definition = {**one("Pass"), "Comment": "x" * 300}
    assert len(import_machine(definition)["name"]) == 200
    assert round_trip(definition) == definition


def test_what_a_machine_gained_as_a_policy_stays_here() -> None:
    policy = import_machine(one("Pass"))
    gained = {**policy, "policy_id": "p", "version": "1.0.0", "triggers": [{"type": "manual"}]}
    assert export_machine(gained) == one("Pass")


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"States": []}, id="a list of states"),
        pytest.param(
            {"States": {"A": "Pass", "B": None, "C": [1]}}, id="states that are no objects"
        ),
        pytest.param({"States": {"A": {"Type": ["Task"]}}}, id="a list as type"),
        pytest.param({"States": {"A": {"Type": "Map", "Iterator": []}}}, id="a list as machine"),
        pytest.param(
            {"States": {"A": {"Type": "Task", "Retry": {"x": 1}}}}, id="an object as list"
        ),
        pytest.param(
            {"States": {"A": {"Type": "Choice", "Choices": [1, {"And": {}}]}}}, id="rules"
        ),
        pytest.param({"States": {"A": {"Type": "Choice", "Choices": [{"Not": []}]}}}, id="not"),
        pytest.param({}, id="nothing"),
    ],
)
def test_what_cannot_be_understood_is_carried_as_it_is(odd: Json) -> None:
    assert written(round_trip(odd)) == written(odd)


def test_a_machine_may_nest_as_deep_as_a_file() -> None:
    inner: Json = {"Variable": "$", "IsNull": True}
    for _ in range(55):
        inner = {"Not": inner}
    definition = one("Choice", Choices=[inner])
    assert written(round_trip(definition)) == written(definition)


OWN: Json = {
    "name": "Water the plants",
    "policy_id": "7b2c6c3e-1111-4222-8333-444455556666",
    "version": "1.2.3",
    "start_at": "Dry?",
    "triggers": [{"type": "cron", "expression": "0 7 * * *"}],
    "timeout_seconds": 60,
    "states": {
        "Dry?": {"type": "Task", "resource": "garden.read", "next": "Ask", "catch": [
            {"error_equals": ["States.ALL"], "next": "Ask", "compensate": True}
        ]},
        "Ask": {"type": "Approval", "title": "Water?", "timeout_seconds": 9, "on_reject": "End",
                "next": "End"},
        "End": {"type": "Succeed"},
    },
}  # fmt: skip


def test_a_policy_of_our_own_exports_and_comes_back_as_the_policy_it_was() -> None:
    exported = export_machine(OWN)
    assert exported["States"]["Dry?"]["Resource"] == "garden.read"
    assert exported["TimeoutSeconds"] == 60
    assert exported["Assent"]["version"] == "1.2.3"
    assert import_machine(exported) == OWN


def test_a_machine_that_only_looks_like_an_exported_policy_is_imported_as_a_machine() -> None:
    definition = {"Assent": {"name": "x"}, "start_at": "lower", **one("Pass")}
    assert import_machine(definition)["dialect"] == "asl"
    assert written(round_trip(definition)) == written(definition)
