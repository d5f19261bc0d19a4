"""What approving, replacing, switching, removing and rolling back a policy does to its triggers."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.safekeeping.backup import back_up
from assent_engine.safekeeping.restore import restore
from assent_engine.scheduling.happenings import Event
from engine.durable.worlds import Json, approved, policy
from engine.scheduling.homes import MONDAY, Driven, became, doing, hourly, ordering, times

HOUR = timedelta(hours=1)
EVENT = {"type": "event", "name": "x", "overlap": "buffer_all"}


@pytest.fixture
def driven(tmp_path: Path) -> Driven:
    return Driven(tmp_path / "home")


async def again(engine: Engine, policy_id: str, document: Json) -> None:
    await approved(engine, {**document, "policy_id": policy_id})


async def woken(driven: Driven, engine: Engine, now: datetime) -> dict[str, str]:
    driven.clock.set_wall(now)
    await driven.look(engine, "wake")
    return times(await became(engine))


async def test_a_proposal_starts_nothing(driven: Driven) -> None:
    async with driven.open() as engine:
        await engine.policies.propose(doing(hourly()), "agent")
        assert await woken(driven, engine, MONDAY + 3 * HOUR) == {}
        assert await engine.schedule.earliest() is None


async def test_approving_anew_forgets_no_missed_time_and_repeats_none(driven: Driven) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(hourly()))
        await driven.pass_until(engine, MONDAY + HOUR)
        driven.clock.set_wall(MONDAY + 2.5 * HOUR)
        await again(engine, policy_id, doing(hourly(comment="another")))
        found = await woken(driven, engine, MONDAY + 2.6 * HOUR)
        (first, second) = await engine.store.read.runs()
    assert found == {"02 10:00": "ran", "02 11:00": "caught_up"}
    assert (first.policy_version, second.policy_version) == ("1.0.0", "1.1.0")


async def test_the_manner_of_the_version_in_force_counts_for_what_was_missed(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(hourly()))
        driven.clock.set_wall(MONDAY + 1.5 * HOUR)
        await again(engine, policy_id, doing(hourly(catch_up={"missed": "none"})))
        assert await woken(driven, engine, MONDAY + 1.6 * HOUR) == {"02 10:00": "skipped missed"}


async def test_a_trigger_that_a_new_version_leaves_out_is_settled_and_starts_nothing_more(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(hourly()))
        driven.clock.set_wall(MONDAY + 2.5 * HOUR)
        await again(engine, policy_id, doing(hourly(seconds=7200)))
        found = await woken(driven, engine, MONDAY + 5 * HOUR)
    assert found == {
        "02 10:00": "skipped replaced",
        "02 11:00": "skipped replaced",
        "02 13:30": "caught_up",
    }


async def test_rolling_back_brings_the_former_triggers_and_makes_nothing_up_for_the_time_between(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(hourly()))
        await again(engine, policy_id, doing(hourly(seconds=86_400)))
        driven.clock.set_wall(MONDAY + 4.5 * HOUR)
        await engine.policies.rollback(policy_id, by="owner")
        assert await woken(driven, engine, MONDAY + 5 * HOUR) == {}
        await driven.pass_until(engine, MONDAY + 5.5 * HOUR)
        assert times(await became(engine)) == {"02 14:30": "ran"}


async def test_what_was_due_while_disabled_is_skipped_and_not_caught_up(driven: Driven) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(hourly(), EVENT))
        await engine.policies.disable(policy_id, by="owner")
        await engine.schedule.emit(Event("x"))
        await driven.pass_until(engine, MONDAY + HOUR)
        driven.clock.set_wall(MONDAY + 2.5 * HOUR)
        await engine.policies.enable(policy_id, by="owner")
        await driven.pass_until(engine, MONDAY + 3 * HOUR)
        found = times(await became(engine))
    disabled = "skipped disabled"
    expected = {"02 09:00": disabled, "02 10:00": disabled, "02 11:00": disabled}
    assert found == {**expected, "02 12:00": "ran"}


async def test_removing_settles_what_was_due_and_what_waited(driven: Driven) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, ordering(hourly(), EVENT))
        driven.gate.clear()
        for _ in range(2):
            await engine.schedule.emit(Event("x"))
        driven.clock.set_wall(MONDAY + 1.5 * HOUR)
        await engine.policies.remove(policy_id, by="owner")
        driven.gate.set()
        await engine.schedule.drained()
        words = list((await became(engine)).values())
        assert await engine.schedule.earliest() is None
        (run,) = await engine.store.read.runs()
    assert words == ["ran", "skipped removed", "skipped removed"]
    assert run.status == "COMPLETED"


async def test_a_run_under_way_keeps_its_version_and_what_waits_runs_the_new_one(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, ordering(EVENT))
        driven.gate.clear()
        for _ in range(2):
            await engine.schedule.emit(Event("x"))
        await again(engine, policy_id, ordering(EVENT, description="new"))
        driven.gate.set()
        await engine.schedule.drained()
        runs = await engine.store.read.runs()
    told = [(one.policy_version, one.status) for one in runs]
    assert told == [("1.0.0", "COMPLETED"), ("1.1.0", "COMPLETED")]


async def test_a_question_about_a_trigger_that_is_gone_needs_no_answer(driven: Driven) -> None:
    async with driven.open() as engine:
        asks = hourly(seconds=86_400, catch_up={"missed": "ask"})
        policy_id = await approved(engine, doing(asks))
        await woken(driven, engine, MONDAY + 30 * HOUR)
        await again(engine, policy_id, doing())
        (request,) = await engine.store.read.requests()
        assert times(await became(engine)) == {"03 09:00": "skipped replaced"}
    assert request.status == "withdrawn"


async def test_an_approval_that_lapsed_starts_nothing_and_says_so(driven: Driven) -> None:
    async with driven.open() as engine:
        other = await approved(engine, doing(name="Other"))
        call = {"type": "Task", "resource": "policy.run", "parameters": {"policy": "Other"}}
        states = {"A": {**call, "end": True}}
        await approved(engine, doing(hourly(), name="Calls", states=states))
        await again(engine, other, doing(name="Other", description="changed"))
        await driven.pass_until(engine, MONDAY + HOUR)
        (row,) = await engine.store.read.occurrences()
    assert (row.status, row.reason) == ("skipped", "not_approved")
    assert row.detail.startswith("approval.lapsed")


async def test_a_moment_that_passed_before_the_approval_is_told_of(driven: Driven) -> None:
    async with driven.open() as engine:
        once = {"type": "once", "at": "2026-03-02T10:00:00Z"}
        proposal = await engine.policies.propose(doing(once), "agent")
        driven.clock.set_wall(MONDAY + 2 * HOUR)
        await engine.policies.approve(
            proposal.policy_id, proposal.version, proposal.hash, by="owner", how="test"
        )
        assert times(await became(engine)) == {"02 10:00": "skipped not_approved"}


async def test_after_a_restore_what_may_have_run_since_the_backup_is_not_run_again(
    driven: Driven, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    async with driven.open() as engine:
        await approved(engine, doing(hourly(), EVENT))
        back_up(engine.home, None, driven.clock.now(), file)
        await driven.pass_until(engine, MONDAY + 2 * HOUR)
    driven.clock.set_wall(MONDAY + 2.5 * HOUR)
    restore(Home(driven.path), None, file, driven.clock.now(), "owner")
    driven.clock.set_wall(MONDAY + 3.5 * HOUR)
    async with driven.open() as engine:
        await driven.look(engine, "start")
        found = times(await became(engine))
    restored = "skipped restored"
    assert found == {"02 10:00": restored, "02 11:00": restored, "02 12:00": "caught_up"}


async def test_the_end_of_a_run_in_doubt_starts_nothing_again(
    driven: Driven, tmp_path: Path
) -> None:
    file, after = tmp_path / "backup", {"type": "run_end", "policy": "First"}
    wait = {"type": "Wait", "seconds": 3600, "end": True}
    async with driven.open() as engine:
        first = await approved(engine, policy(wait, name="First"))
        await approved(engine, doing(after, name="After"))
        run = await engine.runs.start(first)
        back_up(engine.home, None, driven.clock.now(), file)
    driven.clock.set_wall(MONDAY + 2 * HOUR)
    restore(Home(driven.path), None, file, driven.clock.now(), "owner")
    async with driven.open() as engine:
        assert (await engine.runs.resume(run.run_id)).status == "COMPLETED"
        await engine.schedule.run_ended(run.run_id)
        await engine.schedule.drained()
        (row,) = await engine.store.read.occurrences()
        assert (row.status, row.reason, row.run_id) == ("skipped", "restored", None)


async def test_a_change_of_the_policy_amid_a_look_waits_for_its_end(driven: Driven) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(hourly()))
        driven.clock.set_wall(MONDAY + 3.5 * HOUR)
        look = asyncio.create_task(engine.schedule.look(driven.clock.now(), "wake"))
        await asyncio.sleep(0)
        await engine.policies.remove(policy_id, by="owner")
        await look
        await engine.schedule.drained()
        found = times(await became(engine))
    assert list(found.values()) == ["skipped later_one", "skipped later_one", "caught_up"]
