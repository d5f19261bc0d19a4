"""The inbox: cases that only the owner can settle, decided once, followed once."""

import asyncio
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.interventions import Choice, Decision, meanings
from assent_engine.runner import RunReport
from assent_engine.runner.unknown import Doubt, doubts
from assent_engine.store.records import InterventionsWithdrawn
from assent_engine.store.rows import InterventionRow
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus
from engine.durable.asking import call, chained
from engine.durable.worlds import (
    Bench,
    Json,
    Outside,
    accept,
    accept_then_break,
    approved,
    break_before,
    policy,
    ran,
    refuse,
    rewind,
    task,
)

RESULT = {"key": "by hand", "n": 1}
UNSURE = policy(task("order.place", 0), task("order.blind", 1), task("number.add"))


def says(
    choice: Choice, note: str | None = None, result: Any = None, by: str = "owner"
) -> Decision:
    return Decision(choice, by, "cli", note, result)


async def unsure(bench: Bench, engine: Engine, **more: Any) -> tuple[RunReport, InterventionRow]:
    """A run whose second order broke off and cannot be looked up."""
    bench.outside.script = [accept, accept_then_break]
    report = await ran(engine, {**UNSURE, **more})
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "effect.unsure")
    (case,) = await engine.store.read.interventions(report.run_id)
    return report, case


async def test_a_case_says_what_was_called_and_what_can_be_said(bench: Bench) -> None:
    async with bench.open() as engine:
        report, case = await unsure(bench, engine)
        (notice,) = await engine.store.read.notices(report.run_id)
    assert case.about == {"resource": "order.blind", "input": {"n": 1}}
    assert case.choices == ["retry", "done", "skip", "compensate", "abort"]
    assert "retry (try again)" in notice.text


async def test_resuming_without_a_decision_changes_nothing_and_is_told_once(bench: Bench) -> None:
    async with bench.open() as engine:
        report, _ = await unsure(bench, engine)
        again = await engine.runs.resume(report.run_id)
        assert again.status is RunStatus.NEEDS_OWNER
        assert len(await engine.store.read.interventions(report.run_id)) == 1
        assert len(await engine.store.read.notices(report.run_id)) == 1
    assert len(bench.outside.calls) == 2


async def test_marked_done_the_run_goes_on_with_the_result_and_calls_nothing(bench: Bench) -> None:
    async with bench.open() as engine:
        report, case = await unsure(bench, engine)
        await engine.inbox.resolve(case.id, says(Choice.DONE, "order 4711", RESULT))
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
        saga = await engine.store.read.saga_log(report.run_id)
    assert again.status is RunStatus.COMPLETED
    assert len(bench.outside.calls) == 2
    assert [one.resource for one in saga] == ["order.place", "order.blind"]


async def test_tried_again_it_is_called_once_more_and_a_new_doubt_is_a_new_case(
    bench: Bench,
) -> None:
    async with bench.open() as engine:
        report, case = await unsure(bench, engine)
        bench.outside.script = [accept_then_break]
        await engine.inbox.resolve(case.id, says(Choice.RETRY))
        again = await engine.runs.resume(report.run_id)
        assert again.status is RunStatus.NEEDS_OWNER
        assert len(bench.outside.calls) == 3
        once_more = await engine.runs.resume(report.run_id)
        cases = await engine.store.read.interventions(report.run_id)
    assert once_more.status is RunStatus.NEEDS_OWNER
    assert len(bench.outside.calls) == 3
    assert [one.status for one in cases] == ["decided", "open"]


async def test_a_crash_after_a_retry_was_begun_asks_again_and_never_calls_again(
    bench: Bench,
) -> None:
    async with bench.open() as engine:
        report, case = await unsure(bench, engine)
        await engine.inbox.resolve(case.id, says(Choice.RETRY))
        done = await engine.runs.resume(report.run_id)
        assert done.status is RunStatus.COMPLETED
        journal = await engine.store.read.journal(report.run_id)
        decided = next(one.seq for one in journal if one.kind == "decided")
    rewind(bench, report.run_id, decided, inbox=True)
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
    assert again.status is RunStatus.NEEDS_OWNER
    assert len(bench.outside.calls) == 3


