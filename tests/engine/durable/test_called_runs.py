"""policy.run in a home: a run of its own, within its caller's bounds, reversed with its caller."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.interventions import Choice, Decision
from assent_engine.ports import Progress
from assent_engine.runner import endings, unknown
from assent_engine.runner.recorder import Recorder
from assent_engine.runner.unknown import Doubt
from assent_engine.store import Reader
from assent_engine.store.rows import RunRow
from assent_schemas.statuses import RunStatus
from engine.durable.asking import (
    at_every_death,
    branches,
    call,
    chained,
    opened,
    question,
    still,
    yes,
)
from engine.durable.test_policy_life import code_of
from engine.durable.worlds import (
    MORNING,
    Bench,
    Json,
    Outside,
    accept,
    accept_then_break,
    approved,
    chain,
    during_the_first_step,
    policy,
    ran,
    task,
)

ORDERS = chained(task("order.place", 1), task("order.place", 2), name="Orders")
BROKEN = {"type": "Fail", "error": "Broken", "cause": "on purpose"}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return still(tmp_path / "home")


async def family(engine: Engine) -> tuple[RunRow, list[RunRow]]:
    """The run that nobody called, and the others."""
    rows = await engine.store.read.runs()
    (root,) = [row for row in rows if row.parent_run is None]
    return root, [row for row in rows if row is not root]


def undone(bench: Bench) -> list[int]:
    """The numbers of the orders in the order in which they were taken back."""
    return [bench.outside.orders[one]["n"] for one in bench.outside.undoing]


async def test_a_called_policy_runs_as_a_run_of_its_own(bench: Bench) -> None:
    called = chained(task("number.add", "$.n"), name="Called", context_defaults={"n": 1})
    async with bench.open() as engine:
        await approved(engine, called)
        report = await ran(engine, policy(call("Called", given={"input": {"n": 41}})))
        assert report.output == {"n": 42}
        root, (child,) = await family(engine)
        assert (child.parent_run, child.parent_key) == (root.id, "A.1/1")
        assert child.status is RunStatus.COMPLETED
        assert (await engine.check_store()).findings == []


async def test_an_input_that_does_not_fit_is_an_error_of_the_call(bench: Bench) -> None:
    schema = {"type": "object", "required": ["n"]}
    catch = [{"error_equals": ["Policy.InvalidInput"], "next": "B", "result_path": None}]
    async with bench.open() as engine:
        await approved(engine, chained(task("number.add", 1), name="Called", input_schema=schema))
        report = await ran(
            engine,
            policy(
                call("Called", given={"input": {}}, catch=catch),
                task("number.add", 1),
            ),
        )
        assert report.status is RunStatus.COMPLETED
        assert len(await engine.store.read.runs()) == 1


async def test_a_caller_that_fails_reverses_all_with_the_latest_first(bench: Bench) -> None:
    caller = policy(task("order.place", 0), call("Orders"), task("order.place", 3), BROKEN)
    async with bench.open() as engine:
        await approved(engine, ORDERS)
        report = await ran(engine, caller)
        _, (child,) = await family(engine)
        assert (report.status, child.status) == (RunStatus.FAILED, RunStatus.COMPLETED)
        assert {one.settled for one in await engine.store.read.saga_log(child.id)} == {
            "compensated"
        }
        (notice,) = await engine.store.read.notices()
        assert (await engine.check_store()).findings == []
    assert undone(bench) == [3, 2, 1, 0]
    assert notice.text.count("order.place") == 4


async def test_a_caught_error_reverses_what_was_called_below_it(bench: Bench) -> None:
    catch = [{"error_equals": ["States.ALL"], "next": "C", "compensate": True}]
    both = {**branches(chain(call("Orders"), BROKEN)), "catch": catch}
    async with bench.open() as engine:
        await approved(engine, ORDERS)
        report = await ran(engine, policy(task("order.place", 0), both, task("number.add", 1)))
    assert report.status is RunStatus.COMPLETED
    assert undone(bench) == [2, 1]


async def test_a_called_run_that_fails_settles_what_it_did_and_its_caller_may_catch(
    bench: Bench,
) -> None:
    catch = [{"error_equals": ["Broken"], "next": "B"}]
    async with bench.open() as engine:
        await approved(engine, chained(task("order.place", 1), BROKEN, name="Called"))
        report = await ran(engine, policy(call("Called", catch=catch), {"type": "Succeed"}))
        assert report.status is RunStatus.COMPLETED
        assert await engine.store.read.notices() == []
    assert undone(bench) == [1]


async def test_what_a_failed_called_run_keeps_its_caller_does_not_reverse(bench: Bench) -> None:
    keeping = chained(task("order.place", 1), BROKEN, name="Called", on_failure="keep")
    async with bench.open() as engine:
        await approved(engine, keeping)
        report = await ran(engine, policy(task("order.place", 0), call("Called")))
        (notice,) = await engine.store.read.notices()
    assert report.status is RunStatus.FAILED
    assert undone(bench) == [0]
    assert "It had done, and keeps: order.place" in notice.text


async def test_a_question_of_a_called_run_parks_its_caller_too(bench: Bench) -> None:
    async with bench.open() as engine:
        await approved(engine, chained(question(), name="Asking"))
        report = await ran(engine, policy(call("Asking"), task("order.place", 1)))
        root, (child,) = await family(engine)
        assert (root.status, child.status) == (RunStatus.WAITING, RunStatus.WAITING)
        assert [row.id for row in await engine.runs.open_runs()] == [root.id]
        (row,) = await opened(engine)
    async with bench.open() as engine:
        await yes(engine, row)
        done = await engine.runs.resume(child.id)
    assert (done.run_id, done.status) == (report.run_id, RunStatus.COMPLETED)


async def test_a_called_run_that_needs_the_owner_says_so_through_its_caller(bench: Bench) -> None:
    bench.outside.script = [accept_then_break]
    async with bench.open() as engine:
        await approved(engine, chained(task("order.blind", 1), name="Blind"))
        report = await ran(engine, policy(call("Blind")))
        root, (child,) = await family(engine)
        (case,) = await engine.store.read.interventions()
        (_,) = await engine.store.read.notices()
        assert (report.status, report.error) == (
            RunStatus.NEEDS_OWNER,
            "run.called_needs_owner",
        )
        assert f"run {child.id} of 'Blind' needs you" in (report.cause or "")
        assert (case.run_id, child.status) == (child.id, RunStatus.NEEDS_OWNER)
        result = {"key": "by hand", "n": 1}
        said = Decision(Choice.DONE, "owner", "test", "order 4711", result)
        await engine.inbox.resolve(case.id, said)
        assert (await engine.runs.resume(root.id)).output == result


async def test_a_called_run_is_not_cancelled_without_its_caller(bench: Bench) -> None:
    async with bench.open() as engine:
        await approved(engine, chained(question(), name="Asking"))
        await ran(engine, policy(call("Asking")))
        _, (child,) = await family(engine)
        assert await code_of(engine.runs.cancel(child.id, by="owner")) == "run.called"


@pytest.mark.parametrize(("keep", "taken_back"), [(False, [1, 0]), (True, [])])
async def test_cancelling_a_caller_ends_what_it_called(
    bench: Bench, keep: bool, taken_back: list[int]
) -> None:
    async with bench.open() as engine:
        await approved(engine, chained(task("order.place", 1), question(), name="Asking"))
        report = await ran(engine, policy(task("order.place", 0), call("Asking")))
        await engine.runs.cancel(report.run_id, keep=keep, by="owner")
        root, (child,) = await family(engine)
        assert (root.status, child.status) == (RunStatus.CANCELLED, RunStatus.CANCELLED)
        assert await opened(engine) == []
        assert (await engine.check_store()).findings == []
    assert undone(bench) == taken_back


async def test_cancelling_a_caller_stops_a_called_run_that_is_under_way(bench: Bench) -> None:
    async def cancel() -> None:
        root, _ = await family(engine)
        assert await engine.runs.cancel(root.id, by="owner") is None
        await asyncio.Event().wait()

    during_the_first_step(bench, cancel)
    called = chained(task("order.place", 1), task("number.add", 1), name="Called")
    async with bench.open() as engine:
        await approved(engine, called)
        report = await ran(engine, policy(call("Called"), task("order.place", 2)))
        _, (child,) = await family(engine)
    assert (report.status, child.status) == (RunStatus.CANCELLED, RunStatus.CANCELLED)
    assert undone(bench) == [1]


async def test_a_failed_sibling_stops_a_called_run(bench: Bench) -> None:
    both = branches(chain(call("Asking")), chain(task("number.broken")))
    async with bench.open() as engine:
        await approved(engine, chained(task("order.place", 1), question(), name="Asking"))
        report = await ran(engine, policy(both))
        children = (await family(engine))[1]
        assert await opened(engine) == []
    assert report.status is RunStatus.FAILED
    assert all(row.status is RunStatus.CANCELLED for row in children)
    assert len(bench.outside.undone) == len(bench.outside.orders)


@pytest.mark.parametrize("mine", [True, False])
async def test_a_called_run_ends_with_the_earlier_of_two_deadlines(
    bench: Bench, mine: bool
) -> None:
    async with bench.open() as engine:
        limit = {} if mine else {"timeout_seconds": 100}
        await approved(engine, chained(question(), name="Asking", **limit))
        caller = policy(call("Asking"), **({"timeout_seconds": 100} if mine else {}))
        report = await ran(engine, caller)
        (row,) = await opened(engine)
        assert row.deadline.startswith("2026-03-02T09:01:40")
        bench.clock.advance(100)
        done = await engine.runs.resume(report.run_id)
        _, (child,) = await family(engine)
    ended = RunStatus.TIMED_OUT if mine else RunStatus.FAILED
    assert (done.status, done.error) == (ended, "States.Timeout")
    # The caller's time is up: it stops what it called. Its own, and it ends by itself.
    assert child.status is (RunStatus.CANCELLED if mine else RunStatus.TIMED_OUT)


@pytest.mark.parametrize("most", [4, 5])
async def test_transitions_of_a_called_run_count_in_its_callers_budget(
    bench: Bench, most: int
) -> None:
    async with bench.open() as engine:
        await approved(engine, ORDERS)
        nexts = [call("Orders"), task("number.add", 1), {"type": "Succeed"}]
        report = await ran(engine, policy(*nexts, max_transitions=most))
    assert (report.status is RunStatus.COMPLETED) == (most == 5)


async def test_a_run_whose_called_run_failed_is_not_redriven(bench: Bench) -> None:
    async with bench.open() as engine:
        await approved(engine, chained(task("order.place", 1), BROKEN, name="Called"))
        report = await ran(engine, policy(call("Called"), on_failure="keep"))
        _, (child,) = await family(engine)
        for run_id in (report.run_id, child.id):
            assert await code_of(engine.runs.redrive(run_id, by="owner")) == "run.called"
    assert len(bench.outside.calls) == 1


async def test_wherever_the_process_dies_a_family_ends_the_same(tmp_path: Path) -> None:
    middle = chained(task("order.place", 2), call("Inner"), name="Middle")

    async def prepare(engine: Engine) -> str:
        await approved(engine, chained(task("order.place", 3), question(), name="Inner"))
        await approved(engine, middle)
        states = [task("order.place", 1), call("Middle"), task("number.add", 1), BROKEN]
        return await approved(engine, policy(*states))

    async def ended(bench: Bench, engine: Engine) -> Any:
        root, called = await family(engine)
        return root.status, [row.status for row in called], undone(bench), bench.outside.calls

    end, deaths = await at_every_death(tmp_path, prepare, ended)
    assert end[:3] == (RunStatus.FAILED, [RunStatus.COMPLETED] * 2, [3, 2, 1])
    assert deaths > 25


async def test_wherever_the_process_dies_a_cancelled_family_ends_the_same(tmp_path: Path) -> None:
    async def prepare(engine: Engine) -> str:
        await approved(engine, chained(task("order.place", 2), question(), name="Inner"))
        return await approved(engine, policy(task("order.place", 1), call("Inner")))

    async def cancel(engine: Engine) -> None:
        for run in await engine.runs.open_runs():
            await engine.runs.resume(run.id)
        for run in await engine.runs.open_runs():
            await engine.runs.cancel(run.id, by="owner")

    async def ended(bench: Bench, engine: Engine) -> Any:
        root, called = await family(engine)
        return root.status, [row.status for row in called], undone(bench), bench.outside.calls

    end, _ = await at_every_death(tmp_path, prepare, ended, cancel)
    assert end[:3] == (RunStatus.CANCELLED, [RunStatus.CANCELLED], [2, 1])


async def test_what_the_owner_said_of_a_called_run_is_followed_though_its_caller_is_cancelled(
    bench: Bench,
) -> None:
    bench.outside.script = [accept, accept_then_break]
    orders = chained(task("order.place", 1), task("order.blind", 2), name="Orders")
    async with bench.open() as engine:
        await approved(engine, orders)
        report = await ran(engine, policy(call("Orders")))
        (case,) = await engine.store.read.interventions()
        await engine.inbox.resolve(case.id, Decision(Choice.COMPENSATE, "owner", "test"))
        await engine.runs.cancel(report.run_id, by="owner")
        log = await engine.store.read.saga_log(case.run_id)
        (root, called) = await family(engine)
    assert [one.settled for one in log] == ["compensated"]
    assert {root.status, *(one.status for one in called)} == {RunStatus.CANCELLED}


async def test_a_called_run_that_was_stopped_is_not_gone_on_with_when_the_clock_is_set_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(Exception):
        pass

    end = endings.Endings.end

    async def die(self: endings.Endings, recorder: Recorder, *given: Any, **more: Any) -> Any:
        if more.get("also") is None:
            raise Died
        return await end(self, recorder, *given, **more)

    wait = {"type": "Wait", "seconds": 7200, "end": True}
    called = chained(wait, task("order.place", 1), name="Below")
    async with bench.open() as engine:
        await approved(engine, called)
        report = await ran(engine, policy(call("Below"), timeout_seconds=3600))
        bench.clock.advance(3700)
        monkeypatch.setattr(endings.Endings, "end", die)
        with pytest.raises(Died):
            await engine.runs.resume(report.run_id)
        monkeypatch.undo()
    bench.clock.set_wall(MORNING)
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
        assert (await engine.check_store()).findings == []
    assert (again.status, again.error) == (RunStatus.FAILED, "Run.Cancelled")
    assert bench.outside.calls == []


async def test_a_called_run_reverses_nothing_while_its_caller_may_not_act(bench: Bench) -> None:
    async with bench.open() as engine:
        await approved(engine, chained(task("order.place", 1), BROKEN, name="Below"))
        policy_id = await approved(engine, policy(call("Below")))

        async def disable(outside: Outside, key: str, order: Json) -> Any:
            await engine.policies.disable(policy_id, by="owner")
            return await accept(outside, key, order)

        bench.outside.script = [disable]
        report = await engine.runs.start(policy_id)
        assert report.status is RunStatus.PAUSED
        assert not bench.outside.undone
        await engine.policies.enable(policy_id, by="owner")
        again = await engine.runs.resume(report.run_id)
    assert (again.status, again.error) == (RunStatus.FAILED, "Broken")
    assert len(bench.outside.undone) == 1


async def test_a_caller_acts_while_the_end_of_what_it_called_is_looked_into(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, acted, on_disk = asyncio.Event(), asyncio.Event(), list[int]()

    async def doubts(read: Reader, run_id: str) -> list[Doubt]:
        looking.set()
        await acted.wait()
        return await unknown.doubts(read, run_id)

    async def place(outside: Outside, key: str, order: Json) -> Any:
        await looking.wait()
        return await accept(outside, key, order)

    def hear(progress: Progress) -> None:
        if progress.event == "step.ended" and progress.about["resource"] == "order.place":
            on_disk.extend(numbers(bench, progress.run_id))
            acted.set()

    monkeypatch.setattr(endings, "doubts", doubts)
    bench.outside.script, bench.tell = [place], hear
    both = branches(chain(call("Below")), chain(task("order.place", 1)))
    async with bench.open() as engine:
        await approved(engine, chained(task("number.add", 1), name="Below"))
        report = await ran(engine, policy(both))
        assert (await engine.check_store()).findings == []
    assert report.status is RunStatus.COMPLETED
    assert on_disk == list(range(1, len(on_disk) + 1))


def numbers(bench: Bench, run_id: str) -> list[int]:
    """The numbers of a run's entries that a crash would leave."""
    with closing(sqlite3.connect(bench.home.database)) as connection:
        sql = "SELECT seq FROM journal WHERE run_id = ? ORDER BY seq"
        return [seq for (seq,) in connection.execute(sql, (run_id,))]
