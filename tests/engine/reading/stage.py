"""A small registry of stand-ins, and short ways to write policies for the tests of the readings."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from assent_engine.registry import Compensation, Macro, Risk, StepRegistry
from assent_schemas import exact_json
from assent_schemas.policy import Policy

States = Mapping[str, Any]


class Anything(BaseModel):
    """Whatever is given."""


class Order(BaseModel):
    """An order with a cap."""

    cap: Decimal | None = None


SELL_ALL = {
    "start_at": "Each",
    "states": {
        "Each": {
            "type": "Map",
            "items_path": "$.orders",
            "item_selector": {"cap.$": "$$.map.item.value"},
            "iterator": {
                "start_at": "Order",
                "states": {"Order": {"type": "Task", "resource": "trade.order", "end": True}},
            },
            "end": True,
        }
    },
}


def registry() -> StepRegistry:
    """market.price reads, trade.order costs `cap`, mail.send is for good, notify.user tells."""
    found = StepRegistry()

    def ask(given: Anything) -> dict[str, Any]:
        return {}

    def order(given: Order) -> dict[str, Any]:
        return {}

    undo = Compensation("trade.order", lambda given, _result: given)
    found.add_step("market.price", "Asks for a price.")(ask)
    found.add_step(
        "trade.order",
        "Places an order.",
        side_effect=True,
        compensation=undo,
        risk=Risk.HIGH,
        money="cap",
    )(order)
    gone = "What is sent is sent."
    found.add_step("mail.send", "Sends a mail.", side_effect=True, irreversible=gone)(ask)
    found.add_step("notify.user", "Tells you.", side_effect=True, irreversible="Read is read.")(ask)
    found.add_macro(Macro.from_document("trade.sell_all", "Places several orders.", SELL_ALL))
    return found


REGISTRY = registry()


def document(states: States, **more: Any) -> dict[str, Any]:
    """A policy document of these states; the first is where it starts."""
    return {"name": "A policy", **machine(states), **more}


def policy(states: States, **more: Any) -> Policy:
    """A policy of these states; the first is where it starts."""
    return Policy.model_validate(exact_json.plain(document(states, **more)))


def machine(states: States) -> dict[str, Any]:
    """An inner machine of these states; the first is where it starts."""
    return {"start_at": next(iter(states)), "states": dict(states)}


def task(resource: str = "market.price", **fields: Any) -> dict[str, Any]:
    """A Task, the last of its scope unless `next` is given."""
    return leading({"type": "Task", "resource": resource, **fields})


def order(cap: Any, **fields: Any) -> dict[str, Any]:
    """An order of at most so much money."""
    return task("trade.order", parameters={"cap": cap}, **fields)


def each(items_path: str, states: States, **fields: Any) -> dict[str, Any]:
    """A Map over a list."""
    map_ = {"type": "Map", "items_path": items_path, "iterator": machine(states)}
    return leading({**map_, **fields})


def setting(result: Any, **fields: Any) -> dict[str, Any]:
    """A Pass with a result."""
    return leading({"type": "Pass", "result": result, **fields})


def when(variable: str, then: str, otherwise: str, **test: Any) -> dict[str, Any]:
    """A Choice with one rule."""
    rule = {"variable": variable, **test, "next": then}
    return {"type": "Choice", "choices": [rule], "default": otherwise}


def leading(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields, with an end where they name no next state."""
    return fields if "next" in fields else {**fields, "end": True}