async def test_skipped_it_is_an_error_that_the_policy_may_catch(bench: Bench) -> None:
    catch = [{"error_equals": ["Owner.Skipped"], "next": "B", "result_path": None}]
    bench.outside.script = [accept_then_break]
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.blind", 1, catch=catch), task("number.add")))
        (case,) = await engine.store.read.interventions(report.run_id)
        await engine.inbox.resolve(case.id, says(Choice.SKIP))
        again = await engine.runs.resume(report.run_id)
    assert again.status is RunStatus.COMPLETED
    assert len(bench.outside.calls) == 1


async def test_what_is_skipped_is_not_tried_again_by_a_retrier(bench: Bench) -> None:
    retry = [{"error_equals": ["States.ALL"], "max_attempts": 3}]
    bench.outside.script = [accept_then_break]
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.blind", 1, retry=retry)))
        (case,) = await engine.store.read.interventions(report.run_id)
        await engine.inbox.resolve(case.id, says(Choice.SKIP))
        again = await engine.runs.resume(report.run_id)
    assert (again.status, again.error) == (RunStatus.FAILED, "Owner.Skipped")
    assert len(bench.outside.calls) == 1


@pytest.mark.parametrize(("choice", "undone"), [(Choice.COMPENSATE, 1), (Choice.ABORT, 0)])
async def test_the_owner_ends_the_run_with_what_it_did_reversed_or_kept(
    bench: Bench, choice: Choice, undone: int
) -> None:
    async with bench.open() as engine:
        report, case = await unsure(bench, engine)
        await engine.inbox.resolve(case.id, says(choice))
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
        notices = await engine.store.read.notices(report.run_id)
        left_open = await doubts(engine.store.read, report.run_id)
        assert (await engine.check_store()).findings == []
    assert again.status is RunStatus.CANCELLED
    assert len(bench.outside.undone) == undone
    assert len(bench.outside.calls) == 2
    assert left_open == [Doubt("order.blind", "", "B.1/1")]
    assert "It may have happened, and is kept: order.blind (B.1/1)." in notices[-1].text


@pytest.mark.parametrize("done", [True, False])
async def test_what_can_be_looked_up_by_then_is_reversed_with_the_rest_or_was_not_done(
    bench: Bench, *, done: bool
) -> None:
    async def cut_off(outside: Outside, key: str, order: Json) -> Any:
        outside.reachable = False
        return await (accept_then_break if done else break_before)(outside, key, order)

    bench.outside.script = [accept, cut_off]
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 0), task("order.place", 1)))
        (case,) = await engine.store.read.interventions(report.run_id)
        bench.outside.reachable = True
        await engine.inbox.resolve(case.id, says(Choice.COMPENSATE))
        again = await engine.runs.resume(report.run_id)
        saga = await engine.store.read.saga_log(report.run_id)
        notices = await engine.store.read.notices(report.run_id)
        assert await doubts(engine.store.read, report.run_id) == []
    assert again.status is RunStatus.CANCELLED
    assert [one.settled for one in saga] == ["compensated"] * (2 if done else 1)
    assert "may have happened" not in notices[-1].text


async def test_what_a_called_run_may_have_done_is_told_though_its_caller_goes_on(
    bench: Bench,
) -> None:
    bench.outside.script = [accept_then_break]
    catch = [{"error_equals": ["Run.Cancelled"], "next": "B", "result_path": None}]
    async with bench.open() as engine:
        await approved(engine, chained(task("order.blind", 1), name="Blind"))
        report = await ran(engine, policy(call("Blind", catch=catch), task("number.add")))
        (case,) = await engine.store.read.interventions()
        await engine.inbox.resolve(case.id, says(Choice.COMPENSATE))
        again = await engine.runs.resume(report.run_id)
        told = [one.text for one in await engine.store.read.notices(case.run_id)]
    assert again.status is RunStatus.COMPLETED
    assert told[-1] == (
        "Blind ended CANCELLED. It may have happened, and is kept: order.blind (A.1/1)."
    )


