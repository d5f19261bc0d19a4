"""Notifying the owner: one notice per call."""

from assent_engine.notices import NoticeLevel
from assent_engine.registry import Done, NotDone, StepContext, StepRegistry, Unsure, World
from steps.worlds import Stage


async def test_a_notice_is_recorded_once_under_the_calls_key(stage: Stage) -> None:
    given = {"msg": "Rebalance skipped: High Volatility"}
    expected = {"key": "run-1/Notify.1", "recorded": True}
    assert await stage.call("notify.user", given, "run-1/Notify.1") == expected
    assert await stage.call("notify.user", given, "run-1/Notify.1") == expected
    (notice,) = stage.board.notices.values()
    assert (notice.text, notice.level, notice.run_id) == (given["msg"], NoticeLevel.INFO, "run-1")


async def test_a_notice_may_be_a_problem(stage: Stage) -> None:
    await stage.call("notify.user", {"msg": "Look", "level": "problem"}, "key")
    assert stage.board.notices["key"].level is NoticeLevel.PROBLEM


async def test_an_empty_message_is_refused(stage: Stage) -> None:
    assert await stage.failure("notify.user", {"msg": ""}) == "Step.InvalidInput"


async def test_reconciling_asks_the_board(stage: Stage) -> None:
    step = StepRegistry.shared().step("notify.user")
    assert step is not None
    assert step.reconcile is not None
    assert await step.reconcile(stage.context("key")) == NotDone()
    result = await stage.call("notify.user", {"msg": "Hello"}, "key")
    assert await step.reconcile(stage.context("key")) == Done(result)
    nowhere = StepContext("run", "key", stage.clock, World())
    assert isinstance(await step.reconcile(nowhere), Unsure)
