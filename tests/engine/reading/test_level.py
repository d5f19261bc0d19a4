"""The level of a policy is that of the riskiest thing it may do outside."""

from typing import Any

import pytest

from assent_engine import library
from assent_engine.reading.level import level
from assent_engine.registry import Risk, StepRegistry
from assent_engine.validation import Named, validate

library.load()
REGISTRY = StepRegistry.shared()
NOTICE = {"resource": "notify.user", "parameters": {"msg": "x"}}
TRADE = {"resource": "trade.execute", "parameters": {"ticker": "VTI", "side": "buy", "quantity": 1}}
QUOTE = {"resource": "market.get_quote", "parameters": {"symbol": "VTI"}}
UNKNOWN = {"resource": "no.such_step", "parameters": {}}


def policy(*tasks: dict[str, Any]) -> dict[str, Any]:
    states: dict[str, Any] = {"End": {"type": "Succeed"}}
    for number, one in reversed(list(enumerate(tasks))):
        following = f"S{number + 1}" if number + 1 < len(tasks) else "End"
        states[f"S{number}"] = {"type": "Task", **one, "next": following}
    return {"name": "P", "start_at": "S0" if tasks else "End", "states": states}


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        ([], None),
        ([QUOTE], None),
        ([NOTICE], Risk.LOW),
        ([NOTICE, TRADE], Risk.HIGH),
        ([TRADE, QUOTE], Risk.HIGH),
        ([UNKNOWN], Risk.HIGH),
    ],
)
def test_the_riskiest_step_gives_the_level(tasks: list[dict[str, Any]], found: Risk | None) -> None:
    assert level(validate(policy(*tasks), Named()), REGISTRY) is found
