"""Stand-ins in simulations of imported machines: what they raise, and how far a run may go."""

from typing import Any

import pytest

from assent_engine import asl, simulate
from assent_schemas.errors import PolicyInvalid
from engine.asl_semantics.aws import machine, mapping, output, passing, run, task


def test_what_a_stand_in_raises_is_a_failure_by_its_class() -> None:
    def breaks(_given: Any) -> Any:
        raise KeyError("no such order")

    result = run({"T": task(Resource="r")}, {}, {"r": breaks})
    assert (result.status, result.error, result.cause) == (
        "FAILED",
        "KeyError",
        "'no such order'",
    )


def test_what_a_stand_in_raises_can_be_caught() -> None:
    def breaks(_given: Any) -> Any:
        return 1 / 0

    catch = [{"ErrorEquals": ["ZeroDivisionError"], "Next": "After"}]
    states = {"T": task(Resource="r", Catch=catch), "After": passing()}
    assert output(states, {}, {"r": breaks})["Error"] == "ZeroDivisionError"


def test_an_answer_without_a_bottom_is_a_failure() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert run({"T": task(Resource="r")}, {}, {"r": lambda _: endless}).status == "FAILED"


@pytest.mark.parametrize(("most", "status"), [(None, "FAILED"), (30_000, "COMPLETED")])
def test_a_map_of_many_items_can_be_given_the_transitions_it_needs(
    most: int | None, status: str
) -> None:
    policy = asl.import_machine(machine({"M": mapping({"Item": passing(Result=1)})}))
    result = simulate(policy, [0] * 10_050, steps={}, max_transitions=most)
    assert result.status == status


LIST, GET = "arn:aws:states:::s3:listObjectsV2", "arn:aws:states:::s3:getObject"
PUT = "arn:aws:states:::s3:putObject"


def reading(resource: str, writer: Any = None, **config: Any) -> Any:
    """A Map over what a reader gives; each item is its own result."""
    reader: dict[str, Any] = {"Resource": resource, "Parameters": {"Bucket": "b", "Key.$": "$.k"}}
    if config:
        reader["ReaderConfig"] = config
    return {"M": mapping(ItemReader=reader, **({"ResultWriter": writer} if writer else {}))}


# Point 39 of the ASL notes: what each form of a file gives.
READ: list[tuple[str, dict[str, Any], Any, Any]] = [
    (LIST, {}, [{"Key": "x"}], [{"Key": "x"}]),
    (LIST, {"MaxItems": 1}, [1, 2], [1]),
    (GET, {"InputType": "MANIFEST"}, [1, 2], [1, 2]),
    (GET, {"InputType": "PARQUET"}, [], []),
    (GET, {"InputType": "JSON"}, "[1, 2.50]", [1, 2.5]),
    (GET, {"InputType": "JSONL"}, b'{"a":1}\n{"a":2}\n', [{"a": 1}, {"a": 2}]),
    (
        GET,
        {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x", "y"]},
        "1,2\n3\n",
        [{"x": "1", "y": "2"}, {"x": "3", "y": ""}],
    ),
]


@pytest.mark.parametrize(("resource", "config", "given", "items"), READ)
def test_a_stand_in_gives_the_items_of_a_reader(
    resource: str, config: dict[str, Any], given: Any, items: Any
) -> None:
    heard: list[Any] = []

    def give(asked: Any) -> Any:
        heard.append(asked)
        return given

    assert output(reading(resource, **config), {"k": "f"}, {resource: give}) == items
    assert heard == [{"Bucket": "b", "Key": "f"}]


@pytest.mark.parametrize("given", [None, 1, "{}", "nope", {"a": 1}])
def test_what_is_no_list_of_items_fails_the_reader(given: Any) -> None:
    result = run(reading(GET, InputType="JSON"), {"k": "f"}, {GET: lambda _: given})
    assert result.error == "States.ItemReaderFailed"


def test_a_reader_and_a_writer_fail_as_their_stand_ins_do() -> None:
    def breaks(_given: Any) -> Any:
        raise PermissionError("not yours")

    assert run(reading(LIST), {"k": "f"}, {LIST: breaks}).error == "PermissionError"
    writer = {"Resource": PUT, "Parameters": {"Bucket": "out"}}
    steps = {LIST: lambda _: [1], PUT: breaks}
    assert run(reading(LIST, writer), {"k": "f"}, steps).error == "PermissionError"


def test_without_a_stand_in_a_reader_of_elsewhere_is_one_problem() -> None:
    policy = asl.import_machine(machine(reading(LIST)))
    with pytest.raises(PolicyInvalid) as refused:
        simulate(policy, {"k": "f"}, steps={})
    assert [problem.code for problem in refused.value.problems] == ["asl.not_runnable"]