@pytest.mark.parametrize(("choice", "open_"), [(Choice.ABORT, 1), (Choice.SKIP, 0)])
async def test_what_a_step_did_that_is_gone_ends_as_the_owner_says(
    bench: Bench, choice: Choice, open_: int
) -> None:
    async with bench.open() as engine:
        report, case = await unsure(bench, engine)
    del bench.registry._steps["order.blind"]
    async with bench.open() as engine:
        await engine.runs.cancel(report.run_id, keep=True, by="owner")
        await engine.inbox.resolve(case.id, says(choice))
        again = await engine.runs.resume(report.run_id)
        assert len(await doubts(engine.store.read, report.run_id)) == open_
    assert again.status is RunStatus.CANCELLED


def test_the_words_of_a_choice_say_what_becomes_of_the_doubt() -> None:
    assert "looked up once more" in meanings("effect.unsure")[Choice.COMPENSATE]
    assert "this if it happened" in meanings("effect.unsure")[Choice.ABORT]
    assert meanings("run.failed")[Choice.COMPENSATE] == "end the run and reverse what it did"


async def test_of_two_decisions_at_once_the_first_counts_and_the_second_hears_whose_it_was(
    bench: Bench,
) -> None:
    async with bench.open() as engine:
        _, case = await unsure(bench, engine)
        answers = await asyncio.gather(
            engine.inbox.resolve(case.id, says(Choice.SKIP, by="ann")),
            engine.inbox.resolve(case.id, says(Choice.RETRY, by="bob")),
            return_exceptions=True,
        )
        (row,) = await engine.store.read.interventions()
    (loser,) = [one for one in answers if isinstance(one, Refused)]
    assert loser.problem.code == "intervention.decided"
    assert "ann" in loser.problem.detail
    assert (row.choice, row.decided_by) == ("skip", "ann")


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (says(Choice.DONE, None, RESULT), "intervention.note"),
        (says(Choice.DONE, "  ", RESULT), "intervention.note"),
        (says(Choice.DONE, "seen", {"n": 1}), "intervention.result"),
        (says(Choice.SKIP, "x" * 5000), "intervention.note"),
    ],
)
async def test_a_decision_that_does_not_fit_is_refused_and_the_case_stays_open(
    bench: Bench, decision: Decision, code: str
) -> None:
    async with bench.open() as engine:
        _, case = await unsure(bench, engine)
        with pytest.raises(Refused) as refusal:
            await engine.inbox.resolve(case.id, decision)
        (row,) = await engine.store.read.interventions()
    assert refusal.value.problem.code == code
    assert row.status == "open"


async def test_an_unknown_case_is_refused(bench: Bench) -> None:
    async with bench.open() as engine:
        with pytest.raises(Refused) as refusal:
            await engine.inbox.resolve("nothing", says(Choice.SKIP))
    assert refusal.value.problem.code == "intervention.unknown"


async def test_a_decision_that_meets_the_end_of_its_case_is_refused(bench: Bench) -> None:
    async with bench.open() as engine:
        report, case = await unsure(bench, engine)
        engine.store.enqueue(InterventionsWithdrawn(report.run_id, None, case.opened_at))
        with pytest.raises(Refused) as refusal:
            await engine.inbox.resolve(case.id, says(Choice.SKIP))
    assert refusal.value.problem.code == "intervention.withdrawn"


