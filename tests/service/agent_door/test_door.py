"""The agent door on a real socket: who may come, what is heard, and what bad lines do."""

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from assent_schemas.errors import Refused, StoreError
from assent_schemas.places import Address, DoorFolder
from assent_service.agent_door.bounds import BOUNDS
from assent_service.agent_door.door import agent_door
from assent_service.desk.room import Room
from service.agent_door.stages import ERAS, HELLO, NEW, OLD, Stage, hold, problem, stage, told

PING = {"jsonrpc": "2.0", "id": 7, "method": "ping"}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path / "home") as here:
        await here.made("claude")
        yield here


async def test_the_socket_is_its_owners_alone_and_goes_with_the_door(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with stage(home) as here:
        folder = DoorFolder.of_agents(home)
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.socket.stat().st_mode) == 0o600
        assert Address.read(folder.address.read_text()) == here.address
        assert not folder.token.exists()
    assert not folder.socket.exists()
    assert not folder.address.exists()


async def test_a_second_door_of_a_home_is_refused(here: Stage) -> None:
    with pytest.raises(Refused, match=r"door\.in_use"):
        async with agent_door(here.bench.path, here.room):
            pass


async def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "agent").write_text("a file")
    with pytest.raises(StoreError, match=r"door\.unusable"):
        async with agent_door(tmp_path, Room.of(tmp_path)):
            pass


@pytest.mark.parametrize("era", ERAS)
async def test_who_shows_no_token_reads_and_no_more(here: Stage, era: str) -> None:
    async with here.client(era) as client:
        seen = told(await client.call_tool("status", {}))
        assert (seen["you"], seen["your_scopes"]) == ("anonymous", [])
        refused = problem(await client.call_tool("emit_event", {"name": "x"}))
        assert refused["code"] == "call.scope"


@pytest.mark.parametrize("era", ERAS)
async def test_who_greets_with_a_token_is_known(here: Stage, era: str) -> None:
    async with here.client(era, "claude") as client:
        assert told(await client.call_tool("status", {}))["you"] == "claude"
        await here.engine.store.drain()
    row = await here.engine.store.read.client("claude")
    assert row is not None
    assert row.used_at is not None


@pytest.mark.parametrize(
    "greeting",
    [
        {"assent": 1, "client": "claude", "token": "wrong"},
        {"assent": 1, "client": "nobody", "token": "wrong"},
        {"assent": 2, "client": "claude", "token": "wrong"},
        {"assent": 1, "client": "claude"},
        {"assent": 1, "client": "claude", "token": "x", "more": 1},
        {"assent": 1, "client": "claude", "token": "x" * 5000},
        b'{"assent" 1}',
    ],
)
async def test_a_bad_greeting_is_told_in_answer_to_every_request(
    here: Stage, greeting: dict[str, object] | bytes
) -> None:
    async with here.line() as line:
        await line.say(greeting, HELLO, PING)
        for about in (0, 7):
            said = await line.hear()
            assert (said["id"], said["error"]["code"]) == (about, -32001)
            assert said["error"]["message"] == "This client is not known: assent connect"


@pytest.mark.parametrize("era", ERAS)
async def test_a_revoked_client_is_cut_off_at_its_next_call(here: Stage, era: str) -> None:
    async with here.client(era, "claude") as client:
        assert told(await client.call_tool("status", {}))["you"] == "claude"
        await here.engine.clients.revoke("claude", "owner")
        with pytest.raises(Exception, match="The owner has revoked this client"):
            await client.call_tool("status", {})
    async with here.line("claude") as line:
        await line.say(HELLO)
        error = (await line.hear())["error"]
    assert error["code"] == -32001
    assert error["data"]["problems"][0]["code"] == "client.revoked"
    assert "assent" not in error["message"] + error["data"]["problems"][0]["remedy"]


async def test_two_eras_at_once_with_equal_ids_hear_each_its_own(here: Stage) -> None:
    async with here.client(OLD, "claude") as old, here.client(NEW) as new:
        for _ in range(20):
            one, other = await asyncio.gather(
                old.call_tool("status", {}), new.call_tool("status", {})
            )
            assert (told(one)["you"], told(other)["you"]) == ("claude", "anonymous")


async def test_answers_of_one_connection_come_to_it_whatever_their_order(here: Stage) -> None:
    async with here.line("claude") as line:
        await line.initialized()
        calls = [
            {
                "jsonrpc": "2.0",
                "id": one,
                "method": "tools/call",
                "params": {"name": "guide", "arguments": {}},
            }
            for one in range(1, 31)
        ]
        await line.say(*calls)
        heard = [await line.hear() for _ in calls]
        assert {one["id"] for one in heard} == set(range(1, 31))
        assert all("result" in one for one in heard)


