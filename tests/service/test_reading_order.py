"""The order for a reader: the same document, with what comes first first."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_schemas import exact_json
from assent_service.reading_order import in_reading_order
from service.shell import HARVEST, REBALANCE

NAMES = st.sampled_from(["A", "B", "C", "D", "E/f", "g~h", "next", "states"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(-9, 9, places=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FREE = st.dictionaries(st.sampled_from(["comment", "parameters", "zzz", "variable"]), VALUES)


def machine(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    rules = st.lists(st.fixed_dictionaries({"next": NAMES}), max_size=3)
    links = {
        "next": NAMES,
        "default": NAMES,
        "choices": rules,
        "catch": rules,
        "iterator": inner,
        "item_processor": inner,
        "branches": st.lists(inner, max_size=2),
    }
    state = st.builds(
        lambda links, free: {**free, **links}, st.fixed_dictionaries({}, optional=links), FREE
    )
    parts = {"states": st.dictionaries(NAMES, state, max_size=6), "start_at": NAMES}
    return st.builds(
        lambda parts, free: {**free, **parts}, st.fixed_dictionaries({}, optional=parts), FREE
    )


MACHINES: st.SearchStrategy[dict[str, Any]] = st.recursive(st.just({}), machine, max_leaves=4)


def inner_machines(document: Any) -> Iterator[Any]:
    yield document
    for state in document.get("states", {}).values():
        for key in ("iterator", "item_processor"):
            if key in state:
                yield from inner_machines(state[key])
        for branch in state.get("branches", []):
            yield from inner_machines(branch)


@given(MACHINES)
def test_nothing_is_lost_added_or_changed(document: dict[str, Any]) -> None:
    assert exact_json.encode(in_reading_order(document)) == exact_json.encode(document)


@given(MACHINES)
def test_the_start_state_comes_first_in_every_machine(document: dict[str, Any]) -> None:
    for one in inner_machines(in_reading_order(document)):
        states = one.get("states", {})
        if one.get("start_at") in states:
            assert next(iter(states)) == one["start_at"]


@given(MACHINES)
def test_the_order_is_settled_at_once(document: dict[str, Any]) -> None:
    once = in_reading_order(document)
    again = in_reading_order(once)
    assert exact_json.encode(again, as_ordered=True) == exact_json.encode(once, as_ordered=True)


@given(MACHINES)
def test_the_document_itself_is_left_alone(document: dict[str, Any]) -> None:
    before = exact_json.encode(document, as_ordered=True)
    in_reading_order(document)
    assert exact_json.encode(document, as_ordered=True) == before


@pytest.mark.parametrize(
    ("example", "states"),
    [
        (
            REBALANCE,
            ["GetVIX", "CheckVolatility", "NotifyHighVol", "CalculateDrift", "ExecuteRebalance"],
        ),
        (HARVEST, ["GetPositions", "ScanLosses"]),
    ],
)
def test_states_stand_in_the_order_in_which_they_follow(example: Any, states: list[str]) -> None:
    document = exact_json.parse(example.read_bytes())
    document["states"] = dict(sorted(document["states"].items(), reverse=True))
    ordered = in_reading_order(document)
    assert next(iter(ordered)) == "name"
    assert list(ordered)[-1] == "states"
    assert list(ordered["states"]) == states


def test_a_fraction_keeps_its_digits() -> None:
    ordered = in_reading_order({"states": {"A": {"seconds": Decimal("0.10")}}})
    assert exact_json.encode(ordered) == b'{"states":{"A":{"seconds":0.10}}}'
