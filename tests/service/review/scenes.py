"""Scenes of reviews: a policy that trades, its next version, and orders that a run asks for."""

from decimal import Decimal
from typing import Any

from assent_schemas import exact_json
from service.review.stages import Stage
from service.shell import EXAMPLES

Json = dict[str, Any]
ORDERS = (("sell", "NVDA", "12", "1684.80"), ("sell", "MSFT", "3", "1241.55"),
          ("buy", "VTI", "7", "1902.04"), ("buy", "BND", "14.25", "1037.40"))  # fmt: skip


def rebalance(**more: Any) -> Json:
    """The rebalancing example, with its tests."""
    text = (EXAMPLES / "volatility-aware-rebalance-with-tests.json").read_bytes()
    document: Json = exact_json.parse(text)
    about = "Once a month, unless the VIX is high, bring the portfolio back to its targets."
    return {**document, "description": about, **more}


async def proposal(here: Stage) -> str:
    """A first version that waits."""
    return await here.propose(rebalance())


async def next_version(here: Stage) -> str:
    """A second version that waits: weekly, and at a higher VIX."""
    policy_id = await here.propose(rebalance())
    await here.approve(policy_id)
    changed = rebalance(policy_id=policy_id, triggers=[{"type": "cron", "expression": "0 9 * * 1"}])
    changed.pop("tests")
    rule = changed["states"]["CheckVolatility"]["choices"][0]
    rule["numeric_greater_than"] = Decimal(45)
    await here.propose(changed)
    return policy_id


def trading() -> Json:
    """A policy that asks for a yes to exactly these orders."""
    shown = [_order(*one) for one in ORDERS]
    question = {
        "type": "Approval",
        "title": "Rebalance four positions to their targets?",
        "timeout_seconds": 3600,
        "effects": [{"resource": "trade.execute", "items_path": "$.orders"}],
        "next": "Trade",
    }
    trade = {
        "type": "Task",
        "resource": "trade.execute",
        "parameters": {f"{name}.$": f"$.iterator.{name}" for name in shown[0]},
        "requires_approval": "Ask",
        "end": True,
    }
    iterator = {"start_at": "Place", "states": {"Place": trade}}
    each = {"type": "Map", "items_path": "$.orders", "iterator": iterator, "end": True}
    return {
        "name": "Monthly Rebalance",
        "context_defaults": {"orders": shown},
        "start_at": "Ask",
        "states": {"Ask": question, "Trade": each},
    }


def _order(side: str, symbol: str, quantity: str, most: str) -> Json:
    return {
        "side": side,
        "ticker": symbol,
        "quantity": Decimal(quantity),
        "max_value": Decimal(most),
    }