@pytest.mark.parametrize(
    ("line", "about", "code"),
    [
        (b"not json", None, -32700),
        (b'{"jsonrpc":"2.0","id":1,"id":2}', 2, -32602),
        (b'{"jsonrpc":"2.0","id":3,"method":"ping","params":{"a":1,"a":2}}', 3, -32602),
        (b'{"jsonrpc":"2.0","id":4,"method":"ping","params":{"n":1e400}}', 4, -32602),
        (b'{"jsonrpc":"2.0","id":"x","method":"ping","params":' + b"[" * 200, None, -32602),
        (b'{"jsonrpc":"1.0","id":5,"method":"ping"}', 5, -32600),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', None, -32600),
        (b"[]", None, -32600),
        (b"\xff\xfe", None, -32700),
    ],
)
async def test_a_malformed_line_is_answered_and_the_next_is_heard(
    here: Stage, line: bytes, about: object, code: int
) -> None:
    async with here.line() as there:
        await there.initialized()
        await there.say(line, PING)
        said = await there.hear()
        assert said["error"]["code"] == code
        assert said["id"] in (about, None)
        assert (await there.hear())["id"] == 7


@pytest.mark.parametrize(
    ("first", "last"), [(b'{"jsonrpc":"2.0","id":9,"x":"', b'"}'), (b'{"x":"', b'","id":9}')]
)
async def test_a_huge_line_is_thrown_away_and_its_request_answered(
    tmp_path: Path, first: bytes, last: bytes
) -> None:
    small = replace(BOUNDS, line=100_000)
    async with stage(tmp_path / "home", small) as here, here.line() as line:
        await line.initialized()
        await line.say(first + b"x" * 900_000 + last, PING)
        assert (await line.hear())["id"] == 9
        assert (await line.hear())["id"] == 7


@pytest.mark.parametrize("wrong", [{}, [], None, True, 1.5, {"a": 1}])
async def test_a_cancellation_that_names_no_request_is_passed_over(
    here: Stage, wrong: object
) -> None:
    params = {"requestId": wrong}
    async with here.line() as line:
        await line.initialized()
        cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}
        await line.say(cancelled, PING)
        assert (await line.hear())["id"] == 7


async def test_the_same_id_twice_at_once_is_refused(here: Stage) -> None:
    listen = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "guide"}}
    async with here.line() as line:
        await line.initialized()
        await line.say(listen, listen)
        heard = [await line.hear(), await line.hear()]
        assert sorted("error" in one for one in heard) in ([False, True], [False, False])


async def test_too_many_connections_are_told_so(tmp_path: Path) -> None:
    few = replace(BOUNDS, connections=2)
    async with stage(tmp_path / "home", few) as here, here.line() as one, here.line() as other:
        for line in (one, other):
            await line.initialized()
        async with here.line() as third:
            assert "Too many" in (await third.hear())["error"]["message"]


async def test_connections_that_never_speak_are_let_go(tmp_path: Path) -> None:
    """Half-open ones, and ones that begin a line and never end it."""
    few = replace(BOUNDS, connections=2, seconds_to_greet=0.2)
    async with stage(tmp_path / "home", few) as here:
        async with here.line() as silent, here.line() as halting:
            halting.writer.write(b'{"assent": 1, "cl')
            async with here.line() as third:
                assert "Too many" in (await third.hear())["error"]["message"]
            assert await silent.hear() is None
            assert await halting.hear() is None
        async with here.line() as again:
            await again.initialized()


async def test_strangers_take_only_their_share_of_connections(tmp_path: Path) -> None:
    few = replace(BOUNDS, strangers=1)
    async with stage(tmp_path / "home", few) as here, here.line() as stranger:
        await here.made("claude")
        await stranger.initialized()
        async with here.line() as second:
            await second.say(HELLO)
            assert "Too many" in (await second.hear())["error"]["message"]
        async with here.line("claude") as known:
            await known.initialized()


@pytest.mark.parametrize("era", ERAS)
async def test_where_the_engine_is_held_reading_goes_on_and_acting_is_refused(
    here: Stage, era: str
) -> None:
    hold(here)
    async with here.client(era, "claude") as client:
        seen = told(await client.call_tool("status", {}))
        assert (seen["state"], seen["reason"]["code"]) == ("held", "service.safe_mode")
        assert told(await client.call_tool("list_policies", {}))["items"] == []
        for tool, given in [("emit_event", {"name": "x"}), ("start_run", {"policy": "x"})]:
            assert problem(await client.call_tool(tool, given))["code"] == "service.held"


async def test_the_door_closes_while_clients_are_there(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        reader, writer = await asyncio.open_unix_connection(str(here.address.socket))
        writer.write(b'{"jsonrpc":"2.0","id":0,"method":"ping"}\n')
        await reader.readline()
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()


async def test_on_the_loopback_interface_a_token_is_asked_for(tmp_path: Path) -> None:
    async with (
        stage(tmp_path / "home") as here,
        agent_door(tmp_path / "home", here.room, unix=False) as door,
    ):
        assert door.address is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", door.address.port)
        writer.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
        assert b"-32001" in await reader.readline()
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("gone", ["door.sock", "address.json", ""])
async def test_a_door_that_somebody_removes_is_opened_again_beside_its_connections(
    here: Stage, gone: str, era: str
) -> None:
    async with here.client(era) as before:
        at = DoorFolder.of_agents(here.bench.path).path / gone
        if gone:
            at.unlink()
        else:
            shutil.rmtree(at)
        await here.door.look()
        told(await before.call_tool("status", {}))
        async with here.client(era) as after:
            told(await after.call_tool("status", {}))
