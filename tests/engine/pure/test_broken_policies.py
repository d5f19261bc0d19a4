"""More broken policies: the later parts of the language, misspellings, and many faults at once."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest

from assent_schemas.errors import pointer
from engine.pure.policies import machine, passing, policy, task
from engine.pure.test_fixes import applied
from engine.pure.test_validation_table import (
    BROKEN,
    INNER,
    TRUE,
    Found,
    check,
    choosing,
    found,
    mapping,
    triggered,
)


def doubling(names: int) -> dict[str, Any]:
    """A schema of a few lines that stands for two to the power of `names` others."""
    each = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(names)}
    return {"$ref": "#/$defs/d0", "$defs": {**each, f"d{names}": {}}}


Broken = tuple[str, Any, Found]
PLAIN = {"name", "start_at", "states"}
MORE: list[Broken] = [
    (
        "a misspelt state type",
        policy({"T": {**task(), "type": "task"}}),
        {("policy.not_allowed", "/states/T/type")},
    ),
    (
        "a state without a type",
        policy({"T": {"resource": "a.step", "end": True}}),
        {("policy.missing_key", "/states/T")},
    ),
    (
        "a misspelt resource",
        policy({"T": task("market.get_qoute")}),
        {("resource.unknown", "/states/T/resource")},
    ),
    (
        "a misspelt start",
        policy({"Start": passing()}, start_at="start"),
        {("reference.unknown_state", "/start_at")},
    ),
    (
        "a misspelt next",
        policy({"A": passing(next="Beta"), "Bete": passing()}),
        {("reference.unknown_state", "/states/A/next")},
    ),
    (
        "a misspelt key of a state",
        policy({"A": {"type": "Pass", "ned": True}}),
        {("policy.missing_key", "/states/A"), ("policy.unknown_key", "/states/A/ned")},
    ),
    (
        "a misspelt key of the policy",
        policy({"A": passing()}, trigers=[]),
        {("policy.unknown_key", "/trigers")},
    ),
    (
        "no way on from the last state",
        policy({"A": {"type": "Pass"}}),
        {("policy.missing_key", "/states/A")},
    ),
    (
        "next and end",
        policy({"A": {"type": "Pass", "next": "A", "end": True}}),
        {("cycle.unbounded", "/states/A"), ("policy.exclusive_keys", "/states/A")},
    ),
    (
        "end: false",
        policy({"A": {"type": "Pass", "end": False}}),
        {("policy.not_allowed", "/states/A/end")},
    ),
    (
        "a Task without a resource",
        policy({"T": {"type": "Task", "end": True}}),
        {("policy.missing_key", "/states/T")},
    ),
    (
        "a Choice without rules",
        policy({"C": {"type": "Choice", "choices": []}}),
        {("policy.out_of_bounds", "/states/C/choices")},
    ),
    (
        "a rule without a next",
        policy({"C": {"type": "Choice", "choices": [TRUE]}}),
        {("policy.missing_key", "/states/C/choices/0")},
    ),
    (
        "a rule with two tests",
        policy(choosing({**TRUE, "is_present": True})),
        {("policy.exclusive_keys", "/states/C/choices/0")},
    ),
    (
        "a rule without a test",
        policy(choosing({"variable": "$.a"})),
        {("policy.missing_key", "/states/C/choices/0")},
    ),
    (
        "a test that there is not",
        policy(choosing({"variable": "$.a", "string_equal": "x"})),
        {("policy.unknown_key", "/states/C/choices/0/string_equal")},
    ),
    (
        "a test of a number with a text",
        policy(choosing({"variable": "$.a", "numeric_equals": "1"})),
        {("policy.wrong_type", "/states/C/choices/0/numeric_equals")},
    ),
    (
        "a variable beside a connective",
        policy(choosing({"variable": "$.a", "not": TRUE})),
        {("policy.exclusive_keys", "/states/C/choices/0")},
    ),
    (
        "and of nothing",
        policy(choosing({"and": []})),
        {("policy.out_of_bounds", "/states/C/choices/0/and")},
    ),
    (
        "a Wait without a time",
        policy({"W": {"type": "Wait", "end": True}}),
        {("policy.missing_key", "/states/W")},
    ),
    (
        "a Wait with two times",
        policy({"W": {"type": "Wait", "seconds": 1, "seconds_path": "$.s", "end": True}}),
        {("policy.exclusive_keys", "/states/W")},
    ),
    (
        "a Wait before now",
        policy({"W": {"type": "Wait", "seconds": -1, "end": True}}),
        {("policy.out_of_bounds", "/states/W/seconds")},
    ),
    (
        "a Map of nothing",
        policy({"M": {"type": "Map", "end": True}}),
        {("policy.missing_key", "/states/M")},
    ),
    (
        "a Map with two machines",
        policy(mapping(INNER, item_processor=machine({"B": passing()}))),
        {("policy.exclusive_keys", "/states/M")},
    ),
    (
        "the same machine twice",
        policy(mapping(INNER, item_processor=INNER)),
        {("policy.exclusive_keys", "/states/M")},
    ),
    (
        "a Parallel without branches",
        policy({"P": {"type": "Parallel", "branches": [], "end": True}}),
        {("policy.out_of_bounds", "/states/P/branches")},
    ),
    (
        "a timeout of nothing",
        policy({"T": task(timeout_seconds=0)}),
        {("policy.out_of_bounds", "/states/T/timeout_seconds")},
    ),
    (
        "two timeouts",
        policy({"T": task(timeout_seconds=1, timeout_seconds_path="$.t")}),
        {("policy.exclusive_keys", "/states/T")},
    ),
    (
        "retries without number",
        policy({"T": task(retry=[{"error_equals": ["A"], "max_attempts": 10**12}])}),
        {("policy.out_of_bounds", "/states/T/retry/0/max_attempts")},
    ),
    (
        "a back-off that shrinks",
        policy({"T": task(retry=[{"error_equals": ["A"], "backoff_rate": 0}])}),
        {("policy.out_of_bounds", "/states/T/retry/0/backoff_rate")},
    ),
    (
        "a retry for no error",
        policy({"T": task(retry=[{"error_equals": []}])}),
        {("policy.out_of_bounds", "/states/T/retry/0/error_equals")},
    ),
    (
        "a catcher that leads nowhere",
        policy({"T": task(catch=[{"error_equals": ["A"]}])}),
        {("policy.missing_key", "/states/T/catch/0")},
    ),
    (
        "error and error_path",
        policy({"F": {"type": "Fail", "error": "E", "error_path": "$.e"}}),
        {("policy.exclusive_keys", "/states/F")},
    ),
    (
        "a filter that calls a function",
        policy({"A": passing(input_path="$[?(@.a =~ '.*')]")}),
        {("path.syntax", "/states/A/input_path")},
    ),
    (
        "a path of 513 characters",
        policy({"A": passing(input_path="$." + "a" * 511)}),
        {("path.syntax", "/states/A/input_path"), ("policy.out_of_bounds", "/states/A/input_path")},
    ),
    (
        "a function with too few arguments",
        policy({"A": passing(parameters={"n.$": "States.MathAdd(1)"})}),
        {("intrinsic.syntax", "/states/A/parameters/n.$")},
    ),
    (
        "a function that nests too deeply",
        policy({"A": passing(parameters={"n.$": "States.Array(" * 11 + ")" * 11})}),
        {("intrinsic.syntax", "/states/A/parameters/n.$")},
    ),
    (
        "a variable of an outer machine",
        policy(
            {
                "A": passing(next="M", assign={"x": 1}),
                **mapping(machine({"In": passing(assign={"x": 2})})),
            }
        ),
        {("variable.outer_scope", "/states/M/iterator/states/In/assign/x")},
    ),
    (
        "JSONata in a policy",
        policy({"A": passing()}, query_language="JSONata"),
        {("language.not_ours", "/query_language"), ("policy.unknown_key", "/query_language")},
    ),
    ("a name of nothing", policy({"A": passing()}, name=""), {("policy.out_of_bounds", "/name")}),
    (
        "a version that is none",
        policy({"A": passing()}, version="1.0"),
        {("policy.wrong_form", "/version")},
    ),
    (
        "a policy_id that is none",
        policy({"A": passing()}, policy_id="mine"),
        {("policy.wrong_form", "/policy_id")},
    ),
    (
        "a trigger that there is not",
        triggered(type="crom", expression="0 9 * * *"),
        {("policy.not_allowed", "/triggers/0/type")},
    ),
    (
        "a trigger of every moment",
        triggered(type="interval", seconds=1.5),
        {("policy.wrong_type", "/triggers/0/seconds")},
    ),
    (
        "an offset that is none",
        triggered(type="once", at="2026-01-01T09:00:00+25:00"),
        {("policy.wrong_form", "/triggers/0/at"), ("trigger.bad_time", "/triggers/0/at")},
    ),
    (
        "a moment with a space",
        triggered(type="once", at="2026-01-01 09:00:00z"),
        {("trigger.bad_time", "/triggers/0/at")},
    ),
    (
        "a nickname of other crons",
        triggered(type="cron", expression="@Daily"),
        {("trigger.bad_cron", "/triggers/0/expression")},
    ),
    (
        "a schema that doubles with each name",
        policy({"A": passing()}, input_schema=doubling(30)),
        {("input_schema.invalid", "/input_schema")},
    ),
    (
        "four faults of one state",
        policy(
            {
                "T": {
                    "type": "Task",
                    "resource": "a.stp",
                    "input_path": "$[",
                    "retry": [{"error_equals": ["A", "States.ALL"]}],
                    "surprise": 1,
                    "end": True,
                }
            }
        ),
        {
            ("path.syntax", "/states/T/input_path"),
            ("policy.unknown_key", "/states/T/surprise"),
            ("recovery.all_not_last", "/states/T/retry/0/error_equals"),
            ("resource.unknown", "/states/T/resource"),
        },
    ),
    (
        "a fault in every part",
        policy(
            {
                "A": passing(next="Nowhere"),
                "W": {"type": "Wait", "seconds": -1, "end": True},
                "C": {
                    "type": "Choice",
                    "choices": [{"variable": "$.a[", "is_null": True, "next": "W"}],
                },
            },
            triggers=[{"type": "cron", "expression": "61 * * * *", "timezone": "Mars"}],
            input_schema={"type": "objet"},
            name="",
        ),
        {
            ("input_schema.invalid", "/input_schema"),
            ("path.syntax", "/states/C/choices/0/variable"),
            ("policy.out_of_bounds", "/name"),
            ("policy.out_of_bounds", "/states/W/seconds"),
            ("reference.unknown_state", "/states/A/next"),
            ("trigger.bad_cron", "/triggers/0/expression"),
            ("trigger.unknown_zone", "/triggers/0/timezone"),
        },
    ),
    (
        "three names of one machine",
        policy({"A": passing(next="X"), "B": passing(next="Y"), "C": passing()}, start_at="Z"),
        {
            ("reference.unknown_state", "/start_at"),
            ("reference.unknown_state", "/states/A/next"),
            ("reference.unknown_state", "/states/B/next"),
        },
    ),
]

EVERY = [*BROKEN, *MORE]


def test_the_tables_together_are_long_enough_to_mean_something() -> None:
    assert len(EVERY) >= 60
    assert len({name for name, _, _ in EVERY}) == len(EVERY)
    assert sum(len(expected) >= 3 for _, _, expected in EVERY) >= 5


@pytest.mark.parametrize(
    ("document", "expected"), [pytest.param(*row[1:], id=row[0]) for row in MORE]
)
def test_a_broken_policy_is_refused_with_all_that_is_wrong(document: Any, expected: Found) -> None:
    assert found(document) == expected


@pytest.mark.parametrize("document", [row[1] for row in EVERY], ids=[row[0] for row in EVERY])
def test_every_pointer_leads_to_a_place_of_the_document(document: Any) -> None:
    for problem in check(document):
        assert problem.pointer in set(places(document))


def places(node: Any, where: str = "") -> Iterator[str]:
    yield where
    parts = node.items() if isinstance(node, dict) else enumerate(node if listed(node) else ())
    for key, inner in parts:
        yield from places(inner, where + pointer(key))


def listed(node: Any) -> bool:
    return isinstance(node, list)


MENDABLE = [row for row in EVERY if any(one.fix for one in check(row[1]))]


def test_a_good_part_of_the_faults_can_be_mended_by_a_machine() -> None:
    assert len(MENDABLE) >= 12


@pytest.mark.parametrize("document", [row[1] for row in MENDABLE], ids=[row[0] for row in MENDABLE])
def test_each_fix_alone_makes_its_problem_vanish_and_brings_no_other(document: Any) -> None:
    before = found(document)
    for problem in check(document):
        if problem.fix is not None:
            after = found(applied(document, problem))
            assert (problem.code, problem.pointer) not in after
            assert after < before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(one, other, id=f"{one[0]} and {other[0]}")
        for one, other in combinations([row for row in MORE if set(row[1]) == PLAIN][::3], 2)
    ],
)
def test_the_faults_of_two_policies_in_one_are_all_told(one: Broken, other: Broken) -> None:
    """One behind the other in branches of a Parallel: neither hides what the other has."""
    parts = [one[1], other[1]]
    branches = [{key: part[key] for key in ("start_at", "states")} for part in parts]
    both = policy({"Both": {"type": "Parallel", "branches": branches, "end": True}})
    told = found(both)
    for at, (_, _, expected) in enumerate((one, other)):
        assert told >= {(code, f"/states/Both/branches/{at}{where}") for code, where in expected}
