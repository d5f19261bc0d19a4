"""Calls over a real socket: which are taken, which are not, and what their callers hear."""

import asyncio
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from assent_engine.store import Store
from assent_schemas.errors import Problem, StoreError
from assent_schemas.wire import operations as ops
from assent_schemas.wire.hooks import HookNamed
from assent_service.desk.behind import Held
from assent_service.web.bounds import DoorBounds
from assent_service.webhooks import intake
from assent_service.webhooks.bounds import HookBounds
from engine.durable.worlds import approved, policy, task
from service.webhooks.stages import (
    OWNER,
    Heard,
    HookStage,
    heard,
    hook_stage,
    said,
    signature,
    timed_signature,
    waits_for,
)

HOSTILE_HOSTS = ["attacker.example", "127.0.0.1", "127.0.0.1:1", "localhost.attacker.example", ""]


IMPATIENT = HookBounds(
    DoorBounds(connections=3, header=2048, body=65_536, seconds_to_ask=0.2, seconds_idle=0)
)


async def listed(here: HookStage, name: str) -> tuple[int, str | None]:
    rows = {row.name: row for row in await here.room.read.hooks()}
    return rows[name].calls, rows[name].called_at


async def test_a_call_is_recorded_with_what_it_brings_and_counted(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        engine, secret = here.room.engine, await here.add("bank")
        document = policy(task("order.place", "$.trigger.data.n"), triggers=[waits_for("bank")])
        await approved(engine, document)
        answer = await here.call("bank", secret, b'{"n": 7}')
        assert (answer.status, json.loads(answer.body)) == (202, {"taken": True, "before": False})
        assert answer.headers["cache-control"] == "no-store"
        (row,) = await here.occurrences()
        assert (row.status, row.payload) == ("queued", {"n": 7})
        assert await listed(here, "bank") == (1, here.room.now)
        await engine.schedule.look(here.bench.clock.now(), "timer")
        await engine.schedule.drained()
        assert [one["n"] for one in here.bench.outside.orders.values()] == [7]


async def test_an_empty_body_is_an_empty_object_and_exact_numbers_stay_exact(
    tmp_path: Path,
) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        await approved(here.room.engine, policy(task("number.add"), triggers=[waits_for("bank")]))
        await here.call("bank", secret, b"")
        await here.call("bank", secret, b'{"amount": 0.1000}')
        rows = await here.occurrences()
        assert [str(row.payload.get("amount")) for row in rows] == ["None", "0.1000"]


async def test_a_wrong_secret_an_unknown_and_a_revoked_webhook_are_answered_alike(
    tmp_path: Path,
) -> None:
    async with hook_stage(tmp_path / "home") as here:
        await here.add("bank")
        gone = await here.add("gone")
        await here.desk.call(ops.REVOKE_HOOK, HookNamed(hook="gone"), OWNER)
        answers = [
            await here.call("bank", "wrong"),
            await here.call("nobody", "wrong"),
            await here.call("gone", gone),
            await here.post("/hooks/bank"),
            await here.call("bank", "wrong", b"no JSON", content_type="text/plain"),
            await here.call("BANK%2e", "wrong"),
        ]
        assert {one.status for one in answers} == {401}
        assert len({one.body for one in answers}) == 1
        assert len({tuple(one.headers.items()) for one in answers}) == 1
        assert await here.occurrences() == []
        assert await listed(here, "bank") == (0, None)


async def test_the_work_is_the_same_whether_the_webhook_exists_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    compare = hmac.compare_digest

    def seen_to_compare(given: str, expected: str) -> bool:
        done.append(expected)
        return compare(given, expected)

    monkeypatch.setattr("assent_service.webhooks.proofs.hmac.compare_digest", seen_to_compare)
    async with hook_stage(tmp_path / "home") as here:
        await here.add("bank")
        await here.add("signs", signed=True)
        seen = []
        for name in ("bank", "signs", "nobody"):
            done.clear()
            await here.call(name, "wrong", x_hub_signature_256=signature("wrong", b"{}"))
            seen.append(len(done))
        assert seen == [2, 2, 2]


async def test_another_secret_opens_and_the_one_before_does_not(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        before = await here.add("bank")
        made = await here.desk.call(ops.ROTATE_HOOK, HookNamed(hook="bank"), OWNER)
        assert (await here.call("bank", before)).status == 401
        assert (await here.call("bank", str(made.secret))).status == 202


async def test_a_signed_body_is_taken_and_an_altered_one_is_not(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret, body = await here.add("hub", signed=True), b'{"action": "push"}'
        at = int(here.bench.clock.now().timestamp())
        plain, timed = signature(secret, body), timed_signature(secret, body, at)
        for header in ({"x_hub_signature_256": plain}, {"stripe_signature": timed}):
            assert (await here.post("/hooks/hub", body, **header)).status == 202
            assert (await here.post("/hooks/hub", body + b" ", **header)).code == "hook.refused"
        assert (await here.call("hub", secret, body)).status == 401


@pytest.mark.parametrize("header", ["idempotency_key", "x_github_delivery", "webhook_id"])
async def test_a_delivery_that_comes_again_starts_nothing_again(
    tmp_path: Path, header: str
) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        other = await here.add("other")
        await approved(here.room.engine, policy(task("number.add"), triggers=[waits_for("bank")]))
        one: dict[str, Any] = {header: "72d3162e-cc78-11e3-81ab-4c9367dc0958"}
        another: dict[str, Any] = {header: "another"}
        calls = [here.call("bank", secret, **one) for _ in range(5)]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status for answer in answers) == [200, 200, 200, 200, 202]
        assert (await here.call("bank", secret, **another)).status == 202
        assert (await here.call("other", other, **one)).status == 202
        assert len(await here.occurrences()) == 2
        assert (await listed(here, "bank"))[0] == 2


async def test_a_delivery_is_known_after_a_restart(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        assert (await here.call("bank", secret, idempotency_key="1")).status == 202
    async with hook_stage(tmp_path / "home") as here:
        assert (await here.call("bank", secret, idempotency_key="1")).status == 200


async def test_only_the_newest_deliveries_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "KEPT", 3)
    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        for at in range(6):
            assert (await here.call("bank", secret, idempotency_key=str(at))).status == 202
        again = [await here.call("bank", secret, idempotency_key=str(at)) for at in (5, 4, 0)]
        assert [one.status for one in again] == [200, 200, 202]


async def test_an_id_without_measure_is_refused(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        assert (await here.call("bank", secret, idempotency_key="x" * 256)).code == "door.form"


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
async def test_a_name_that_was_made_to_mean_this_computer_is_turned_away(
    tmp_path: Path, host: str
) -> None:
    async with hook_stage(tmp_path / "home") as here:
        answer = await here.call("bank", await here.add("bank"), host=host)
        assert (answer.status, answer.code) == (403, "hook.host")
        assert await listed(here, "bank") == (0, None)


async def test_localhost_is_this_computer_too(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        assert (await here.call("bank", secret, host=f"localhost:{here.port}")).status == 202


@pytest.mark.parametrize("origin", ["null", "http://127.0.0.1:27736", "https://a.example"])
async def test_a_page_in_a_browser_is_turned_away_whatever_it_knows(
    tmp_path: Path, origin: str
) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        assert (await here.call("bank", secret, origin=origin)).code == "hook.host"
        asked = await here.post("/hooks/bank", b"", verb="OPTIONS", origin=origin)
        assert (asked.status, "access-control-allow-origin" in asked.headers) == (403, False)


async def test_there_is_nothing_but_post_to_a_webhook(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        await here.add("bank")
        for verb in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS"):
            assert (await here.post("/hooks/bank", b"", verb=verb)).status == 405
        for path in (
            "/",
            "/hooks",
            "/hooks/",
            "/hooks/bank/",
            "/hooks/../hooks/x",
        ):
            assert (await here.post(path)).status == 404


async def test_a_handshake_for_a_web_socket_opens_nothing(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        upgrade = {"connection": "upgrade", "upgrade": "websocket", "content_length": None}
        more = {"sec_websocket_version": "13", "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ=="}
        answer = await here.post("/hooks/bank", b"", verb="GET", **upgrade, **more)
        assert answer.status == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"a": 1, "a": 2}', 400),
        (b'{"a": NaN}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 33 + b"]" * 33, 400),
        (b"[" + b"1," * 10_000 + b"1]", 400),
        (b'"' + b"x" * 65_530 + b'"', 202),
        (b'"' + b"x" * 65_535 + b'"', 413),
        (b" " * 500_000, 413),
    ],
)
async def test_a_body_is_json_within_bounds(tmp_path: Path, body: bytes, status: int) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        assert (await here.call("bank", secret, body)).status == status
        assert (await listed(here, "bank"))[0] == (status == 202)


async def test_what_does_not_say_that_it_is_json_is_refused(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        for kind in ("text/plain", "application/x-www-form-urlencoded", None):
            told = await here.post(
                "/hooks/bank", authorization=f"Bearer {secret}", content_type=kind
            )
            assert (told.status, told.code) == (415, "hook.media_type")
        for kind in ("application/json; charset=utf-8", "application/cloudevents+json"):
            assert (await here.call("bank", secret, content_type=kind)).status == 202


async def test_a_flood_of_one_webhook_leaves_room_for_another(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home", HookBounds(each=3, all=5)) as here:
        one, other = await here.add("one"), await here.add("other")
        statuses = [(await here.call("one", one)).status for _ in range(5)]
        assert statuses == [202, 202, 202, 429, 429]
        full = await here.call("one", one)
        assert (full.code, full.headers["retry-after"]) == ("hook.too_often", "20")
        assert [(await here.call("other", other)).status for _ in range(3)] == [202, 202, 429]
        here.time.at += 20
        assert (await here.call("one", one)).status == 202


async def test_callers_without_a_secret_use_up_nothing_that_is_for_others(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home", HookBounds(strangers=2)) as here:
        secret = await here.add("bank")
        statuses = [(await here.call("bank", "wrong")).status for _ in range(4)]
        assert statuses == [401, 401, 429, 429]
        assert (await here.call("nobody", "wrong")).status == 429
        assert (await here.call("bank", secret)).status == 202


async def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home", IMPATIENT) as here:
        secret = await here.add("bank")
        slow = await here.call("bank", secret, b"{", content_length="2")
        assert (slow.status, slow.code) == (408, "door.slow")
        assert await listed(here, "bank") == (0, None)


async def test_connections_that_say_nothing_are_closed_and_do_not_pile_up(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home", IMPATIENT) as here:
        secret = await here.add("bank")
        halves = [await asyncio.open_connection("127.0.0.1", here.port) for _ in range(2)]
        halves[1][1].write(b"POST /hooks/bank HTTP/1.1\r\nhost: x")
        more = [await asyncio.open_connection("127.0.0.1", here.port) for _ in range(3)]
        async with asyncio.timeout(30):
            told = [await reader.read() for reader, _ in (*halves, *more)]
        assert [b"503" in one for one in told] == [False, False, False, True, True]
        for _, writer in (*halves, *more):
            writer.close()
        assert (await here.call("bank", secret)).status == 202


async def test_headers_are_bounded(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home", IMPATIENT) as here:
        secret = await here.add("bank")
        assert (await here.call("bank", secret, x_long="x" * 4096)).status in (400, 413)


async def test_what_is_no_http_is_told_so(tmp_path: Path) -> None:
    async with hook_stage(tmp_path / "home") as here:
        assert heard(await said(here.port, b"\x16\x03\x01\x02\x00\r\n\r\n")).status == 400


async def test_while_the_engine_is_held_only_who_knows_the_secret_hears_of_it(
    tmp_path: Path,
) -> None:
    async with hook_stage(tmp_path / "home") as here:
        secret, working = await here.add("bank"), here.room.behind
        why = Problem("service.safe_mode", "Safe mode", "It crashed too often.")
        here.room.behind = Held(why, here.room.read, clock=here.bench.clock)
        later = await here.call("bank", secret)
        assert (later.status, later.code, later.headers["retry-after"]) == (503, "hook.later", "30")
        assert b"crashed" not in later.body
        assert (await here.call("bank", "wrong")).status == 401
        here.room.behind = working
        assert (await here.call("bank", secret)).status == 202


async def test_what_cannot_be_recorded_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_store: Store, *_records: object) -> None:
        raise StoreError(Problem("store.trouble", "Storage trouble", "the disk is full"))

    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        with monkeypatch.context() as patched:
            patched.setattr(Store, "commit", full)
            told = await here.call("bank", secret, idempotency_key="1")
        assert (told.status, told.code, told.headers["retry-after"]) == (503, "hook.later", "30")
        assert b"disk" not in told.body
        assert (await here.call("bank", secret, idempotency_key="1")).status == 202


async def test_a_fault_of_ours_says_no_more_than_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> bool:
        raise RuntimeError("a surprise")

    async with hook_stage(tmp_path / "home") as here:
        secret = await here.add("bank")
        monkeypatch.setattr(intake.Intake, "take", broken)
        told: Heard = await here.call("bank", secret)
        assert (told.status, told.code) == (500, "internal")
        assert b"surprise" not in told.body
