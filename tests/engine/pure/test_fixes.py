"""Fixes: where a repair is obvious, applying it makes the problem vanish."""

import copy
from typing import Any

import pytest

from assent_schemas import exact_json
from assent_schemas.errors import Problem
from engine.pure.policies import machine, passing, policy, task
from engine.pure.test_validation_table import BROKEN, TRUE, check, choosing, mapping, triggered

INNER = machine({"In": passing()})

REPAIRED: list[tuple[str, Any, Any]] = [
    ("a misspelt key", policy({"A": {"type": "Pass", "ned": True}}), policy({"A": passing()})),
    (
        "a misspelt key with a slash",
        policy({"A/B": {**passing(), "commnt": "x"}}),
        policy({"A/B": {**passing(), "comment": "x"}}),
    ),
    (
        "a misspelt start",
        policy({"Start": passing()}, start_at="Strat"),
        policy({"Start": passing()}),
    ),
    (
        "a misspelt resource",
        policy({"T": task("market.get_qoute")}),
        policy({"T": task("market.get_quote")}),
    ),
    ("a misspelt type", policy({"T": {**task(), "type": "Taks"}}), policy({"T": task()})),
    (
        "a misspelt zone",
        triggered(type="cron", expression="0 9 * * *", timezone="Europe/Zurch"),
        triggered(type="cron", expression="0 9 * * *", timezone="Europe/Zurich"),
    ),
    (
        "a nickname of other crons",
        triggered(type="cron", expression="@Daily"),
        triggered(type="cron", expression="0 0 * * *"),
    ),
    ("no way on from the last state", policy({"A": {"type": "Pass"}}), policy({"A": passing()})),
    (
        "a variable beside a connective",
        policy(choosing({"variable": "$.a", "not": TRUE})),
        policy(choosing({"not": TRUE})),
    ),
    (
        "the same iterator twice",
        policy(mapping(INNER, item_processor=INNER)),
        policy(mapping(INNER)),
    ),
    (
        "a catch-all with another name",
        policy({"T": task(retry=[{"error_equals": ["A", "States.ALL"]}])}),
        policy({"T": task(retry=[{"error_equals": ["States.ALL"]}])}),
    ),
    (
        "a moment with a space",
        triggered(type="once", at="2026-01-01 09:00:00z"),
        triggered(type="once", at="2026-01-01T09:00:00Z"),
    ),
]

NOT_OBVIOUS: list[tuple[str, Any]] = [
    (
        "a misspelt key whose right one is there",
        policy({"A": {**passing(), "ned": True}}),
    ),
    ("no way on in the middle", policy({"A": {"type": "Pass"}, "B": passing()})),
    ("two tests", policy(choosing({"variable": "$.a", "is_null": True, "is_present": True}))),
    ("next and end", policy({"A": passing(next="B", end=True), "B": passing()})),
    (
        "an iterator and another one",
        policy(mapping(INNER, item_processor=machine({"B": passing()}))),
    ),
    ("a name that is like none", policy({"T": task("zzz")})),
]


def applied(document: Any, problem: Problem) -> Any:
    """The document after the operations of a fix, by RFC 6902."""
    root = {"": copy.deepcopy(document)}
    for one in problem.fix or ():
        value = _taken(root, one["from"]) if one["op"] == "move" else one.get("value")
        if one["op"] == "remove" or (one["op"] == "replace" and one["path"]):
            _taken(root, one["path"])
        if one["op"] != "remove":
            node, key = _place(root, one["path"])
            node[key] = value
    return root[""]


def _taken(root: Any, where: str) -> Any:
    node, key = _place(root, where)
    return node.pop(key)


def _place(root: Any, where: str) -> tuple[Any, Any]:
    node: Any = root
    key: Any = ""
    for token in where.split("/")[1:]:
        node = node[key]
        name = token.replace("~1", "/").replace("~0", "~")
        key = int(name) if isinstance(node, list) else name
    return node, key


@pytest.mark.parametrize(
    ("document", "expected"), [pytest.param(*row[1:], id=row[0]) for row in REPAIRED]
)
def test_the_obvious_fix_makes_the_policy_what_was_meant(document: Any, expected: Any) -> None:
    fixable = [one for one in check(document) if one.fix]
    assert fixable
    mended = applied(document, fixable[0])
    assert mended == expected
    assert check(mended) == []


@pytest.mark.parametrize(
    "document", [row[1] for row in NOT_OBVIOUS], ids=[row[0] for row in NOT_OBVIOUS]
)
def test_where_there_is_a_choice_no_fix_is_offered(document: Any) -> None:
    found = check(document)
    assert found
    assert all(one.fix is None for one in found)


@pytest.mark.parametrize(
    "document",
    [row[1] for row in [*BROKEN, *REPAIRED]],
    ids=[row[0] for row in [*BROKEN, *REPAIRED]],
)
def test_a_fix_makes_its_problem_vanish(document: Any) -> None:
    found = check(document)
    for one in found:
        if one.fix is not None:
            left = check(applied(document, one))
            assert (one.code, one.pointer) not in {(each.code, each.pointer) for each in left}
            assert len(left) < len(found)


def test_a_fix_is_shown_as_json_only_where_there_is_one() -> None:
    slip, *_ = check(policy({"T": task("market.get_qoute")}))
    where = "/states/T/resource"
    assert slip.as_json()["fix"] == [{"op": "replace", "path": where, "value": "market.get_quote"}]
    assert exact_json.encode(slip.as_json())
    assert set(check([])[0].as_json()) == {"code", "title", "detail", "remedy", "pointer"}
    assert hash(slip)
