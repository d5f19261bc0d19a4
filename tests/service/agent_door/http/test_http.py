"""Streamable HTTP on a real port: who may come, what is refused, and that it is the same door."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from assent_schemas import exact_json
from assent_service.agent_door.http.bounds import BOUNDS, HttpBounds
from assent_service.agent_door.http.listening import HttpDoor, bound_to
from assent_service.http_setting import HttpSetting
from service.agent_door.http.stages import (
    KINDS,
    asking,
    call,
    client,
    free_port,
    initialize,
    routed,
    shown,
    switched_off,
    switched_on,
)
from service.agent_door.stages import ERAS, NEW, OLD, Stage, hold, stage, told

SESSION = "mcp-session-id"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path / "home") as here:
        await here.made("claude")
        yield here


async def test_nobody_listens_until_the_owner_says_so(here: Stage) -> None:
    assert here.room.http is not None
    assert (here.room.http.port, here.room.http.trouble) == (None, None)


async def test_what_was_switched_on_listens_after_the_next_start_until_it_is_switched_off(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path / "home") as here:
        port = await switched_on(here)
    async with stage(tmp_path / "home") as here:
        assert here.room.http is not None
        assert here.room.http.port == port
        await switched_off(here)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
    assert HttpSetting.of(tmp_path / "home") == HttpSetting(on=False, port=port)


async def test_a_port_that_is_taken_is_a_trouble_and_no_more(here: Stage) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        HttpSetting(on=True, port=other.getsockname()[1]).keep(here.room.home)
        assert here.room.http is not None
        await here.room.http.follow()
        assert here.room.http.port is None
        assert here.room.http.trouble is not None
        assert here.room.http.trouble.code == "http.port"
    await here.room.http.follow()
    assert here.room.http.port is not None
    assert here.room.http.trouble is None


async def test_it_listens_on_the_loopback_interface_only(here: Stage) -> None:
    port = await switched_on(here)
    for host in {one[4][0] for one in socket.getaddrinfo(socket.gethostname(), port)}:
        if not str(host).startswith("127."):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(str(host), port)


def test_small_answers_are_sent_at_once() -> None:
    """What asyncio looks at before it lets a connection send without delay."""
    with bound_to(free_port()) as bound:
        assert bound.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_of_either_era_is_known_by_its_token(here: Stage, era: str) -> None:
    port = await switched_on(here)
    async with client(here, port, era) as found:
        assert told(await found.call_tool("status", {}))["you"] == "claude"
        assert (await found.list_tools()).tools
        assert (await found.read_resource("assent://errors")).contents


async def test_both_eras_and_the_socket_at_once_hear_each_its_own(here: Stage) -> None:
    await here.made("other")
    port = await switched_on(here)
    async with (
        client(here, port, OLD) as old,
        client(here, port, NEW, "other") as new,
        here.client(OLD) as anonymous,
    ):
        for _ in range(5):
            asked = [one.call_tool("status", {}) for one in (old, new, anonymous)]
            names = [told(one)["you"] for one in await asyncio.gather(*asked)]
            assert names == ["claude", "other", "anonymous"]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer claude",
        "Bearer claude.",
        "Bearer claude.wrong",
        "Bearer nobody.wrong",
        "Basic Y2xhdWRlOng=",
        "Bearer claude.{token}x",
        "Bearer other.{token}",
        "{token}",
        "Bearer {token}",
    ],
)
async def test_without_the_token_of_the_client_that_is_named_nothing_is_answered(
    here: Stage, authorization: str | None
) -> None:
    await here.made("other")
    port = await switched_on(here)
    given = {}
    if authorization is not None:
        given = {"authorization": authorization.format(token=here.tokens["claude"])}
    async with asking(port, **given) as bare:
        for body in (initialize(), {"jsonrpc": "2.0", "id": 1, "method": "ping"}):
            said = await bare.post("/mcp", json=body)
            assert (said.status_code, said.headers["www-authenticate"]) == (401, "Bearer")
            assert said.json()["error"]["data"]["problems"][0]["code"] == "http.token"


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({"host": "evil.example.com"}, "/mcp", 421),
        ({"host": "evil.example.com:{port}"}, "/mcp", 421),
        ({"host": "127.0.0.1"}, "/mcp", 421),
        ({"host": "127.0.0.1:1"}, "/mcp", 421),
        ({"host": "localhost.evil.example.com:{port}"}, "/mcp", 421),
        ({"origin": "https://evil.example.com"}, "/mcp", 403),
        ({"origin": "null"}, "/mcp", 403),
        ({"origin": "http://localhost:1"}, "/mcp", 403),
        ({"origin": "https://127.0.0.1:{port}"}, "/mcp", 403),
        ({"origin": "http://127.0.0.1:{port}.evil.example.com"}, "/mcp", 403),
        ({"origin": "http://127.0.0.1:{port}"}, "/mcp", 200),
        ({"origin": "http://localhost:{port}", "host": "localhost:{port}"}, "/mcp", 200),
        ({}, "/", 404),
        ({}, "/mcp/", 404),
        ({}, "/policies", 404),
        ({}, "/.well-known/oauth-protected-resource", 404),
    ],
)
async def test_a_request_names_this_very_address_and_comes_from_no_other_site(
    here: Stage, headers: dict[str, str], path: str, status: int
) -> None:
    port = await switched_on(here)
    given = {name: text.format(port=port) for name, text in headers.items()}
    async with asking(port, **shown(here), **given) as bare:
        assert (await bare.post(path, json=initialize())).status_code == status


@pytest.mark.parametrize("twice", ["host", "origin", "authorization"])
async def test_a_header_that_says_who_asks_stands_there_once(here: Stage, twice: str) -> None:
    port = await switched_on(here)
    body = json.dumps(initialize())
    own = {
        "host": f"127.0.0.1:{port}",
        "origin": f"http://127.0.0.1:{port}",
        **shown(here),
        **KINDS,
        "content-length": str(len(body)),
    }
    lines = [f"{name}: {text}" for name, text in own.items()] + [f"{twice}: {own[twice]}"]
    said = await _raw(port, "\r\n".join(["POST /mcp HTTP/1.1", *lines, "", body]))
    assert said.split(b" ")[1] in (b"400", b"401", b"403", b"421")


@pytest.mark.parametrize("verb", ["OPTIONS", "PUT", "PATCH", "HEAD", "TRACE"])
async def test_other_verbs_are_refused_also_to_who_is_known(here: Stage, verb: str) -> None:
    port = await switched_on(here)
    async with asking(port, **shown(here)) as bare:
        said = await bare.request(verb, "/mcp")
        assert said.status_code == 405
        assert not [one for one in said.headers if one.startswith("access-control")]


async def test_a_session_is_not_there_for_another_client_nor_for_another_token(
    here: Stage,
) -> None:
    await here.made("other")
    port = await switched_on(here)
    async with asking(port, **shown(here)) as bare:
        session = (await bare.post("/mcp", json=initialize())).headers[SESSION]
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        mine = {SESSION: session}
        assert (await bare.post("/mcp", json=ping, headers=mine)).status_code == 200
        others = {**mine, **shown(here, "other")}
        assert (await bare.post("/mcp", json=ping, headers=others)).status_code == 404
        token = await here.engine.clients.make("claude", ["run"], "owner", anew=True)
        anew = {**mine, "authorization": f"Bearer claude.{token}"}
        assert (await bare.post("/mcp", json=ping, headers=anew)).status_code == 404
        assert (await bare.post("/mcp", json=ping, headers=mine)).status_code == 401


@pytest.mark.parametrize("era", ERAS)
async def test_a_revoked_client_is_cut_off_at_its_next_request(here: Stage, era: str) -> None:
    port = await switched_on(here)
    async with client(here, port, era) as found:
        assert told(await found.call_tool("status", {}))["you"] == "claude"
        await here.engine.clients.revoke("claude", "owner")
        with pytest.raises(Exception, match=r".*"):
            await found.call_tool("status", {})
    async with asking(port, **shown(here)) as bare:
        said = await bare.post("/mcp", json=initialize())
    assert said.status_code == 401
    assert "The owner has revoked the client claude." in said.text
    assert "assent connect" not in said.text


async def test_while_the_engine_is_held_nobody_can_be_told_by_a_token(here: Stage) -> None:
    port = await switched_on(here)
    hold(here)
    async with asking(port, **shown(here)) as bare:
        said = await bare.post("/mcp", json=initialize())
        assert said.status_code == 503
        assert said.json()["error"]["message"] == "It crashed five times."


async def test_numbers_keep_their_digits_to_the_hash(here: Stage) -> None:
    port = await switched_on(here)
    draft = (
        '{"name":"Exact","context_defaults":{"a":0.10,"b":1.0,"c":12345678901234567890.123456789},'
        '"start_at":"A","states":{"A":{"type":"Pass","end":true}},'
        '"policy_id":"00000000-0000-4000-8000-00000000abcd","version":"1.0.0",'
        '"schema_version":"urn:assent:policy:1"}'
    )
    digest = exact_json.digest(exact_json.parse(draft))
    arguments = f'{{"document":{draft}}}'
    async with asking(port, **shown(here)) as bare:
        tool = "propose_policy"
        said = await bare.post("/mcp", content=call(1, tool, arguments), headers=routed(tool))
        result = said.json()["result"]
        assert json.loads(result["content"][0]["text"])["hash"] == digest
        old = await bare.post("/mcp", json=initialize())
        session = {SESSION: old.headers[SESSION]}
        again = {**json.loads(call(2, "get_policy", '{"policy":"Exact"}'))}
        told_ = await bare.post("/mcp", json=again, headers=session)
        (line,) = [one for one in told_.text.splitlines() if one.startswith("data: {")]
        text = json.loads(line.removeprefix("data: "))["result"]["content"][0]["text"]
        shown_: Any = exact_json.decode(text)
        assert exact_json.digest(shown_["document"]) == digest


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"not json", -32700),
        (b"\xff\xfe", -32700),
        (b'{"jsonrpc":"2.0","id":1,"id":2}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"n":1e400}}', -32602),
        (b"[" * 5000, -32602),
    ],
)
async def test_a_body_that_is_no_json_of_ours_is_refused_with_its_code(
    here: Stage, body: bytes, code: int
) -> None:
    port = await switched_on(here)
    async with asking(port, **shown(here)) as bare:
        said = await bare.post("/mcp", content=body)
        assert (said.status_code, said.json()["error"]["code"]) == (400, code)


async def test_a_body_that_is_too_large_is_told_so(here: Stage) -> None:
    port = await switched_on(here)
    async with asking(port, **shown(here)) as bare:
        said = await bare.post("/mcp", content=b" " * (BOUNDS.body + 1))
        assert said.status_code == 413


async def test_who_asks_too_often_is_slowed_and_no_other(here: Stage) -> None:
    await here.made("other")
    port = await _switched_on_with(here, HttpBounds(requests=3))
    async with asking(port, **shown(here)) as bare:
        codes = [(await bare.post("/mcp", json=initialize())).status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        others = shown(here, "other")
        assert (await bare.post("/mcp", json=initialize(), headers=others)).status_code == 200


async def test_connections_that_never_ask_are_closed_and_take_no_place_for_ever(
    here: Stage,
) -> None:
    port = await _switched_on_with(here, HttpBounds(connections=2, seconds_to_ask=0.2))
    silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    silent[0][1].write(b"POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:")
    third = await asyncio.open_connection("127.0.0.1", port)
    assert b" 503 " in await third[0].readline()
    for reader, writer in (*silent, third):
        await reader.read()
        writer.close()
    async with asking(port, **shown(here)) as bare:
        assert (await bare.post("/mcp", json=initialize())).status_code == 200


async def test_a_body_that_never_ends_is_given_up(here: Stage) -> None:
    port = await _switched_on_with(here, HttpBounds(seconds_to_ask=0.2))
    own = {"host": f"127.0.0.1:{port}", **shown(here), **KINDS, "content-length": "1000"}
    lines = [f"{name}: {text}" for name, text in own.items()]
    said = await _raw(port, "\r\n".join(["POST /mcp HTTP/1.1", *lines, "", "{"]))
    assert said.split(b" ")[1] == b"408"


async def test_a_websocket_is_not_opened(here: Stage) -> None:
    port = await switched_on(here)
    upgrade = {
        "host": f"127.0.0.1:{port}",
        **shown(here),
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    lines = [f"{name}: {text}" for name, text in upgrade.items()]
    said = await _raw(port, "\r\n".join(["GET /mcp HTTP/1.1", *lines, "", ""]))
    assert said.split(b" ")[1] == b"403"


async def _switched_on_with(here: Stage, bounds: HttpBounds) -> int:
    assert isinstance(here.room.http, HttpDoor)
    here.room.http.bounds = bounds
    return await switched_on(here, free_port())


async def _raw(port: int, text: str) -> bytes:
    """The first line of the answer to what is said as it stands."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(text.encode())
        async with asyncio.timeout(20):
            return await reader.readline()
    finally:
        writer.close()
