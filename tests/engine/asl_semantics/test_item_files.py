"""Imported Maps over files: points 38 and 39 of the reference's semantics, on local files."""

from typing import Any

import pytest

from assent_engine import Result, asl, simulate
from assent_engine.files import MemoryFiles
from assent_engine.registry import StepRegistry
from assent_engine.validation import Named, validate
from assent_schemas.errors import PolicyInvalid
from engine.asl_semantics.aws import NOON, Json, machine, mapping, passing

GET = "arn:aws:states:::s3:getObject"
PUT = "arn:aws:states:::s3:putObject"
TABLE = "id,name\n1,one\n2\n3,three,more\n"
FAILING = {"Break": {"Type": "Fail", "Error": "Broken", "Cause": "why"}}


def reader(kind: str = "CSV", key: str = "table.csv", **config: Any) -> Json:
    parameters = {"Bucket": "data", "Key": key}
    return {
        "Resource": GET,
        "ReaderConfig": {"InputType": kind, **config},
        "Parameters": parameters,
    }


def over(files: dict[str, str], state: Json, given: Any = None, **fields: Any) -> Result:
    document = asl.import_machine(machine({"M": state, "Caught": passing()}, **fields))
    if "Catch" not in state:
        document["states"].pop("Caught")
    place = MemoryFiles({f"data/{name}": text.encode() for name, text in files.items()})
    return simulate(document, given, steps={}, registry=StepRegistry(), now=NOON, files=place)


def output(files: dict[str, str], state: Json, given: Any = None, **fields: Any) -> Any:
    result = over(files, state, given, **fields)
    assert result.status == "COMPLETED", (result.error, result.cause)
    return result.output


def test_the_bucket_is_a_folder_and_items_are_the_rows() -> None:
    rows = output({"table.csv": TABLE}, mapping(ItemReader=reader(CSVHeaderLocation="FIRST_ROW")))
    assert rows == [
        {"id": "1", "name": "one"},
        {"id": "2", "name": ""},
        {"id": "3", "name": "three"},
    ]


def test_the_key_may_come_from_the_input_and_the_items_path_is_ignored() -> None:
    source = reader("JSON") | {"Parameters": {"Bucket": "data", "Key.$": "$.key"}}
    state = mapping(ItemReader=source, ItemsPath="$.nothing")
    assert output({"x.json": "[1, 2]"}, state, {"key": "x.json"}) == [1, 2]


def test_given_headers_and_another_delimiter() -> None:
    source = reader(CSVHeaderLocation="GIVEN", CSVHeaders=["a", "b"], CSVDelimiter="SEMICOLON")
    assert output({"table.csv": "1;2\n"}, mapping(ItemReader=source)) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(("most", "count"), [(0, 3), (2, 2), (9, 3)])
def test_the_number_of_items_is_fixed_or_from_the_input(most: int, count: int) -> None:
    fixed = mapping(ItemReader=reader(MaxItems=most))
    assert len(output({"table.csv": TABLE}, fixed)) == count
    told = mapping(ItemReader=reader(MaxItemsPath="$.most"))
    assert len(output({"table.csv": TABLE}, told, {"most": most})) == count


