"""Maps over files in our own dialect: form, data flow, results, and the words about them."""

import copy
from typing import Any

import pytest

from assent_engine import simulate
from assent_engine.files import MemoryFiles
from assent_engine.reading import diff, explain, worst_case
from assent_engine.registry import StepRegistry
from assent_engine.validation import Named, validate
from assent_schemas.errors import PolicyInvalid, Problem
from engine.pure.policies import NOON, machine, policy, task

ROWS = {
    "type": "Map",
    "item_reader": {
        "resource": "files.read_items",
        "reader_config": {"input_type": "CSV", "max_items": 5},
        "parameters": {"path": "in/rows.csv"},
    },
    "iterator": machine({"Call": task("a.step")}),
    "end": True,
}
WRITER = {"resource": "files.write_result", "parameters": {"path": "out"}}
WRITING = {**ROWS, "result_writer": WRITER, "tolerated_failure_count": 9}
CSV = b"n,at\n1,x\n2,y\n3,z\n"


def run(state: dict[str, Any], files: MemoryFiles | None = None, given: Any = None) -> Any:
    place = files or MemoryFiles({"in/rows.csv": CSV})
    steps = {"a.step": lambda value: value["iterator"]["n"]}
    registry = StepRegistry()
    return simulate(policy({"M": state}), given, steps=steps, registry=registry, now=NOON,
                    files=place)  # fmt: skip


def problems(state: dict[str, Any]) -> list[Problem]:
    with pytest.raises(PolicyInvalid) as caught:
        validate(policy({"M": state}), Named())
    return list(caught.value.problems)


def changed(*where: str, to: Any) -> dict[str, Any]:
    """The Map with one field changed."""
    state = copy.deepcopy(WRITING)
    place: Any = state
    for name in where[:-1]:
        place = place[name]
    place[where[-1]] = to
    return state


def test_an_iteration_sees_the_maps_input_with_the_row_as_iterator() -> None:
    assert run(ROWS).output == ["1", "2", "3"]


def test_the_path_and_the_number_may_come_from_the_input() -> None:
    state = changed("item_reader", "parameters", to={"path.$": "$.file"})
    state["item_reader"]["reader_config"] = {"input_type": "CSV", "max_items_path": "$.most"}
    del state["result_writer"]
    assert run(state, given={"file": "in/rows.csv", "most": 2}).output == ["1", "2"]


def test_results_are_described_and_a_simulation_writes_nothing() -> None:
    files = MemoryFiles({"in/rows.csv": CSV})
    details = run(WRITING, files).output["result_writer_details"]
    assert (details["succeeded"], details["failed"]) == (3, 0)
    assert details["folder"].startswith("out/simulation-")
    assert files.contents.keys() == {"in/rows.csv"}


def test_results_can_be_placed_and_selected_like_any_other() -> None:
    state = {**WRITING, "result_selector": {"n.$": "$.result_writer_details.succeeded"},
             "result_path": "$.done"}  # fmt: skip
    assert run(state, given={"kept": 1}).output == {"kept": 1, "done": {"n": 3}}


