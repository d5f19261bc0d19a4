"""Orders: every call that a yes covers stands in a table, in its order and digit for digit."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assent_engine import library
from assent_engine.registry import Risk, StepRegistry
from assent_schemas import exact_json
from assent_service.review.orders import orders, riskiest

library.load()
REGISTRY = StepRegistry.shared()
NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=3)
VALUES = st.none() | st.booleans() | NUMBERS | st.text(max_size=8) | st.lists(NUMBERS, max_size=2)
INPUTS = st.dictionaries(st.sampled_from(["ticker", "side", "n", "x y"]), VALUES) | VALUES
EFFECTS = st.lists(
    st.fixed_dictionaries(
        {"resource": st.sampled_from(["trade.execute", "notify.user"]), "input": INPUTS}
    ),
    max_size=12,
)


@given(EFFECTS)
def test_every_call_stands_there_once_with_every_value(effects: list[dict[str, Any]]) -> None:
    found = {
        number: (table.resource, dict(zip(table.headings, cells, strict=True)))
        for table in orders(effects, REGISTRY)
        for number, cells in table.rows
    }
    assert list(found) == list(range(1, len(effects) + 1))
    for effect, (resource, cells) in zip(effects, found.values(), strict=True):
        assert resource == effect["resource"]
        given = effect["input"]
        fields = given if isinstance(given, dict) and given else {"input": given}
        assert cells.keys() == fields.keys()
        for name, value in fields.items():
            exact = exact_json.encode(value).decode()
            assert cells[name].text in (exact, value)
            assert cells[name].number == (exact[0] in "-0123456789")


@given(st.text(max_size=12) | VALUES, st.text(max_size=12) | VALUES)
def test_two_values_that_differ_never_look_the_same(one: Any, other: Any) -> None:
    effects = [{"resource": "notify.user", "input": {"msg": value}} for value in (one, other)]
    texts = [cells[0].text for table in orders(effects, REGISTRY) for _, cells in table.rows]
    same = exact_json.encode(one) == exact_json.encode(other)
    assert (texts[0] == texts[1]) == same


def test_numbers_keep_their_digits_and_what_matters_most_comes_first() -> None:
    given = {"max_value": Decimal("1684.80"), "ticker": "NVDA", "quantity": 12, "side": "sell"}
    (table,) = orders([{"resource": "trade.execute", "input": given}], REGISTRY)
    assert table.headings == ("side", "quantity", "ticker", "max_value")
    assert [cell.text for cell in table.rows[0][1]] == ["sell", "12", "NVDA", "1684.80"]


def test_calls_of_another_form_stand_in_a_table_of_their_own() -> None:
    notice = {"resource": "notify.user", "input": {"msg": "x"}}
    trade = {"resource": "trade.execute", "input": {"side": "buy"}}
    found = orders([notice, notice, trade, notice], REGISTRY)
    assert [(one.resource, [number for number, _ in one.rows]) for one in found] == [
        ("notify.user", [1, 2]),
        ("trade.execute", [3]),
        ("notify.user", [4]),
    ]


def test_the_riskiest_call_gives_the_risk_and_what_is_unknown_is_risky() -> None:
    notice = {"resource": "notify.user", "input": {}}
    trade = {"resource": "trade.execute", "input": {}}
    unknown = {"resource": "no.such", "input": {}}
    assert riskiest([], REGISTRY) is None
    assert riskiest([notice], REGISTRY) is Risk.LOW
    assert riskiest([notice, trade], REGISTRY) is Risk.HIGH
    assert riskiest([unknown], REGISTRY) is Risk.HIGH