FAULTS: dict[str, tuple[str, Json]] = {
    "duplicate headers": ("a,a\n1,2\n", reader()),
    "a negative number of items": (TABLE, reader(MaxItems=-1)),
    "a file without an array": ('{"a": []}', reader("JSON")),
    "no such file": (TABLE, reader(key="other.csv")),
    "a path out of the folder": (TABLE, reader(key="../table.csv")),
    "no key": (TABLE, reader() | {"Parameters": {"Bucket": "data"}}),
    "a key that is no text": (TABLE, reader() | {"Parameters": {"Bucket": "data", "Key": 7}}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_read_is_an_item_reader_failure_that_can_be_caught(name: str) -> None:
    text, source = FAULTS[name]
    files = {"table.csv": text}
    assert over(files, mapping(ItemReader=source)).error == "States.ItemReaderFailed"
    rule = {"ErrorEquals": ["States.ItemReaderFailed"], "Next": "Caught"}
    caught = output(files, mapping(ItemReader=source, Catch=[rule]))
    assert caught["Error"] == "States.ItemReaderFailed"
    assert caught["Cause"]


def test_an_item_reader_failure_is_tried_again() -> None:
    rule = {"ErrorEquals": ["States.ItemReaderFailed"], "MaxAttempts": 2}
    result = over({}, mapping(ItemReader=reader(), Retry=[rule]))
    assert [one["event"] for one in result.trace].count("items") == 3


def test_selector_and_batches_apply_to_the_items_of_a_file() -> None:
    state = mapping(
        ItemReader=reader(),
        ItemSelector={"id.$": "$$.Map.Item.Value.id", "day.$": "$.day"},
        ItemBatcher={"MaxItemsPerBatch": 2},
    )
    found = output({"table.csv": TABLE}, state, {"day": "Monday"})
    assert [[one["id"] for one in batch["Items"]] for batch in found] == [["1", "2"], ["3"]]
    assert found[0]["Items"][0]["day"] == "Monday"


def test_without_a_folder_the_reader_fails_and_says_so() -> None:
    document = asl.import_machine(machine({"M": mapping(ItemReader=reader())}))
    result = simulate(document, steps={}, registry=StepRegistry(), now=NOON)
    assert result.error == "States.ItemReaderFailed"
    assert result.cause == "The simulation was given no folder to read from."


def writer(**more: Any) -> Json:
    return {"Resource": PUT, "Parameters": {"Bucket": "out", "Prefix": "day/"}, **more}


def test_the_results_of_a_writer_are_named_and_not_handed_on() -> None:
    result = over({"table.csv": TABLE}, mapping(ItemReader=reader(), ResultWriter=writer()))
    details = result.output["ResultWriterDetails"]
    assert details["Bucket"] == "out"
    assert details["Key"].startswith("day/simulation-")
    assert details["Key"].endswith("/manifest.json")
    (entry,) = [one for one in result.trace if one["event"] == "results"]
    assert (entry["written"], entry["ok"]["succeeded"]) == (False, 3)


def test_a_prefix_may_be_left_out() -> None:
    sink = writer() | {"Parameters": {"Bucket": "out"}}
    found = output({"table.csv": TABLE}, mapping(ItemReader=reader(), ResultWriter=sink))
    assert found["ResultWriterDetails"]["Key"].startswith("simulation-")


def test_a_place_outside_is_a_result_writer_failure() -> None:
    sink = writer() | {"Parameters": {"Bucket": "out", "Prefix": "../x"}}
    rule = {"ErrorEquals": ["States.ResultWriterFailed"], "Next": "Caught"}
    state = mapping(ItemReader=reader(), ResultWriter=sink, Catch=[rule])
    assert output({"table.csv": TABLE}, state)["Error"] == "States.ResultWriterFailed"


def test_a_jsonata_map_reads_and_writes_by_its_arguments() -> None:
    source = reader() | {"Arguments": {"Bucket": "data", "Key": "{% $states.input.key %}"}}
    source["ReaderConfig"]["MaxItems"] = "{% $states.input.most %}"
    del source["Parameters"]
    sink = {"Resource": PUT, "Arguments": {"Bucket": "{% 'o' & 'ut' %}"}}
    given = {"key": "table.csv", "most": 2}
    found = over({"table.csv": TABLE}, mapping(ItemReader=source, ResultWriter=sink), given,
                 QueryLanguage="JSONata")  # fmt: skip
    assert found.output["ResultWriterDetails"]["Bucket"] == "out", found.cause
    (entry,) = [one for one in found.trace if one["event"] == "results"]
    assert entry["ok"]["succeeded"] == 2


ELSEWHERE: dict[str, tuple[Json, str]] = {
    "a listing": (
        {"ItemReader": {**reader(), "Resource": "arn:aws:states:::s3:listObjectsV2"}},
        "item_reader/resource",
    ),
    "a manifest": ({"ItemReader": reader("MANIFEST")}, "item_reader/reader_config/input_type"),
    "files in files": (
        {"ItemReader": reader(Transformation="LOAD_AND_FLATTEN")},
        "item_reader/reader_config/transformation",
    ),
    "another writer": (
        {"ResultWriter": {"Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {}}},
        "result_writer/resource",
    ),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_has_no_part_here_is_well_formed_and_not_runnable(name: str) -> None:
    fields, where = ELSEWHERE[name]
    document = machine({"M": mapping(**fields)})
    assert asl.well_formed(document) == []
    with pytest.raises(PolicyInvalid) as caught:
        validate(asl.import_machine(document), Named())
    (found,) = caught.value.problems
    assert (found.code, found.pointer) == ("asl.not_runnable", f"/states/M/{where}")
