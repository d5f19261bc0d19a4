"""Registered steps as tools: read as they are, side effects only proposed, news told to all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mcp_types import ToolListChangedNotification
from pydantic import BaseModel

from assent_engine import library
from assent_engine.registry import StepFailed, StepRegistry
from assent_service.agent_door import registered, schemas
from assent_service.agent_door.table import TOOLS
from engine.durable.worlds import policy, task
from service.agent_door.stages import ERAS, NEW, OLD, Stage, problem, stage, told


class Number(BaseModel):
    n: int


class Twice(BaseModel):
    twice: int
    note: str | None


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path / "home") as here:
        await here.made("claude")
        await here.made("proposer", "propose")
        yield here


def doubling(registry: StepRegistry, name: str = "number.double") -> None:
    @registry.add_step(name, "Doubles a number")
    def double(given: Number) -> Twice:
        return Twice(twice=given.n * 2, note=None)


@pytest.mark.parametrize("era", ERAS)
async def test_a_reading_step_is_called_as_it_stands(here: Stage, era: str) -> None:
    doubling(here.bench.registry)
    async with here.client(era) as client:
        for name in ("number_double", "number.double"):
            assert told(await client.call_tool(name, {"n": 4})) == {"twice": 8, "note": None}
        assert problem(await client.call_tool("number_double", {"m": 4}))["code"].startswith(
            "call."
        )
    assert await here.engine.store.read.runs() == []


async def test_a_step_that_fails_is_told_by_its_error(here: Stage) -> None:
    @here.bench.registry.add_step("number.none", "Has no number")
    def none() -> Twice:
        raise StepFailed("Number.None", "there is none")

    async with here.client(NEW) as client:
        found = problem(await client.call_tool("number_none", {}))
        assert found["code"] == "call.step_failed"
        assert found["detail"] == "number.none failed: Number.None: there is none"


async def test_side_effects_are_no_tools_unless_the_owner_wants_it(here: Stage) -> None:
    async with here.client(NEW, "claude") as client:
        names = {one.name for one in (await client.list_tools()).tools}
        assert "order_place" not in names
        with pytest.raises(Exception, match="no tool"):
            await client.call_tool("order_place", {"n": 1})


@pytest.mark.parametrize("era", ERAS)
async def test_calling_a_side_effect_proposes_one_call_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, era: str
) -> None:
    monkeypatch.setenv(registered.VARIABLE, "all")
    async with stage(tmp_path / "home") as here:
        await here.made("claude")
        await here.made("proposer", "propose")
        async with here.client(era, "claude") as client:
            made = told(await client.call_tool("order_place", {"n": 3}))
            assert made["state"] == "awaiting_approval"
            assert await here.engine.store.read.runs() == []
            seen = told(await client.call_tool("get_policy", {"policy": made["policy_id"]}))
            (state,) = seen["document"]["states"].values()
            assert (state["resource"], state["parameters"]) == ("order.place", {"n": 3})
            await here.engine.policies.approve(
                made["policy_id"], made["version"], made["hash"], by="owner", how="test"
            )
            run = told(await client.call_tool("start_run", {"policy": made["policy_id"]}))
            await here.carried_out()
            done = told(await client.call_tool("get_run", {"run": run["run_id"]}))
            assert [one["resource"] for one in done["saga_log"]] == ["order.place"]
        async with here.client(era, "proposer") as client:
            assert problem(await client.call_tool("order_place", {"n": 3}))["code"] == "call.scope"


def test_a_key_that_would_be_a_path_is_refused() -> None:
    with pytest.raises(Exception, match=r"call\.path"):
        registered._refuse_paths({"a": [{"n.$": "$.x"}]}, ())


@pytest.mark.parametrize(
    ("said", "meant"), [("all", "all"), ("none", "none"), ("", "read_only"), ("ALL", "read_only")]
)
def test_the_setting_is_one_of_three_words(said: str, meant: str) -> None:
    assert registered.which({registered.VARIABLE: said}) == meant
    assert registered.which({}) == "read_only"


def test_there_are_never_more_tools_than_clients_take() -> None:
    registry = StepRegistry()
    for number in range(100):
        doubling(registry, f"number.n{number}")
    found = registered.step_tools(registry, TOOLS, "all")
    assert len(found) + len(TOOLS) == registered.MOST_TOOLS
    assert registered.step_tools(registry, TOOLS, "none") == []


def test_a_step_whose_schema_or_name_some_client_refuses_is_no_tool() -> None:
    class Tree(BaseModel):
        below: "list[Tree]"

    registry = StepRegistry()
    doubling(registry, "number.a_name_that_is_longer_than_any_client_takes")

    @registry.add_step("tree.grow", "Grows")
    def grow(given: Number) -> Tree:
        raise NotImplementedError

    assert registered.step_tools(registry, TOOLS, "all") == []


def test_every_step_of_the_library_is_a_tool_that_every_client_takes() -> None:
    library.load()
    shared = StepRegistry.shared()
    found = {one.name: one for one in registered.step_tools(shared, TOOLS, "all")}
    assert {registered.wire_name(one.name) for one in shared.steps()} <= {*found}
    for tool in found.values():
        assert list(schemas.complaints(tool.takes)) == []
        assert list(schemas.complaints(tool.gives)) == []


async def test_older_clients_hear_of_a_new_step(here: Stage) -> None:
    heard = asyncio.Event()

    async def hear(message: Any) -> None:
        if isinstance(message, ToolListChangedNotification):
            heard.set()

    async with here.client(OLD, message_handler=hear) as client:
        before = {one.name for one in (await client.list_tools()).tools}
        doubling(here.bench.registry)
        async with asyncio.timeout(10):
            await heard.wait()
        after = {one.name for one in (await client.list_tools()).tools}
        assert after - before == {"number_double"}


async def test_newer_clients_that_listen_hear_of_a_new_step(here: Stage) -> None:
    async with here.client(NEW) as client:
        async with client.listen(tools_list_changed=True) as events:
            doubling(here.bench.registry)
            async with asyncio.timeout(10):
                assert "ToolsListChanged" in type(await anext(aiter(events))).__name__
        told(await client.call_tool("number_double", {"n": 1}))


async def test_a_policy_with_a_new_step_is_valid_at_once(here: Stage) -> None:
    async with here.client(NEW) as client:
        draft = {"document": policy(task("number.double", 1))}
        assert not told(await client.call_tool("validate_policy", draft))["valid"]
        doubling(here.bench.registry)
        assert told(await client.call_tool("validate_policy", draft))["valid"]