async def test_a_case_that_settled_itself_is_withdrawn_and_cannot_be_decided(
    bench: Bench,
) -> None:
    bench.outside.script, bench.outside.reachable = [accept_then_break], False
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1)))
        (case,) = await engine.store.read.interventions(report.run_id)
        bench.outside.reachable = True
        again = await engine.runs.resume(report.run_id)
        assert again.status is RunStatus.COMPLETED
        with pytest.raises(Refused) as refusal:
            await engine.inbox.resolve(case.id, says(Choice.RETRY))
    assert refusal.value.problem.code == "intervention.withdrawn"


async def reversal_refused(bench: Bench, engine: Engine) -> tuple[RunReport, InterventionRow]:
    bench.outside.undo_script = [refuse, refuse, refuse]
    orders = task("order.place", 1), task("order.place", 2)
    report = await ran(engine, policy(*orders, task("number.broken")))
    (case,) = await engine.store.read.interventions(report.run_id)
    return report, case


@pytest.mark.parametrize(
    ("choice", "settled", "tries"),
    [(Choice.RETRY, "compensated", 5), (Choice.DONE, "marked", 4), (Choice.SKIP, "kept", 4)],
)
async def test_a_compensation_that_failed_is_settled_as_the_owner_says(
    bench: Bench, choice: Choice, settled: str, tries: int
) -> None:
    async with bench.open() as engine:
        report, case = await reversal_refused(bench, engine)
        await engine.inbox.resolve(case.id, says(choice, "sold by hand"))
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
        saga = await engine.store.read.saga_log(report.run_id)
    assert (again.status, again.error) == (RunStatus.FAILED, "Broken")
    assert [one.settled for one in saga] == ["compensated", settled]
    assert len(bench.outside.undoing) == tries


async def test_a_compensation_that_cannot_be_looked_up_is_settled_as_the_owner_says(
    bench: Bench,
) -> None:
    async def break_off(outside: Outside, key: str, order: Json) -> Any:
        outside.reachable = False
        raise ConnectionResetError

    bench.outside.undo_script = [break_off]
    async with bench.open() as engine:
        report = await ran(engine, policy(task("order.place", 1), task("number.broken")))
        (case,) = await engine.store.read.interventions(report.run_id)
        assert case.code == "compensation.unsure"
        await engine.inbox.resolve(case.id, says(Choice.DONE, "the broker's page says so"))
        again = await engine.runs.resume(report.run_id)
    assert again.status is RunStatus.FAILED
    assert len(bench.outside.undoing) == 1


@pytest.mark.parametrize(("choice", "undone"), [(Choice.COMPENSATE, 1), (Choice.ABORT, 0)])
async def test_a_policy_may_ask_the_owner_what_becomes_of_a_failed_run(
    bench: Bench, choice: Choice, undone: int
) -> None:
    document = policy(task("order.place", 1), task("number.broken"), on_failure="intervene")
    async with bench.open() as engine:
        report = await ran(engine, document)
        assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "run.failed")
        (case,) = await engine.store.read.interventions(report.run_id)
        await engine.inbox.resolve(case.id, says(choice))
    async with bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
    assert (again.status, again.error) == (RunStatus.FAILED, "Broken")
    assert len(bench.outside.undone) == undone


async def test_a_lapsed_approval_can_be_ended_but_nothing_may_act_under_it(bench: Bench) -> None:
    bench.outside.script = [accept, accept_then_break]
    async with bench.open() as engine:
        policy_id = await approved(engine, UNSURE)
        report = await engine.runs.start(policy_id)
        (case,) = await engine.store.read.interventions(report.run_id)
        await engine.policies.remove(policy_id, by="owner")
        await engine.inbox.resolve(case.id, says(Choice.COMPENSATE))
        held = await engine.runs.resume(report.run_id)
        assert (held.status, held.error) == (RunStatus.NEEDS_OWNER, "policy.removed")
        ended = await engine.runs.cancel(report.run_id, keep=True, by="owner")
    assert ended is not None
    assert ended.status is RunStatus.CANCELLED
    assert not bench.outside.undone
