"""Parameters that a step would not take are found before anything runs."""

from decimal import Decimal
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from assent_engine.registry import StepRegistry
from assent_engine.validation import validate
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid, Problem
from engine.pure.policies import policy, task
from engine.pure.test_fixes import applied


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ticker: str = Field(pattern="^[A-Z]+$")
    quantity: int = Field(ge=1, le=100)
    side: Literal["buy", "sell"] = "buy"
    notes: list[dict[str, str]] = []


class Loose(BaseModel, extra="allow"):
    share: Decimal = Decimal("0.1")


REGISTRY = StepRegistry()


@REGISTRY.add_step("an.order", "Takes an order and nothing else")
def order(given: Order) -> str:
    return given.ticker


@REGISTRY.add_step("a.loose_one", "Takes what it is given")
def loose(given: Loose) -> Decimal:
    return given.share


WHERE = "/states/T/parameters"
SOUND = {"ticker": "A", "quantity": 1}


def check(document: Any) -> list[Problem]:
    try:
        validate(exact_json.plain(document), REGISTRY)
    except PolicyInvalid as invalid:
        return list(invalid.problems)
    return []


def ordering(parameters: Any, resource: str = "an.order") -> Any:
    return policy({"T": task(resource, parameters=parameters)})


@pytest.mark.parametrize(
    ("parameters", "code", "at"),
    [
        ({**SOUND, "quantiti": 5}, "unknown_key", "/quantiti"),
        ({**SOUND, "lot.$": "$.lot"}, "unknown_key", "/lot.$"),
        ({"ticker": "A"}, "missing_key", ""),
        ({**SOUND, "quantity": "1"}, "wrong_type", "/quantity"),
        ({**SOUND, "quantity": Decimal("1.5")}, "wrong_type", "/quantity"),
        ({**SOUND, "quantity": 101}, "out_of_bounds", "/quantity"),
        ({**SOUND, "quantity": None}, "wrong_type", "/quantity"),
        ({**SOUND, "side": "bye"}, "not_allowed", "/side"),
        ({**SOUND, "notes": [{"a": 1}]}, "wrong_type", "/notes/0/a"),
    ],
)
def test_a_parameter_that_the_step_would_refuse_is_pointed_at(
    parameters: Any, code: str, at: str
) -> None:
    found = [(one.code, one.pointer) for one in check(ordering(parameters))]
    assert found == [(f"parameters.{code}", WHERE + at)]


@pytest.mark.parametrize(
    ("parameters", "resource"),
    [
        (SOUND, "an.order"),
        ({"ticker.$": "$.t", "quantity.$": "$.q"}, "an.order"),
        ({**SOUND, "notes": [{"a.$": "$.a"}]}, "an.order"),
        ({**SOUND, "quantity": Decimal("1.0")}, "an.order"),
        ({"anything": 1, "share": Decimal("0.25")}, "a.loose_one"),
    ],
)
def test_what_is_right_or_cannot_be_known_yet_is_accepted(parameters: Any, resource: str) -> None:
    assert check(ordering(parameters, resource)) == []


def test_without_parameters_the_input_of_the_run_decides() -> None:
    assert check(policy({"T": task("an.order")})) == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"ticker": "A", "quantiy": 5},
        {"ticker": "A", "quantiy.$": "$.q"},
        {**SOUND, "side": "sel"},
    ],
)
def test_a_misspelt_parameter_can_be_mended(parameters: Any) -> None:
    document = ordering(parameters)
    fixable = [one for one in check(document) if one.fix]
    assert check(applied(document, fixable[0])) == []
