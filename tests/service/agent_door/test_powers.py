"""What an agent's credential opens, from the real tables: nothing that decides, and no secret."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from assent_schemas.wire.frame import CLIENT_HEADER, PROTOCOL, PROTOCOL_HEADER
from assent_schemas.wire.operations import HELLO, OPERATIONS
from assent_service.agent_door.prompts import PROMPTS
from assent_service.agent_door.resources import RESOURCES
from assent_service.agent_door.table import TOOLS
from assent_service.desk.desk import Desk
from assent_service.owner_door.door import owner_door
from engine.durable.worlds import approved, policy, task
from service.agent_door.http.stages import asking, initialize, shown, switched_on
from service.agent_door.stages import ERAS, Stage, stage, told
from service.agent_door.stages import HELLO as OLD_HELLO

DECIDING = re.compile(
    r"approv|reject|decid|decision|resolv|resume|redrive|fork|enable|disable|rollback|roll_back"
    r"|remove|limit_|budget|cap$|pause|unlock|secret|token|password|credential|client|switch|hook"
)
CHANGING = {
    "propose_policy",
    "withdraw_proposal",
    "start_run",
    "cancel_run",
    "emit_event",
    "report_tool_gap",
}
TRIES = {"decisions"}
"""Named so, but of a simulation: what a simulated owner would say."""


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path / "home") as here:
        await here.made("claude")
        await here.made("other")
        yield here


def test_what_changes_anything_is_exactly_what_was_decided_on() -> None:
    assert {one.name for one in TOOLS.values() if one.changes} == CHANGING


def test_no_tool_takes_anything_that_could_decide_or_widen() -> None:
    asked = {(tool.name, name) for tool in TOOLS.values() for name in _fields(tool.takes) - TRIES}
    assert [one for one in asked if DECIDING.search(one[1])] == []
    for tool in TOOLS.values():
        assert tool.takes["additionalProperties"] is False, tool.name


def test_no_tool_prompt_or_resource_is_named_like_a_decision() -> None:
    names = [*TOOLS, *PROMPTS, *(one for one in RESOURCES if not one.startswith("guide/"))]
    assert [one for one in names if DECIDING.search(one)] == []


def test_no_owner_operation_that_changes_something_is_a_tool_but_these() -> None:
    own = {name for name, one in OPERATIONS.items() if one.changes}
    assert own & {*TOOLS} == {"propose_policy", "start_run", "cancel_run", "emit_event"} & own


@pytest.mark.parametrize("credential", ["token", "bearer of http"])
async def test_an_agents_token_opens_nothing_at_the_owner_door(
    here: Stage, credential: str
) -> None:
    token = here.tokens["claude"]
    shown_ = token if credential == "token" else f"claude.{token}"
    headers = {
        "authorization": f"Bearer {shown_}",
        PROTOCOL_HEADER: str(PROTOCOL),
        CLIENT_HEADER: "cli/1",
    }
    async with owner_door(here.room.home, Desk(here.room)) as door:
        assert door.address is not None
        transport = httpx2.AsyncHTTPTransport(uds=door.address.socket)
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://assent", headers=headers
        ) as bare:
            for one in OPERATIONS.values():
                if one is not HELLO:
                    path = re.sub(r"\{\w+\}", "x", one.path)
                    said = await bare.request(one.verb, path, content=b"{}")
                    assert said.status_code == 401, one.name


async def test_the_owners_token_opens_nothing_at_the_agent_door(here: Stage) -> None:
    port = await switched_on(here)
    async with owner_door(here.room.home, Desk(here.room)) as door:
        for name in ("claude", "owner"):
            async with here.line() as line:
                await line.say(here.greeting(name, door.token), OLD_HELLO)
                assert (await line.hear())["error"]["code"] == -32001
        for bearer in (door.token, f"claude.{door.token}", f"owner.{door.token}"):
            async with asking(port, authorization=f"Bearer {bearer}") as bare:
                assert (await bare.post("/mcp", json=initialize())).status_code == 401


async def test_a_token_opens_nothing_for_another_name(here: Stage) -> None:
    port = await switched_on(here)
    async with here.line() as line:
        await line.say(here.greeting("other", here.tokens["claude"]), OLD_HELLO)
        assert (await line.hear())["error"]["code"] == -32001
    async with asking(port, authorization=f"Bearer other.{here.tokens['claude']}") as bare:
        assert (await bare.post("/mcp", json=initialize())).status_code == 401


async def test_no_path_of_the_owner_door_is_at_the_port(here: Stage) -> None:
    port = await switched_on(here)
    async with asking(port, **shown(here)) as bare:
        for one in OPERATIONS.values():
            path = re.sub(r"\{\w+\}", "x", one.path)
            said = await bare.request(one.verb, path, content=b"{}")
            assert said.status_code == 404, one.name


@pytest.mark.parametrize("era", ERAS)
async def test_whatever_an_agent_calls_and_reads_a_proposal_still_waits_and_no_secret_is_told(
    here: Stage, era: str
) -> None:
    """Every tool, prompt and resource, each with what there is to name."""
    standing = await approved(here.engine, policy(task("order.place", 1)))
    async with (
        here.client(era, "claude") as client,
        owner_door(here.room.home, Desk(here.room)) as door,
    ):
        made = told(
            await client.call_tool("propose_policy", {"document": policy(task("order.place", 9))})
        )
        run = told(await client.call_tool("start_run", {"policy": standing}))["run_id"]
        await here.carried_out()
        words = {"policy": made["policy_id"], "run": run, "document": policy(task("order.place"))}
        heard = [str(await client.list_tools())]
        for tool in TOOLS.values():
            if tool.name != "withdraw_proposal":
                known = {name: words[name] for name in words if name in tool.takes["properties"]}
                heard.append(str(await client.call_tool(tool.name, known)))
        heard += [str(await client.read_resource(f"assent://{uri}")) for uri in RESOURCES]
        for prompt in PROMPTS.values():
            given = {one.name: json.dumps(words.get(one.name, run)) for one in prompt.arguments}
            given |= {"run": run} if "run" in given else {}
            heard.append(str(await client.get_prompt(prompt.name, given)))
        versions = await here.engine.store.read.versions(made["policy_id"])
        assert [one.status for one in versions] == ["proposed"]
        secrets = [str(door.token), *here.tokens.values()]
        assert not [one for text in heard for one in secrets if one in text]
        for name in ("approve_policy", "approve", "resume", "set_limit", "resolve_case"):
            with pytest.raises(Exception, match="There is no tool"):
                await client.call_tool(name, {"policy": made["policy_id"]})


def _fields(schema: Any) -> set[str]:
    """The names of all properties of a schema, inner ones too."""
    return set(_named(schema))


def _named(schema: Any) -> Iterator[str]:
    for key, value in schema.items() if isinstance(schema, dict) else ():
        if key == "properties":
            yield from value
            for one in value.values():
                yield from _named(one)
        else:
            yield from _named(value)
