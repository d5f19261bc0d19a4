"""What is told of a macro holds for what it is given and gives when it is carried out."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from assent_engine import library
from assent_engine.registry import Macro, StepRegistry
from assent_schemas import exact_schema
from assent_service.agent_door.schemas import complaints
from assent_service.agent_door.tools.steps import STEP, described
from steps.test_macros import carried_out, example
from steps.worlds import staged

Json = dict[str, Any]
REBALANCE, HARVEST = "portfolio.rebalance_saga", "trade.tax_loss_harvest"


def fits(value: Any, schema: Json | None) -> bool:
    assert schema
    return not exact_schema.problems(value, schema, prefix="told", title="Told")


def one(resource: str, **more: Any) -> Json:
    return {"type": "Task", "resource": resource, "end": True, **more}


def shared() -> StepRegistry:
    library.load()
    return StepRegistry.shared()


async def result_of(path: Path, document: Json) -> Any:
    async with staged(path) as stage:
        return (await carried_out(stage, document)).output


@pytest.mark.parametrize("name", [REBALANCE, HARVEST])
def test_of_a_macro_all_is_told_that_a_list_of_steps_promises(name: str) -> None:
    told = described(shared(), name)
    macro = shared().macro(name)
    assert macro is not None
    assert told.document == macro.document
    for schema in (told.takes, told.gives):
        assert schema is not None
        assert list(complaints(schema)) == []
    assert not fits({}, told.takes)
    assert told.example["parameters"].keys() == {f"{key}.$" for key in told.takes["required"]}  # type: ignore[index]


async def test_a_rebalance_takes_a_drift_and_gives_what_is_told(tmp_path: Path) -> None:
    told, whole = described(shared(), REBALANCE), example("volatility-aware-rebalance")
    drift = {"name": "D", "start_at": "D", "states": {"D": one("portfolio.calc_drift")}}
    (tmp_path / "drift").mkdir()
    (tmp_path / "whole").mkdir()
    assert fits(await result_of(tmp_path / "drift", drift), told.takes)
    output = await result_of(tmp_path / "whole", whole)
    assert output["sells"]
    assert fits(output, told.gives)
    assert not fits({**output, "sells": [{}]}, told.gives)


async def test_a_harvest_takes_a_position_and_gives_what_is_told(tmp_path: Path) -> None:
    told = described(shared(), HARVEST)
    positions = {"name": "P", "start_at": "P", "states": {"P": one("broker.get_positions")}}
    (tmp_path / "positions").mkdir()
    (tmp_path / "whole").mkdir()
    found = await result_of(tmp_path / "positions", positions)
    assert found
    assert all(fits({"iterator": position}, told.takes) for position in found)
    output = await result_of(tmp_path / "whole", example("tax-loss-harvester"))
    assert fits(output[1], told.gives)


ONE = {"variable": "$.n", "is_present": True, "next": "B"}


class Nothing(BaseModel):
    """No input."""


def number(_given: Nothing) -> int:
    return 1


@pytest.mark.parametrize(
    "states",
    [
        {"A": {"type": "Choice", "choices": [ONE], "default": "B"}, "B": one("a.b")},
        {"A": one("a.b", result_path="$.a.b")},
        {"A": one("a.b", output_path="$.a")},
        {"A": {"type": "Task", "resource": "a.b", "next": "A"}},
        {"A": {"type": "Succeed"}},
    ],
    ids=["branch", "deep", "chosen", "ring", "other"],
)
def test_nothing_is_told_that_is_not_seen(states: Json) -> None:
    registry = StepRegistry()
    registry.add_step("a.b", "A number.")(number)
    registry.add_macro(Macro.from_document("m.m", "M.", {"start_at": "A", "states": states}))
    assert described(registry, "m.m").gives is None


def test_a_literal_that_looks_like_a_path_is_anything() -> None:
    registry = StepRegistry()
    registry.add_step("a.b", "A number.")(number)
    told = {"type": "Pass", "parameters": {"a.$": "$.n", "b": "$.n"}, "end": True}
    call = {"type": "Task", "resource": "a.b", "result_path": "$.n", "next": "B"}
    machine = {"start_at": "A", "states": {"A": call, "B": told}}
    registry.add_macro(Macro.from_document("m.m", "M.", machine))
    gives = described(registry, "m.m").gives
    assert gives is not None
    assert gives["properties"] == {"a": {"type": "integer"}, "b": {}}
    assert described(registry, "a.b").kind == STEP