WRONG = {
    "a misspelt reader": (
        changed("item_reader", "resource", to="files.read_item"),
        "item_files.unknown_resource",
        "/states/M/item_reader/resource",
    ),
    "a reader as a writer": (
        changed("result_writer", "resource", to="files.read_items"),
        "item_files.unknown_resource",
        "/states/M/result_writer/resource",
    ),
    "a reader of another world": (
        changed("item_reader", "resource", to="arn:aws:states:::s3:getObject"),
        "item_files.unknown_resource",
        "/states/M/item_reader/resource",
    ),
    "a path out of the folder": (
        changed("item_reader", "parameters", "path", to="../x.csv"),
        "item_files.bad_path",
        "/states/M/item_reader/parameters/path",
    ),
    "an absolute path": (
        changed("result_writer", "parameters", "path", to="/tmp/x"),  # noqa: S108
        "item_files.bad_path",
        "/states/M/result_writer/parameters/path",
    ),
    "no path": (
        changed("item_reader", "parameters", to={}),
        "item_files.no_path",
        "/states/M/item_reader/parameters",
    ),
    "an unknown parameter": (
        changed("result_writer", "parameters", to={"path": "x", "Key": "y"}),
        "item_files.unknown_parameter",
        "/states/M/result_writer/parameters/Key",
    ),
    "headers that are not given": (
        changed("item_reader", "reader_config", "csv_header_location", to="GIVEN"),
        "item_files.no_headers",
        "/states/M/item_reader/reader_config",
    ),
    "a header twice": (
        changed("item_reader", "reader_config", "csv_headers", to=["a", "a"]),
        "item_files.duplicate_header",
        "/states/M/item_reader/reader_config/csv_headers",
    ),
    "a negative number": (
        changed("item_reader", "reader_config", "max_items", to=-1),
        "item_files.negative",
        "/states/M/item_reader/reader_config/max_items",
    ),
    "a path that cannot be read": (
        changed("item_reader", "parameters", to={"path.$": "$.a["}),
        "path.syntax",
        "/states/M/item_reader/parameters/path.$",
    ),
    "a number from no path": (
        changed("item_reader", "reader_config", to={"input_type": "CSV", "max_items_path": "$["}),
        "path.syntax",
        "/states/M/item_reader/reader_config/max_items_path",
    ),
    "an unknown field": (
        changed("item_reader", "reader_config", "colour", to="red"),
        "policy.unknown_key",
        "/states/M/item_reader/reader_config/colour",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_reader_or_writer_is_said_where_it_stands(name: str) -> None:
    state, code, where = WRONG[name]
    assert (code, where) in [(one.code, one.pointer) for one in problems(state)]


def test_a_misspelt_reader_is_offered_the_right_one() -> None:
    (found,) = problems(changed("item_reader", "resource", to="files.read_itms"))
    assert found.remedy == 'Did you mean "files.read_items"?'
    assert found.fix


@pytest.mark.parametrize("junk", [None, 7, "x", [], [{}], {"reader_config": [1]}])
def test_a_reader_of_any_other_form_is_refused_and_breaks_nothing(junk: Any) -> None:
    assert problems({**WRITING, "item_reader": junk, "result_writer": junk})


def stepped() -> StepRegistry:
    registry = StepRegistry()

    @registry.add_step("a.step", "Looks")
    async def look() -> None: ...

    return registry


def read(state: dict[str, Any]) -> Any:
    return validate(policy({"M": state}), stepped())


def test_the_worst_case_counts_the_items_that_a_reader_may_give() -> None:
    assert worst_case(read(ROWS), stepped()).calls == {"a.step": 5}
    unsaid = changed("item_reader", "reader_config", to={"input_type": "CSV"})
    assert worst_case(read(unsaid), stepped()).calls == {"a.step": 100_000}
    assert worst_case(read(ROWS), stepped()).written == 0
    assert worst_case(read(WRITING), stepped()).written == 1


def test_the_words_name_the_file_its_bound_and_the_folder() -> None:
    text = explain(read(WRITING), stepped())
    assert 'Goes over each item of the CSV file "in/rows.csv" (at most 5), all at once' in text
    assert 'writes the results to a folder in "out"' in text
    assert 'It writes results below "out", in the home\'s folder of files.' in text
    assert "It changes nothing outside." not in text
    assert "It changes nothing outside." in explain(read(ROWS), stepped())
    assert "writes result files" in explain(read(WRITING), stepped(), brief=True).lower()


def test_a_path_that_only_the_run_knows_is_said_to_be_one() -> None:
    state = changed("result_writer", "parameters", to={"path.$": "$.where"})
    assert "below the path in $.where" in explain(read(state), stepped())


def test_a_new_folder_of_results_is_a_risk_and_one_gone_is_none() -> None:
    other = changed("result_writer", "parameters", "path", to="elsewhere")
    found = diff(read(WRITING), read(other), stepped())
    assert found.verdict == "riskier"
    assert ("worse", 'newly writes results below "elsewhere"') in [
        (one.weight, one.text) for one in found.risks
    ]
    gone = diff(read(WRITING), read({**ROWS, "tolerated_failure_count": 9}), stepped())
    assert gone.verdict == "no riskier"
