"""Questions to the owner: shown exactly, answered once, never by silence, across restarts."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.requests import what_is_shown
from assent_engine.runner import RunReport
from assent_engine.store.records import RequestsWithdrawn
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus
from engine.durable.asking import (
    at_every_death,
    branches,
    change,
    covered,
    no,
    opened,
    question,
    showing,
    still,
    yes,
)
from engine.durable.test_policy_life import code_of
from engine.durable.worlds import Bench, approved, chain, each, policy, ran, task


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return still(tmp_path / "home")


async def asked(engine: Engine, *states: Any, **more: Any) -> tuple[RunReport, Any]:
    report = await ran(engine, policy(*states, **more))
    assert report.status is RunStatus.WAITING
    (row,) = await opened(engine)
    return report, row


async def test_a_run_that_asks_waits_and_tells_the_owner_once(bench: Bench) -> None:
    async with bench.open() as engine:
        report, row = await asked(engine, showing(7), covered("order.place", 7))
        assert (await engine.runs.resume(report.run_id)).status is RunStatus.WAITING
        (notice,) = await engine.store.read.notices(report.run_id)
        assert f"assent approvals show {row.id}" in notice.text
        assert len(await engine.store.read.requests()) == 1
    shown = what_is_shown(row)
    assert shown["effects"] == [{"resource": "order.place", "input": {"n": 7}}]
    assert (shown["run"], shown["until"]) == (report.run_id, row.deadline)
    assert bench.outside.calls == []


async def test_a_yes_in_another_process_is_followed_by_the_run(bench: Bench) -> None:
    async with bench.open() as engine:
        report, row = await asked(engine, showing(7), covered("order.place", 7))
    async with bench.open() as engine:
        await yes(engine, row)
    async with bench.open() as engine:
        done = await engine.runs.go_on(report.run_id)
        assert done is not None
        assert done.status is RunStatus.COMPLETED
        answered = [
            one
            for one in await engine.store.read.journal(report.run_id)
            if one.kind in ("asked", "answered", "claim", "intent")
        ]
    assert [one.kind for one in answered] == ["asked", "answered", "claim", "intent"]
    assert len(bench.outside.orders) == 1


async def test_a_no_leads_to_its_branch_with_the_note(bench: Bench) -> None:
    states = {
        "A": {**question(), "on_reject": "B", "next": "C"},
        "B": {"type": "Pass", "end": True},
        "C": task("order.place", 1),
    }
    del states["A"]["end"]
    async with bench.open() as engine:
        report = await ran(engine, {"name": "P", "start_at": "A", "states": states})
        (row,) = await opened(engine)
        await no(engine, row)
        done = await engine.runs.resume(report.run_id)
    assert done.status is RunStatus.COMPLETED
    assert (done.output["decision"], done.output["note"]) == ("rejected", "not today")
    assert bench.outside.calls == []


async def test_a_yes_must_name_what_was_shown(bench: Bench) -> None:
    async with bench.open() as engine:
        _, row = await asked(engine, question())
        other = engine.requests.approve(row.id, "0" * 64, by="owner", how="test")
        assert await code_of(other) == "approval.other_document"
        assert [one.id for one in await opened(engine)] == [row.id]


@pytest.mark.parametrize("times", range(5))
async def test_of_two_who_decide_at_once_one_wins_and_the_other_hears_who(
    bench: Bench, times: int
) -> None:
    async with bench.open() as engine:
        report, row = await asked(engine, question())
        both = [yes(engine, row, "ann"), no(engine, row, "bob")]
        said = await asyncio.gather(*(both if times % 2 else both[::-1]), return_exceptions=True)
        (lost,) = [one for one in said if isinstance(one, Refused)]
        (won,) = [one for one in said if not isinstance(one, BaseException)]
        assert lost.problem.code == "approval.decided"
        assert f"It was {won.status} by {won.decided_by} (test)" in lost.problem.detail
        done = await engine.runs.resume(report.run_id)
    assert (done.status is RunStatus.COMPLETED) == (won.status == "approved")


async def test_a_deadline_that_passed_while_no_process_ran_is_a_no(bench: Bench) -> None:
    async with bench.open() as engine:
        report, row = await asked(engine, showing(7, seconds=60), covered("order.place", 7))
    bench.clock.advance(60)
    async with bench.open() as engine:
        assert await code_of(yes(engine, row)) == "approval.expired"
        done = await engine.runs.resume(report.run_id)
        (row,) = await engine.store.read.requests()
    assert (done.status, done.error) == (RunStatus.FAILED, "Approval.TimedOut")
    assert row.status == "timed_out"
    assert bench.outside.calls == []


async def test_a_clock_that_is_set_back_does_not_open_a_question_again(bench: Bench) -> None:
    async with bench.open() as engine:
        _, row = await asked(engine, question(seconds=60))
        bench.clock.advance(61)
        assert await code_of(yes(engine, row)) == "approval.expired"
        bench.clock.advance(-61)
        assert await code_of(yes(engine, row)) == "approval.expired"


async def test_a_question_ends_with_its_run_at_the_latest(bench: Bench) -> None:
    async with bench.open() as engine:
        report, row = await asked(engine, question(), timeout_seconds=100)
        assert row.deadline.startswith("2026-03-02T09:01:40")
        bench.clock.advance(100)
        done = await engine.runs.resume(report.run_id)
    assert done.status is RunStatus.TIMED_OUT


async def test_a_yes_that_meets_the_end_of_its_question_is_refused(bench: Bench) -> None:
    async with bench.open() as engine:
        report, row = await asked(engine, question())
        engine.store.enqueue(RequestsWithdrawn(report.run_id, "", row.opened_at))
        assert await code_of(yes(engine, row)) == "approval.withdrawn"


async def test_cancelling_a_run_withdraws_what_it_asked(bench: Bench) -> None:
    async with bench.open() as engine:
        report, row = await asked(engine, question())
        await engine.runs.cancel(report.run_id, by="owner")
        assert await code_of(yes(engine, row)) == "approval.withdrawn"


async def test_a_yes_does_not_cover_a_changed_input_nor_a_second_call(bench: Bench) -> None:
    async with bench.open() as engine:
        changed, row = await asked(engine, showing(7), covered("order.place", 8))
        await yes(engine, row)
        done = await engine.runs.resume(changed.run_id)
        assert (done.status, done.error) == (RunStatus.FAILED, "Approval.NotCovered")
        twice, row = await asked(
            engine, showing(7), covered("order.place", 7), covered("order.place", 7)
        )
        await yes(engine, row)
        done = await engine.runs.resume(twice.run_id)
    assert (done.status, done.error) == (RunStatus.FAILED, "Approval.NotCovered")
    assert len(bench.outside.orders) == 1


async def test_siblings_go_on_while_one_asks_and_then_the_run_parks(bench: Bench) -> None:
    both = branches(chain(question("One")), chain(task("order.place", 1), task("order.place", 2)))
    async with bench.open() as engine:
        report, row = await asked(engine, both)
        assert len(bench.outside.orders) == 2
        await yes(engine, row)
        done = await engine.runs.resume(report.run_id)
    assert done.status is RunStatus.COMPLETED
    assert len(bench.outside.calls) == 2


async def test_every_iteration_asks_and_each_answer_is_its_own(bench: Bench) -> None:
    ask = {**question(), "on_reject": "B"}
    items = each([1, 2, 3], ask, {"type": "Pass", "end": True})
    async with bench.open() as engine:
        report = await ran(engine, policy(items))
        assert report.status is RunStatus.WAITING
        first, *others = await opened(engine)
        assert len(others) == 2
        await no(engine, first)
        assert (await engine.runs.resume(report.run_id)).status is RunStatus.WAITING
        for row in others:
            await yes(engine, row)
        done = await engine.runs.resume(report.run_id)
    assert [one["decision"] for one in done.output] == ["rejected", "approved", "approved"]


async def test_with_one_at_a_time_the_next_one_asks_when_the_one_before_was_answered(
    bench: Bench,
) -> None:
    async with bench.open() as engine:
        report, row = await asked(engine, each([1, 2], question(), max_concurrency=1))
        await yes(engine, row)
        assert (await engine.runs.resume(report.run_id)).status is RunStatus.WAITING
        (second,) = await opened(engine)
        await yes(engine, second)
        done = await engine.runs.resume(report.run_id)
    assert done.status is RunStatus.COMPLETED


async def test_a_failed_sibling_withdraws_the_question(bench: Bench) -> None:
    async with bench.open() as engine:
        both = branches(chain(question()), chain(task("number.broken")))
        report = await ran(engine, policy(both))
        assert report.status is RunStatus.FAILED
        assert await opened(engine) == []


def held_until(bench: Bench, event: asyncio.Event) -> asyncio.Event:
    """Let number.add wait for an event; the event that says that it is being called."""
    declared, begun = bench.registry.step("number.add"), asyncio.Event()
    assert declared is not None
    original = declared.function

    async def held(given: Any) -> Any:
        begun.set()
        await event.wait()
        return await original(given)

    object.__setattr__(declared, "function", held)
    return begun


def when_it_asks(bench: Bench) -> asyncio.Event:
    """The event that a question was asked."""
    event = asyncio.Event()
    bench.tell = lambda progress: event.set() if progress.event == "question.asked" else None
    return event


async def test_a_decision_wakes_a_branch_while_its_sibling_is_under_way(bench: Bench) -> None:
    release = asyncio.Event()
    begun = held_until(bench, release)

    async def let_go(outside: Any, key: str, order: Any) -> Any:
        release.set()
        return outside.take(key, order)

    bench.outside.script, question_is_asked = [let_go], when_it_asks(bench)
    asks, works = chain(question(), task("order.place", 1)), chain(task("number.add"))
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(branches(asks, works)))
        run = asyncio.create_task(engine.runs.start(policy_id))
        await begun.wait()
        await question_is_asked.wait()
        (row,) = await opened(engine)
        await yes(engine, row)
        assert await engine.runs.go_on(row.run_id) is None
        # The sibling ends only when the order was placed: so the yes was followed at once.
        assert (await run).status is RunStatus.COMPLETED


async def test_a_deadline_passes_while_a_sibling_is_under_way(bench: Bench) -> None:
    release = asyncio.Event()
    begun = held_until(bench, release)
    asks = chain({**question(seconds=60), "on_timeout": "B"}, task("order.place", 1))

    async def let_go(outside: Any, key: str, order: Any) -> Any:
        release.set()
        return outside.take(key, order)

    bench.outside.script, question_is_asked = [let_go], when_it_asks(bench)
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(branches(asks, chain(task("number.add")))))
        run = asyncio.create_task(engine.runs.start(policy_id))
        await begun.wait()
        await question_is_asked.wait()
        bench.clock.advance(60)
        assert (await run).status is RunStatus.COMPLETED


async def test_a_decision_just_before_the_run_parks_is_followed(bench: Bench) -> None:
    async with bench.open() as engine:
        decided = asyncio.Event()

        def on_stop(progress: Any) -> None:
            if progress.event == "run.stopped" and not decided.is_set():
                decided.set()
                deciding.append(asyncio.get_running_loop().create_task(decide(progress.run_id)))

        async def decide(run_id: str) -> None:
            (row,) = await opened(engine)
            await yes(engine, row)
            if (done := await engine.runs.go_on(run_id)) is not None:
                ends.append(done)

        deciding: list[asyncio.Task[None]] = []
        ends: list[RunReport] = []
        bench.tell = on_stop
        ends.append(await ran(engine, policy(question())))
        await asyncio.gather(*deciding)
    assert ends[-1].status is RunStatus.COMPLETED


async def test_a_redriven_run_asks_again_where_nobody_had_answered(bench: Bench) -> None:
    async with bench.open() as engine:
        report, _ = await asked(engine, question(seconds=60))
        bench.clock.advance(60)
        assert (await engine.runs.resume(report.run_id)).error == "Approval.TimedOut"
        again = await engine.runs.redrive(report.run_id, by="owner")
        assert again.status is RunStatus.WAITING
        (row,) = await opened(engine)
        await yes(engine, row)
        assert (await engine.runs.resume(report.run_id)).status is RunStatus.COMPLETED


TAMPERED = [
    "UPDATE requests SET shown = replace(shown, '7', '8')",
    "UPDATE requests SET deadline = '2999-01-01T00:00:00.000000Z'",
    "UPDATE requests SET title = 'Harmless'",
    "UPDATE requests SET run_id = 'another'",
]


@pytest.mark.parametrize("sql", TAMPERED)
async def test_a_request_that_was_altered_is_neither_approved_nor_followed(
    bench: Bench, sql: str
) -> None:
    async with bench.open() as engine:
        report, row = await asked(engine, showing(7), covered("order.place", 7))
    change(bench, sql)
    async with bench.open() as engine:
        assert await code_of(yes(engine, row)) == "approval.tampered"
        stopped = await engine.runs.resume(report.run_id)
    assert (stopped.status, stopped.error) == (RunStatus.NEEDS_OWNER, "request.tampered")
    assert bench.outside.calls == []


async def test_wherever_the_process_dies_a_run_that_asks_ends_the_same(tmp_path: Path) -> None:
    inner = each([1, 2], {**showing(1), "effects": None}, task("number.add"))
    del inner["iterator"]["states"]["A"]["effects"]

    async def prepare(engine: Engine) -> str:
        document = policy(
            showing(7), covered("order.place", 7), inner, branches(chain(question("Last")))
        )
        return await approved(engine, document)

    async def ended(bench: Bench, engine: Engine) -> Any:
        (run,) = await engine.store.read.runs()
        rows = await engine.store.read.requests()
        titles = sorted((row.title, row.status) for row in rows)
        return run.status, len(bench.outside.orders), len(bench.outside.calls), titles

    end, deaths = await at_every_death(tmp_path, prepare, ended)
    assert end[:3] == (RunStatus.COMPLETED, 1, 1)
    assert end[3] == [("Go?", "approved")] * 3 + [("Last", "approved")]
    assert deaths > 20
