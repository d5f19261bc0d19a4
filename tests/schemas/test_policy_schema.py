"""The shipped schema: generated from the models, valid, and strict about every key."""

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assent_schemas import exact_json, policy_schema
from assent_schemas.choice import COMPARISONS
from assent_schemas.document import read_policy
from assent_schemas.errors import PolicyInvalid
from assent_schemas.exact_json import digest, parse
from assent_schemas.states import ChoiceState, TaskState

EXAMPLES = {
    "volatility-aware-rebalance": (
        "def4e6d3373847338a2710fbb443d276e5aa62da9c481fa778211cb4f574fd33"
    ),
    "tax-loss-harvester": "31286624df578e6abc896e80348f58e5131e78c390e01547672c37deaa1f628d",
}


def example(name: str) -> Any:
    return parse(files("assent_schemas").joinpath(f"examples/{name}.json").read_bytes())


def refusals(document: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(document)
    return [(one.code, one.pointer) for one in refused.value.problems]


def test_the_shipped_schema_is_what_the_models_generate() -> None:
    assert policy_schema.load() == exact_json.plain(policy_schema.generate())


def test_the_schema_is_a_valid_draft_2020_12_schema() -> None:
    schema = policy_schema.generate()
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_policies_are_accepted_unchanged(name: str) -> None:
    document = example(name)
    assert digest(document) == EXAMPLES[name]
    assert read_policy(document).name == document["name"]
    assert digest(document) == EXAMPLES[name]


WORK = {
    "retry": [{"error_equals": ["A"], "max_attempts": 2}],
    "catch": [{"error_equals": ["B"], "next": "End"}],
}
INNER: dict[str, Any] = {"start_at": "In", "states": {"In": {"type": "Succeed"}}}
RULE = {"and": [{"not": {"variable": "$.a", "is_null": True}}], "next": "End"}
FULL: dict[str, Any] = {
    "name": "All of it",
    "triggers": [
        {"type": "cron", "expression": "0 9 * * 1"},
        {"type": "interval", "seconds": 60},
        {"type": "once", "at": "2026-01-31T09:00:00Z"},
    ],
    "start_at": "Task",
    "states": {
        "Task": {"type": "Task", "resource": "a.b", "next": "Choice", **WORK},
        "Choice": {"type": "Choice", "choices": [RULE], "default": "Map"},
        "Map": {"type": "Map", "iterator": INNER, "next": "Parallel"},
        "Parallel": {"type": "Parallel", "branches": [INNER], "next": "Wait"},
        "Wait": {"type": "Wait", "seconds": 1, "next": "Pass"},
        "Pass": {"type": "Pass", "next": "End"},
        "Ask": {"type": "Approval", "title": "Go?", "timeout_seconds": 60, "end": True},
        "Fail": {"type": "Fail", "error": "E"},
        "End": {"type": "Succeed"},
    },
}
PLACES = [
    (),
    ("triggers", 0),
    ("triggers", 1),
    ("triggers", 2),
    *(("states", name) for name in FULL["states"]),
    ("states", "Task", "retry", 0),
    ("states", "Task", "catch", 0),
    ("states", "Choice", "choices", 0),
    ("states", "Choice", "choices", 0, "and", 0),
    ("states", "Choice", "choices", 0, "and", 0, "not"),
    ("states", "Map", "iterator"),
    ("states", "Map", "iterator", "states", "In"),
    ("states", "Parallel", "branches", 0),
    ("states", "Parallel", "branches", 0, "states", "In"),
]


def changed(place: tuple[str | int, ...], key: str, value: Any) -> Any:
    document = json.loads(json.dumps(FULL))
    node: Any = document
    for part in place:
        node = node[part]
    node[key] = value
    return document


def test_a_policy_with_every_part_is_accepted() -> None:
    assert set(read_policy(FULL).states) == set(FULL["states"])


@pytest.mark.parametrize("place", PLACES, ids=lambda place: "/".join(map(str, place)) or "root")
def test_an_unknown_key_is_refused_wherever_it_stands(place: tuple[str | int, ...]) -> None:
    where = "".join(f"/{part}" for part in (*place, "surprise"))
    assert refusals(changed(place, "surprise", 1)) == [("policy.unknown_key", where)]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: "/".join(map(str, place)) or "root")
def test_null_does_not_stand_for_a_key_left_out(place: tuple[str | int, ...]) -> None:
    where = "".join(f"/{part}" for part in (*place, "comment"))
    if place == ("states", "Fail"):
        assert refusals(changed(place, "error", None)) == [
            ("policy.wrong_type", "/states/Fail/error")
        ]
    assert refusals(changed(place, "comment", None)) == [("policy.wrong_type", where)]


@pytest.mark.parametrize("field", ["input_path", "output_path", "result_path"])
def test_a_data_flow_path_may_be_null(field: str) -> None:
    read = read_policy(changed(("states", "Task"), field, None)).states["Task"]
    assert getattr(read, field) is None


