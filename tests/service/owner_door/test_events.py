"""Events over the door: in order, resumed, reset, and told to everyone who follows."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from assent_client.client import connected
from assent_engine.notices import Notice
from assent_engine.store.records import NewNotice
from assent_schemas.errors import Refused
from assent_schemas.wire import operations as ops
from assent_schemas.wire.approvals import Approving, Rejecting
from assent_schemas.wire.events import Cursor
from assent_schemas.wire.frame import PageAsked
from assent_schemas.wire.inbox import Resolving
from assent_schemas.wire.policies import Pausing, Proposing, Unpausing
from assent_schemas.wire.runs import Cancelling, RunAsked, Starting
from assent_service.web.bounds import DoorBounds
from engine.durable.asking import question, still
from engine.durable.worlds import policy, task, turns
from service.owner_door.stages import NAME, Stage, approved, client_of, stage, until

ECHO = {"name": "Echo", "start_at": "End", "states": {"End": {"type": "Succeed"}}}


async def socket_of(here: Stage, query: str = "", **more: Any) -> ClientConnection:
    headers = [
        ("authorization", f"Bearer {here.found.token}"),
        ("assent-protocol", "1"),
        ("assent-client", NAME),
    ]
    return await unix_connect(
        here.address.socket, f"ws://assent/events{query}", additional_headers=headers, **more
    )


async def test_a_run_is_told_from_its_start_to_its_end_in_order(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        await approved(client, policy(task("order.place", 7)))
        async with client.events() as events:
            run = await client.call(ops.START_RUN, Starting(policy="A policy"))
            seen = await until(events, "run.ended")
    mine = [one for one in seen if one.data.get("run_id") == run.run_id]
    assert [one.type for one in mine] == [
        "run.started",
        "state.entered",
        "intent.recorded",
        "step.started",
        "step.ended",
        "run.ended",
    ]
    assert mine[2].data["input"] == {"n": 7}
    numbers = [one.seq for one in seen]
    assert numbers == list(range(numbers[0], numbers[0] + len(seen)))


async def test_who_comes_back_gets_what_happened_meanwhile_and_nothing_twice(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        async with client.events() as events:
            here.desk.room.hub.publish("one", {})
            await until(events, "one")
            cursor = events.cursor
        here.desk.room.hub.publish("two", {})
        async with client.events(cursor) as events:
            here.desk.room.hub.publish("three", {})
            assert [one.type for one in await until(events, "three")] == ["two", "three"]


async def test_a_connection_that_breaks_is_made_again_where_it_was(tmp_path: Path) -> None:
    async with (
        stage(tmp_path / "home") as here,
        client_of(here) as client,
        client.events() as events,
    ):
        here.desk.room.hub.publish("one", {})
        await until(events, "one")
        assert events._connection is not None
        events._connection.transport.abort()
        here.desk.room.hub.publish("two", {})
        here.desk.room.hub.publish("three", {})
        assert [one.type for one in await until(events, "three")] == ["two", "three"]


async def test_after_a_restart_of_the_service_everything_is_to_be_read_again(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path / "home") as here, connected(here.home, NAME) as client:
        follow = client.events()
        events = await follow.__aenter__()
        before = client.hello.epoch
    async with stage(tmp_path / "home"):
        (event,) = await until(events, "reset")
        assert event.epoch != before
        assert client.hello.epoch == event.epoch
    await follow.__aexit__(None, None, None)


async def test_who_has_no_patience_hears_that_the_service_is_gone(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, connected(here.home, NAME) as client:
        follow = client.events(patience=0)
        events = await follow.__aenter__()
    with pytest.raises(Refused, match=r"service\.not_running"):
        await until(events, "never")
    await follow.__aexit__(None, None, None)


@pytest.mark.parametrize("cursor", [Cursor("0" * 16, 1), Cursor("", 10**17)])
async def test_a_place_that_is_not_known_is_answered_with_a_reset(
    tmp_path: Path, cursor: Cursor
) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        wanted = cursor if cursor.epoch else Cursor(client.hello.epoch, cursor.seq)
        async with client.events(wanted) as events:
            (event,) = await until(events, "reset")
            assert event.epoch == client.hello.epoch


async def test_what_fell_out_of_the_ring_is_answered_with_a_reset(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        hub = here.desk.room.hub
        start = Cursor(hub.epoch, hub.last)
        for _ in range(hub.kept + 1):
            hub.publish("filler", {})
        async with client.events(start) as events:
            (event,) = await until(events, "reset")
            assert event.seq == hub.last
            hub.publish("next", {})
            assert [one.type for one in await until(events, "next")] == ["next"]


async def test_a_client_that_takes_nothing_is_cut_off_and_goes_on_later(tmp_path: Path) -> None:
    async with stage(tmp_path / "home", DoorBounds(seconds_to_take=0.05)) as here:
        hub = here.desk.room.hub
        slow = await socket_of(here, max_queue=1, compression=None)
        slow.transport.pause_reading()
        for _ in range(2000):
            hub.publish("filler", {"text": "x" * 1000})
        while hub._wakes:
            await turns()
        slow.transport.resume_reading()
        last = -1
        with suppress(ConnectionClosed):
            while True:
                last = json.loads(await slow.recv())["seq"]
        assert 0 < last < hub.last
        again = await socket_of(here, f"?epoch={hub.epoch}&after={last}")
        assert json.loads(await again.recv())["type"] == "following"
        assert json.loads(await again.recv())["seq"] == last + 1
        await again.close()


async def test_a_client_that_speaks_is_hung_up_on(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        client = await socket_of(here)
        await client.send("hello")
        await client.wait_closed()
        assert client.close_code == 1008


@pytest.mark.parametrize("query", ["?epoch=x", "?after=1", "?epoch=x&after=-1", "?epoch=x&after=x"])
async def test_a_cursor_of_another_form_is_refused(tmp_path: Path, query: str) -> None:
    async with stage(tmp_path / "home") as here:
        with pytest.raises(InvalidStatus) as refused:
            await socket_of(here, query)
        assert refused.value.response.status_code == 400
        assert json.loads(refused.value.response.body or b"")["problems"][0]["code"] == "door.form"


async def test_events_need_the_token_too(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        with pytest.raises(InvalidStatus) as refused:
            await unix_connect(here.address.socket, "ws://assent/events")
        assert refused.value.response.status_code == 401


async def test_proposals_decisions_and_pauses_are_told_once_they_are_committed(
    tmp_path: Path,
) -> None:
    async with (
        stage(tmp_path / "home") as here,
        client_of(here) as client,
        client.events() as events,
    ):
        made = await client.call(ops.PROPOSE_POLICY, Proposing(document=ECHO))
        await client.call(ops.APPROVE, Approving(approval="Echo", hash=made.hash))
        await client.call(ops.PAUSE, Pausing(policy="Echo"))
        await client.call(ops.UNPAUSE, Unpausing(policy="Echo"))
        here.desk.room.hub.publish("end", {})
        seen = await until(events, "end")
    assert [(one.type, one.data.get("kind") or one.data.get("paused")) for one in seen] == [
        ("approval.wanted", "policy"),
        ("approval.decided", "policy"),
        ("policy.changed", None),
        ("pause.changed", True),
        ("pause.changed", False),
        ("end", None),
    ]


async def test_a_question_is_told_and_the_second_decider_hears_who_was_first(
    tmp_path: Path,
) -> None:
    async with (
        stage(tmp_path / "home", bench=still(tmp_path / "home")) as here,
        client_of(here, "tray/1") as tray,
        client_of(here, "cli/1") as cli,
    ):
        await approved(tray, policy(question("Shall I?")))
        async with tray.events() as events:
            run = await cli.call(ops.START_RUN, Starting(policy="A policy"))
            wanted = (await until(events, "approval.wanted"))[-1]
            await until(events, "run.stopped")
            asked = {"approval": wanted.data["id"], "hash": await hash_of(cli)}
            decided = await cli.call(ops.APPROVE, Approving(**asked))
            assert decided.run is not None
            assert decided.run.run_id == run.run_id
            with pytest.raises(Refused, match=r"approval\.decided: It was approved by .*cli/1"):
                await tray.call(ops.REJECT, Rejecting(approval=wanted.data["id"]))
            told = await until(events, "run.ended")
        answers = [one.data for one in told if one.type == "approval.decided"]
        assert [one["decision"] for one in answers] == ["approved"]
        shown = await cli.call(ops.SHOW_RUN, RunAsked(run=run.run_id))
        assert shown.status == "COMPLETED"


async def hash_of(client: Any) -> str:
    page = await client.call(ops.LIST_APPROVALS, PageAsked())
    return str(page.items[0].hash)


async def test_a_case_is_told_when_it_opens_and_when_it_is_decided(tmp_path: Path) -> None:
    fails = {"type": "Fail", "error": "Broken", "cause": "on purpose"}
    document = policy(task("order.place", 1), fails, on_failure="intervene")
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        await approved(client, document)
        async with client.events() as events:
            await client.call(ops.START_RUN, Starting(policy="A policy"))
            opened = (await until(events, "case.opened"))[-1].data
            case = Resolving(case=opened["id"], choice="abort", later=True)
            await client.call(ops.RESOLVE_CASE, case)
            decided = (await until(events, "case.decided"))[-1].data
            run = await client.call(ops.RESUME_RUN, RunAsked(run=opened["run_id"]))
        assert (opened["code"], decided["choice"]) == ("run.failed", "abort")
        assert run.run_id == opened["run_id"]


async def test_a_notice_is_told_once_for_its_key(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        async with client.events() as events:
            for at in ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"):
                await here.engine.store.commit(NewNotice("key", "Look", "info", "", at))
            other = NewNotice("other", "Look", "info", "", "2026-01-03T00:00:00Z")
            await here.engine.store.commit(other)
            first, second = (
                await until(events, "notice.posted"),
                await until(events, "notice.posted"),
            )
        told = [one.data["key"] for one in first + second if one.type == "notice.posted"]
        assert told == ["key", "other"]
        assert Notice("key", "Look") in await here.engine.store.read.notices()


async def test_a_run_that_waits_is_ended_by_another_client(tmp_path: Path) -> None:
    wait = {"type": "Wait", "timestamp": "2099-01-01T00:00:00Z", "end": True}
    async with (
        stage(tmp_path / "home", bench=still(tmp_path / "home")) as here,
        client_of(here) as client,
        client.events() as events,
    ):
        await approved(client, policy(wait))
        run = await client.call(ops.START_RUN, Starting(policy="A policy"))
        ended = await client.call(ops.CANCEL_RUN, Cancelling(run=run.run_id[:13]))
        await until(events, "run.ended")
        shown = await client.call(ops.SHOW_RUN, RunAsked(run=run.run_id))
        assert (ended.run_id, shown.status) == (run.run_id, "CANCELLED")


async def test_a_large_value_is_cut_in_events_and_whole_in_the_journal(tmp_path: Path) -> None:
    big = {"type": "Pass", "result": {"n": 1, "more": "x" * 50_000}, "next": "B"}
    async with stage(tmp_path / "home") as here, client_of(here) as client:
        document = policy(big, task("number.long", "$.n"))
        await approved(client, document)
        async with client.events() as events:
            await client.call(ops.START_RUN, Starting(policy="A policy"))
            seen = await until(events, "run.ended")
    assert max(len(str(one.data)) for one in seen) < 10_000
