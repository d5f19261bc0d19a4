"""The door on a real Unix socket: who gets in, how much is taken, and what is answered."""

import asyncio
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path

import pytest

from assent_client.client import connected
from assent_client.finding import find
from assent_schemas.errors import Problem, Refused
from assent_schemas.places import DoorFolder
from assent_schemas.wire import operations as ops
from assent_schemas.wire.frame import Nothing, PageAsked
from assent_schemas.wire.policies import PolicyNamed, Proposing
from assent_schemas.wire.runs import JournalAsked, RunAsked, RunsAsked, Starting
from assent_service.desk.behind import Held
from assent_service.desk.desk import Desk
from assent_service.desk.room import Room
from assent_service.doorway import Doorway, opened
from assent_service.owner_door.door import new_token, owner_door
from assent_service.web.bounds import DoorBounds
from engine.durable.worlds import chain, policy, task, turns
from service.owner_door.stages import (
    NAME,
    approved,
    client_of,
    problem,
    stage,
    until,
)

ECHO = {"name": "Echo", "start_at": "End", "states": {"End": {"type": "Succeed"}}}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_folder_socket_token_and_address_are_for_the_owner_alone(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        folder = DoorFolder.of(here.home)
        assert mode(folder.path) == 0o700
        assert {mode(one) for one in folder.path.iterdir()} == {0o600}
        assert len(here.found.token) >= 40
        assert here.found.token not in repr(here.found)


async def test_a_folder_that_was_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    folder = DoorFolder.of(tmp_path)
    folder.path.mkdir(mode=0o755)
    with owners(tmp_path):
        assert mode(folder.path) == 0o700


def owners(home: Path) -> AbstractContextManager[Doorway]:
    """The owner door's way in, without the door."""
    return opened(DoorFolder.of(home), "owner door", token=new_token())


async def test_nothing_is_left_once_the_door_is_closed_and_the_next_token_is_new(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path / "home") as here:
        first = here.found.token
    assert list(DoorFolder.of(tmp_path / "home").path.iterdir()) == []
    assert find(tmp_path / "home") is None
    async with stage(tmp_path / "home") as here:
        assert here.found.token != first


async def test_what_a_crash_left_is_cleared_but_not_what_still_listens(tmp_path: Path) -> None:
    path = DoorFolder.of(tmp_path).socket
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with owners(tmp_path) as doorway:
        doorway.listening.listen()
        with pytest.raises(Refused, match=r"door\.in_use"), owners(tmp_path):
            pytest.fail("two doors")


async def test_a_home_with_a_long_path_gets_a_socket_elsewhere_that_is_as_private(
    tmp_path: Path,
) -> None:
    home = tmp_path / ("long" * 30) / "home"
    home.parent.mkdir()
    async with stage(home) as here, client_of(here) as client:
        assert client.hello.state == "ready"
        assert here.address.socket is not None
        at = Path(here.address.socket)
        assert not at.is_relative_to(home)
        assert (mode(at), mode(at.parent)) == (0o600, 0o700)
    assert not at.parent.exists()


async def test_without_the_token_or_with_another_one_nothing_is_answered(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        for wrong in (None, "Bearer", "Bearer x", f"bearer {here.found.token}"):
            assert await here.code("GET", "/policies", authorization=wrong) == (401, "door.token")
        answer = await here.raw("GET", "/policies")
        assert answer.status == 200


async def test_hello_is_proved_to_who_gives_a_nonce(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        answer = await here.raw("GET", "/hello", authorization=None, assent_nonce="0" * 32)
        assert answer.status == 200
        assert len(answer.headers["assent-proof"]) == 64
        assert here.found.token.encode() not in answer.body


async def test_what_cannot_prove_that_it_is_the_service_gets_no_token(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        DoorFolder.of(here.home).token.write_text("another one")
        with pytest.raises(Refused, match=r"service\.stranger"):
            async with connected(here.home, NAME):
                pytest.fail("let in")


async def test_a_client_of_another_version_is_told_so(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        assert await here.code("GET", "/status", assent_protocol="2") == (426, "door.version")
        assert await here.code("GET", "/status", assent_protocol=None) == (426, "door.version")
        assert await here.code("GET", "/status", assent_client="<b>") == (400, "door.client")


async def test_a_service_of_another_version_is_not_talked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assent_service.owner_door.gate.PROTOCOL", 2)
    async with stage(tmp_path / "home") as here:
        with pytest.raises(Refused, match=r"service\.version: .* version 2 .* this program 1"):
            async with connected(here.home, NAME):
                pytest.fail("let in")


async def test_a_browser_is_turned_away_whatever_it_knows(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        assert await here.code("GET", "/status", origin="http://x") == (403, "door.host")
        raw = f"GET /status HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {here.found.token}\r\n\r\n"
        assert b" 403 " in await said(here.address.socket, raw.encode())


async def said(path: str | None, raw: bytes) -> bytes:
    """What the door says to bytes, until it hangs up or has answered."""
    assert path is not None
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(raw)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    writer.close()
    return head + body


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: assent\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: assent\r\nx: " + b"x" * 20_000,
    ],
    ids=["nonsense", "no host", "no handshake", "endless header"],
)
async def test_even_what_is_no_request_is_answered_in_the_one_form(
    tmp_path: Path, raw: bytes
) -> None:
    async with stage(tmp_path / "home") as here:
        head, _, body = (await said(here.address.socket, raw)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert json.loads(body)["problems"][0]["code"] == "door.form"


async def test_huge_headers_are_refused(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        assert await here.code("GET", "/status", x="x" * 20_000) == (413, "door.too_large")


async def test_a_huge_body_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    async with stage(tmp_path / "home", DoorBounds(body=10_000)) as here:
        huge = b'{"document": "' + b"x" * 5_000_000 + b'"}'
        assert await here.code("POST", "/policies", huge) == (413, "door.too_large")


async def test_a_request_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    async with stage(tmp_path / "home", DoorBounds(seconds_to_ask=0.05)) as here:
        assert b" 408 " in await said(here.address.socket, b"GET /status HTTP/1.1\r\nhost:")
        body = (
            f"POST /runs HTTP/1.1\r\nhost: assent\r\nauthorization: Bearer {here.found.token}\r\n"
        )
        more = f"assent-protocol: 1\r\nassent-client: {NAME}\r\ncontent-length: 10\r\n\r\n"
        assert b" 408 " in await said(here.address.socket, (body + more).encode())


async def test_more_connections_than_are_taken_are_told_so(tmp_path: Path) -> None:
    async with stage(tmp_path / "home", DoorBounds(connections=2)) as here:
        assert here.address.socket is not None
        held = [await asyncio.open_unix_connection(here.address.socket) for _ in range(2)]
        assert await here.code("GET", "/status") == (503, "door.full")
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        async with client_of(here) as client:
            assert (await client.call(ops.STATUS, Nothing())).state == "ready"


ASK = """
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
with socket.socket(socket.AF_UNIX) as end:
    end.connect(sys.argv[1])
    sys.stdout.buffer.write(end.recv(4096))
"""


@pytest.mark.process
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
async def test_another_user_is_turned_away_even_where_the_folders_let_them_in() -> None:
    # Not in tmp_path: the folders above that one are closed to others.
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        async with stage(home) as here:
            for one in (home.parent, home, DoorFolder.of(home).path):
                one.chmod(0o755)
            DoorFolder.of(home).socket.chmod(0o777)
            asking = [sys.executable, "-c", ASK, str(here.address.socket)]
            done = await asyncio.to_thread(subprocess.run, asking, capture_output=True, check=True)
    assert done.stdout.startswith(b"HTTP/1.1 403 ")
    assert b"door.stranger" in done.stdout


async def test_every_path_and_verb_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        assert await here.code("GET", "/nowhere") == (404, "door.unknown")
        assert await here.code("GET", "/policies/") == (404, "door.unknown")
        assert await here.code("DELETE", "/policies") == (405, "door.verb")
        assert await here.code("GET", "/runs/none") == (404, "run.unknown")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[]", "door.form"),
        (b"{", "json.syntax"),
        (b'{"policy": 1}', "door.form"),
        (b'{"policy": "x", "more": 1}', "door.form"),
        (b'{"policy": "x", "policy": "y"}', "json.duplicate_key"),
        (b'{"policy": NaN}', "json.number"),
        (b'{"policy": ' + b"[" * 100 + b"]" * 100 + b"}", "json.too_deep"),
    ],
)
async def test_a_body_of_another_form_is_refused(tmp_path: Path, body: bytes, code: str) -> None:
    async with stage(tmp_path / "home") as here:
        assert await here.code("POST", "/runs", body) == (400, code)


async def test_a_fault_of_the_service_says_nothing_of_its_inside(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        here.desk.room.since = None  # type: ignore[assignment]
        answer = await here.raw("GET", "/status")
        assert answer.status == 500
        assert problem(answer)["code"] == "internal"
        assert b"valid string" not in answer.body


async def test_numbers_keep_their_digits_through_the_door(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        await approved(client, ECHO)
        given = {"amount": Decimal("0.10"), "big": 12345678901234567890, "small": Decimal("1.0")}
        async with client.events() as events:
            run = await client.call(ops.START_RUN, Starting(policy="Echo", input=given))
            await until(events, "run.ended")
        shown = await client.call(ops.SHOW_RUN, RunAsked(run=run.run_id))
        assert shown.status == "COMPLETED"
        assert str(shown.output) == str(given)


async def test_a_name_with_slashes_and_other_marks_is_still_one_name(tmp_path: Path) -> None:
    name = "a/b?c=d&e#f%2F ü"
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        await approved(client, {**ECHO, "name": name})
        done = await client.call(ops.DISABLE_POLICY, PolicyNamed(policy=name))
        assert (done.name, done.done) == (name, "disabled")


async def test_lists_come_in_pages_from_either_end(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        await approved(client, ECHO)
        started = []
        for _ in range(5):
            async with client.events() as events:
                started.append(await client.call(ops.START_RUN, Starting(policy="Echo")))
                await until(events, "run.ended")
        for newest in (False, True):
            seen, after = [], None
            while True:
                asked = RunsAsked(limit=2, after=after, newest=newest)
                page = await client.call(ops.LIST_RUNS, asked)
                seen += [one.run_id for one in page.items]
                if (after := page.after) is None:
                    break
            expected = [one.run_id for one in started]
            assert seen == (expected[::-1] if newest else expected)


async def test_a_journal_comes_in_pages(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        document = policy(task("number.add", 1), task("number.add", 2), task("number.add", 3))
        await approved(client, document)
        async with client.events() as events:
            run = await client.call(ops.START_RUN, Starting(policy="A policy"))
            await until(events, "run.ended")
        whole = await client.call(ops.LIST_HAPPENINGS, JournalAsked(run=run.run_id))
        first = await client.call(ops.LIST_HAPPENINGS, JournalAsked(run=run.run_id, limit=2))
        rest = await client.call(
            ops.LIST_HAPPENINGS, JournalAsked(run=run.run_id, after=first.after)
        )
        assert [*first.items, *rest.items] == whole.items
        assert [one.kind for one in whole.items] == ["start", "step", "step", "step", "end"]


async def test_every_change_is_in_the_audit_with_who_and_by_which_way(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, client_of(here, "tray/2.0") as client:
        made = await client.call(ops.PROPOSE_POLICY, Proposing(document=chain_policy()))
        with pytest.raises(Refused, match=r"policy\.not_approved"):
            await client.call(ops.START_RUN, Starting(policy=made.policy_id))
        lines = (await client.call(ops.LIST_AUDIT, PageAsked())).items
        mine = [(one.action, one.detail) for one in lines if one.action.startswith("door.")]
        assert mine == [
            ("door.propose_policy", "owner door, tray/2.0"),
            ("door.start_run", "owner door, tray/2.0"),
            ("door.start_run", "owner door, tray/2.0: refused, policy.not_approved"),
        ]
        assert here.found.token not in str(lines)


def chain_policy() -> dict[str, object]:
    return {"name": "A policy", **chain(task("number.add", 1))}


async def test_while_the_engine_is_held_the_reason_is_told_and_the_store_is_read(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        await approved(client, ECHO)
    reason = Problem("service.crashed", "Held", "It crashed 5 times.", "assent service release")
    from assent_engine.store import Reader

    async with Reader.open(tmp_path / "home" / "assent.sqlite") as reader:
        room = Room.of(tmp_path / "home")
        room.behind = Held(reason, reader)
        async with owner_door(tmp_path / "home", Desk(room)), connected(here.home, NAME) as client:
            status = await client.call(ops.STATUS, Nothing())
            assert (status.state, status.reason, status.open_runs) == ("held", reason, 0)
            listed = await client.call(ops.LIST_POLICIES, PageAsked())
            assert [one.name for one in listed.items] == ["Echo"]
            with pytest.raises(Refused, match=r"service\.held: It crashed 5 times"):
                await client.call(ops.START_RUN, Starting(policy="Echo"))


async def test_with_nothing_to_read_there_is_still_a_status(tmp_path: Path) -> None:
    room = Room.of(tmp_path)
    async with owner_door(tmp_path, Desk(room)), connected(tmp_path, NAME) as client:
        status = await client.call(ops.STATUS, Nothing())
        assert (status.state, status.open_runs) == ("held", None)
        with pytest.raises(Refused, match=r"service\.held"):
            await client.call(ops.LIST_POLICIES, PageAsked())


async def test_on_a_loopback_port_the_token_is_all_that_counts(tmp_path: Path) -> None:
    async with stage(tmp_path / "home", unix=False) as here, client_of(here) as client:
        assert (here.address.socket, here.address.port) != (None, None)
        assert await here.code("GET", "/status", authorization="Bearer x") == (401, "door.token")
        async with client.events() as events:
            await approved(client, ECHO)
            await client.call(ops.START_RUN, Starting(policy="Echo"))
            await until(events, "run.ended")


async def test_a_service_that_is_gone_is_not_there(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        pass
    with pytest.raises(Refused, match=r"service\.no_answer"):
        await client.call(ops.STATUS, Nothing())
    with pytest.raises(Refused, match=r"service\.not_running"):
        async with connected(here.home, NAME):
            pytest.fail("let in")


async def test_nothing_ticks_while_nobody_asks(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client, client.events():
        await client.call(ops.STATUS, Nothing())
        await turns()
        timers = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]
        assert [one for one in timers if not one.cancelled()] == []


@pytest.mark.parametrize("gone", ["socket", "token", "address.json", ""])
async def test_a_door_that_somebody_removes_is_opened_again_for_the_same_clients(
    tmp_path: Path, gone: str
) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        async with client.events() as events:
            found, at = here.found, DoorFolder.of(here.home).path / gone
            if gone:
                at.unlink()
            else:
                shutil.rmtree(at)
            await here.door.look()
            here.desk.room.hub.publish("afterwards", {})
            await until(events, "afterwards")
        await client.call(ops.STATUS, Nothing())
        assert here.found.token == found.token


async def test_a_door_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        before = DoorFolder.of(here.home).socket.stat()
        await here.door.look()
        assert DoorFolder.of(here.home).socket.stat() == before


async def test_a_door_that_cannot_be_opened_again_is_tried_until_it_can(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        folder = DoorFolder.of(here.home).path
        shutil.rmtree(folder)
        folder.touch()
        for _ in range(2):
            await here.door.look()
            assert here.door.address is None
        folder.unlink()
        await here.door.look()
        async with client_of(here) as client:
            await client.call(ops.STATUS, Nothing())
