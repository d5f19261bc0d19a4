"""The listener: where and while it is switched on, and nothing else."""

import asyncio
import socket
from pathlib import Path

import pytest

from assent_engine.hooks import PORT, SETTING, Listening, listening
from assent_engine.store import Reader
from assent_engine.store.records import SettingPut
from assent_engine.store.rows import HookRow
from assent_schemas.errors import Problem, Refused, StoreError
from assent_schemas.wire import operations as ops
from assent_schemas.wire.frame import Nothing
from assent_schemas.wire.hooks import HookListener, SwitchingHooks
from assent_service.webhooks.listener import webhooks
from service.webhooks.stages import OWNER, Heard, HookStage, free_port, heard, hook_stage, said


async def switched(here: HookStage, **asked: int | bool) -> HookListener:
    return await here.desk.call(ops.SWITCH_HOOKS, SwitchingHooks.model_validate(asked), OWNER)


async def said_to(port: int, secret: str) -> Heard:
    """The answer to a call of the webhook `bank`."""
    lines = [
        "POST /hooks/bank HTTP/1.1",
        f"host: 127.0.0.1:{port}",
        f"authorization: Bearer {secret}",
        "content-type: application/json",
        "connection: close",
    ]
    return heard(await said(port, "\r\n".join([*lines, "", ""]).encode()))


async def is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


async def test_switched_off_nothing_listens_and_on_again_it_is_the_same_port(
    tmp_path: Path,
) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret, port = await here.add("bank"), here.port
        off = await switched(here, on=False)
        assert (off.on, off.listening, await is_open(port)) == (False, False, False)
        on = await switched(here, on=True)
        assert (on.on, on.listening, on.port) == (True, True, port)
        assert (await here.call("bank", secret)).status == 202


async def test_another_port_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        first, second = here.port, free_port()
        told = await switched(here, on=True, port=second)
        assert (told.port, told.listening) == (second, True)
        assert (await is_open(first), await is_open(second)) == (False, True)


async def test_a_port_that_is_taken_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        first, secret = here.port, await here.add("bank")
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            with pytest.raises(Refused, match=r"hook\.port_taken"):
                await switched(here, on=True, port=other.getsockname()[1])
        assert (await here.call("bank", secret)).status == 202
        assert await listening(here.room.read) == Listening(on=True, port=first)


async def test_it_listens_on_the_loopback_interface_alone(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        with socket.socket() as other:
            # All of 127/8 is this computer's own: only the first address of it is listened at.
            assert other.connect_ex(("127.0.0.2", here.port)) != 0


async def test_after_a_restart_it_listens_where_it_was_told_to(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        port, secret = here.port, await here.add("bank")
        async with webhooks(here.room) as another:
            assert another.port is None
            await here.listener.close()
            await another.follow()
            assert another.port == port
            assert (await said_to(port, secret)).status == 202
        assert not await is_open(port)


async def test_where_it_was_never_switched_on_nothing_listens(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        await here.listener.close()
        await here.room.engine.store.commit(SettingPut(SETTING, "{}", "owner", here.room.now))
        await here.listener.follow()
        assert await listening(here.room.read) == Listening(on=False, port=PORT)
        assert here.listener.port is None


async def test_what_cannot_be_read_after_a_change_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(_read: Reader) -> list[HookRow]:
        raise StoreError(Problem("store.unreadable", "The store cannot be read", "on purpose"))

    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        with monkeypatch.context() as patched:
            patched.setattr(Reader, "hooks", unreadable)
            with pytest.raises(StoreError):
                await here.listener.learn()
        assert (await here.call("bank", secret)).status == 401
        await here.listener.learn()
        assert (await here.call("bank", secret)).status == 202


async def test_a_start_at_a_taken_port_leaves_a_notice_and_says_why(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        port = here.port
        await here.listener.close()
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", port))
            other.listen()
            for _ in range(2):
                await here.listener.follow()
        told = await here.desk.call(ops.SHOW_HOOK_LISTENER, Nothing(), OWNER)
        assert (told.on, told.listening) == (True, False)
        assert told.reason is not None
        assert f"Port {port} cannot be listened to" in told.reason
        (notice,) = await here.room.read.notices()
        assert "Webhooks are not heard" in notice.text


async def test_who_still_listens_is_told_by_the_audit_and_no_secret_is_in_it(
    tmp_path: Path,
) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secrets = [await here.add("bank"), await here.add("hub", signed=True)]
        await switched(here, on=False)
        audit = await here.room.read.audit()
        said = [(one.action, one.subject) for one in audit]
        assert said == [
            ("hooks.on", "webhooks"),
            ("hook.make", "bank"),
            ("hook.make", "hub"),
            ("hooks.off", "webhooks"),
        ]
        assert not any(secret in repr(audit) for secret in secrets)
