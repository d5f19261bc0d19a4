"""Warnings: what is allowed but can be proven to be doubtful, and nothing else."""

from typing import Any

import pytest

from assent_engine.validation import Named, validate, warnings
from engine.pure.policies import passing, policy, task

CLOSED = {"type": "object", "properties": {"a": {}}, "additionalProperties": False}
END = {"End": {"type": "Succeed"}}
Found = set[tuple[str, str | None]]


def warned(document: Any) -> Found:
    validate(document, Named())
    return {(one.code, one.pointer) for one in warnings(document, Named())}


def closed(states: Any, **more: Any) -> Any:
    return policy(states, input_schema=CLOSED, **more)


def choosing(rule: Any, **more: Any) -> Any:
    return {"C": {"type": "Choice", "choices": [{**rule, "next": "End"}], **more}, **END}


def wanting(name: str) -> Any:
    return passing(parameters={"v.$": f"$.{name}"})


PRESENT = {"variable": "$.b", "is_present": True}
NULL = {"variable": "$.b", "is_null": True}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (policy(choosing(PRESENT)), {("choice.no_default", "/states/C")}),
        (
            policy({"A": wanting("a")}),
            {("input.undeclared", "/states/A/parameters/v.$")},
        ),
        (closed({"A": wanting("b")}), {("path.never_written", "/states/A/parameters/v.$")}),
        (
            closed(choosing(NULL, default="End")),
            {("path.never_written", "/states/C/choices/0/variable")},
        ),
        (
            closed({"A": task(next="B", result_path="$.c"), "B": wanting("b")}),
            {("path.never_written", "/states/B/parameters/v.$")},
        ),
        (
            closed({"A": {**wanting("b"), "result_path": None}}),
            {("path.never_written", "/states/A/parameters/v.$")},
        ),
        (
            closed({"A": passing(result={}, next="B"), "B": wanting("b")}),
            {("path.never_written", "/states/B/parameters/v.$")},
        ),
    ],
)
def test_what_the_document_proves_is_warned_of(document: Any, expected: Found) -> None:
    assert warned(document) == expected


@pytest.mark.parametrize(
    "document",
    [
        policy(choosing(PRESENT, default="End")),
        policy({"A": wanting("a")}, context_defaults={"a": 1}),
        policy({"A": passing(next="B"), "B": wanting("a")}),
        closed({"A": wanting("a")}),
        closed({"A": wanting("b")}, context_defaults={"b": 1}),
        closed({"A": task(next="B", result_path="$.b.x"), "B": wanting("b")}),
        closed({"A": task(next="B"), "B": wanting("b")}),
        closed({"A": passing(output_path="$.a", next="B"), "B": wanting("b")}),
        closed(
            {
                "A": task(
                    result_path=None,
                    next="B",
                    catch=[{"error_equals": ["E"], "next": "B", "result_path": "$.b"}],
                ),
                "B": wanting("b"),
            }
        ),
        closed({"A": passing(input_path="$.a", next="B"), "B": wanting("b")}),
        policy({"A": wanting("b")}, input_schema={"type": "object"}),
    ],
)
def test_what_cannot_be_proven_is_not_warned_of(document: Any) -> None:
    assert warned(document) == set()


def test_an_imported_machine_and_what_is_no_policy_are_not_judged() -> None:
    assert warnings([], Named()) == []
    assert warnings({"dialect": "asl", **policy(choosing(PRESENT))}, Named()) == []