@pytest.mark.parametrize(
    ("place", "key", "value", "code"),
    [
        ((), "name", "", "policy.out_of_bounds"),
        ((), "name", "x" * 201, "policy.out_of_bounds"),
        ((), "version", "1.0", "policy.wrong_form"),
        ((), "version", "1.0.0\n", "policy.wrong_form"),
        ((), "version", "01.0.0", "policy.wrong_form"),
        ((), "version", "1.0.\u0663", "policy.wrong_form"),
        ((), "schema_version", "urn:assent:policy:2", "policy.wrong_form"),
        ((), "policy_id", "not-a-uuid", "policy.wrong_form"),
        ((), "timeout_seconds", 0, "policy.out_of_bounds"),
        ((), "timeout_seconds", True, "policy.wrong_type"),
        ((), "timeout_seconds", "60", "policy.wrong_type"),
        ((), "states", {}, "policy.out_of_bounds"),
        ((), "triggers", [{"type": "telepathy"}], "policy.not_allowed"),
        ((), "triggers", [{}], "policy.missing_key"),
        (("states", "Task"), "timeout_seconds", 1.5, "policy.wrong_type"),
        (("states", "Task"), "resource", "", "policy.out_of_bounds"),
        (("states", "Task"), "parameters", ["$.a"], "policy.wrong_type"),
        (("states", "Task"), "result_path", "$$.a", "policy.wrong_form"),
        (("states", "Task"), "input_path", "a.b", "policy.wrong_form"),
        (("states", "Task"), "end", False, "policy.not_allowed"),
        (("states", "Task"), "end", True, "policy.exclusive_keys"),
        (("states", "Wait"), "timestamp", "2026-01-01T00:00:00Z", "policy.exclusive_keys"),
        (("states", "Map"), "item_processor", INNER, "policy.exclusive_keys"),
        (("states", "Map"), "max_concurrency", -1, "policy.out_of_bounds"),
        (("states", "Fail"), "error_path", "$.e", "policy.exclusive_keys"),
        (("states", "Parallel"), "branches", [], "policy.out_of_bounds"),
        (("states", "Choice"), "choices", [], "policy.out_of_bounds"),
        (("states", "Choice", "choices", 0), "and", [], "policy.out_of_bounds"),
        (("states", "Choice", "choices", 0), "variable", "$.a", "policy.exclusive_keys"),
        (("states", "Choice", "choices", 0), "or", [], "policy.exclusive_keys"),
        (("states", "Task", "retry", 0), "backoff_rate", 0.9, "policy.out_of_bounds"),
        (("states", "Task", "retry", 0), "max_attempts", -1, "policy.out_of_bounds"),
        (("states", "Task", "retry", 0), "jitter_strategy", "HALF", "policy.not_allowed"),
        (("states", "Task", "retry", 0), "error_equals", [], "policy.out_of_bounds"),
        (("states", "Task", "catch", 0), "result_path", "$$", "policy.wrong_form"),
    ],
)
def test_a_bound_that_is_broken_is_told(
    place: tuple[str | int, ...], key: str, value: Any, code: str
) -> None:
    assert code in {found for found, _ in refusals(exact_json.plain(changed(place, key, value)))}


def test_a_backoff_rate_may_be_an_integer_or_an_exact_fraction() -> None:
    for rate in ("1", "1.0", "1.5"):
        document = changed(("states", "Task", "retry", 0), "backoff_rate", parse(rate))
        read = read_policy(document).states["Task"]
        assert isinstance(read, TaskState)
        assert str(read.retry[0].backoff_rate) == rate


@pytest.mark.parametrize("name", COMPARISONS)
def test_every_comparison_of_the_language_is_in_the_schema(name: str) -> None:
    operand: Any = "$.b" if name.endswith("_path") else "a"
    if name.startswith("numeric") and not name.endswith("_path"):
        operand = 1
    if name == "boolean_equals" or name.startswith("is_"):
        operand = True
    rule = {"variable": "$.a", name: operand, "next": "End"}
    read = read_policy(changed(("states", "Choice"), "choices", [rule])).states["Choice"]
    assert isinstance(read, ChoiceState)
    assert getattr(read.choices[0], name) == operand
    extra = {**rule, "string_matches" if name != "string_matches" else "string_equals": "x"}
    where = ("policy.exclusive_keys", "/states/Choice/choices/0")
    assert refusals(changed(("states", "Choice"), "choices", [extra])) == [where]


def test_a_state_without_a_known_type_is_told_with_the_nearest_one() -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(changed(("states",), "End", {"type": "Suceed"}))
    problem = refused.value.problem
    assert (problem.code, problem.pointer) == ("policy.not_allowed", "/states/End/type")
    assert problem.remedy == 'Did you mean "Succeed"?'


@pytest.mark.parametrize("document", [None, [], "text", 1, True])
def test_a_document_that_is_no_object_is_refused(document: Any) -> None:
    assert refusals(document) == [("policy.wrong_type", "")]
