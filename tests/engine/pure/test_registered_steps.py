"""simulate() without stand-ins: the registered steps run, as the durable runner would run them."""

import asyncio
import subprocess
import sys
from typing import Any

from pydantic import BaseModel

from assent_engine import simulate
from assent_engine.registry import Done, NotDone, Reconciled, StepContext, StepRegistry


class Nothing(BaseModel):
    """No input."""


def policy(**fields: Any) -> dict[str, Any]:
    state = {"type": "Task", "resource": "a.act", "end": True, **fields}
    return {"name": "P", "start_at": "T", "states": {"T": state}}


def registry(answer: Reconciled, seconds_late: bool) -> StepRegistry:
    steps = StepRegistry()

    async def look_up(_context: StepContext) -> Reconciled:
        return answer

    @steps.add_step("a.act", "Acts.", side_effect=True, irreversible="a test", reconcile=look_up)
    async def act(_given: Nothing) -> int:
        if seconds_late:
            await asyncio.Event().wait()
        raise OSError("the line broke")

    assert callable(act)
    return steps


def test_the_shipped_steps_run_without_any_preparation() -> None:
    state = {
        "type": "Task",
        "resource": "notify.user",
        "parameters": {"msg": "hello"},
        "result_selector": {"recorded.$": "$.recorded"},
        "end": True,
    }
    result = simulate({"name": "P", "start_at": "T", "states": {"T": state}})
    assert (result.status, result.output) == ("COMPLETED", {"recorded": True})


def test_an_unsure_side_effect_is_looked_up() -> None:
    assert simulate(policy(), registry=registry(Done(7), seconds_late=False)).output == 7
    failed = simulate(policy(), registry=registry(NotDone(), seconds_late=False))
    assert (failed.error, failed.cause) == ("OSError", "the line broke")


def test_a_step_that_takes_too_long_is_given_up() -> None:
    slow = simulate(policy(timeout_seconds=1), registry=registry(NotDone(), seconds_late=True))
    assert slow.error == "States.Timeout"


def test_a_look_up_that_breaks_tells_nothing() -> None:
    steps = StepRegistry()

    async def look_up(_context: StepContext) -> Reconciled:
        raise ConnectionError("nobody answers")

    @steps.add_step("a.act", "Acts.", side_effect=True, irreversible="a test", reconcile=look_up)
    async def act(_given: Nothing) -> int:
        raise OSError("the line broke")

    assert callable(act)
    assert simulate(policy(), registry=steps).error == "OSError"


def test_shipped_macros_are_known_beside_stand_ins_in_a_fresh_process() -> None:
    code = (
        "from assent_engine import simulate\n"
        "task = {'type': 'Task', 'resource': 'portfolio.rebalance_saga', 'end': True}\n"
        "policy = {'name': 'P', 'start_at': 'T', 'states': {'T': task}}\n"
        "plan = {'sells': [], 'buys': [], 'leftover_cash': 0.10}\n"
        "steps = {'portfolio.plan_rebalance': lambda given: plan}\n"
        "print(simulate(policy, steps=steps).output)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'leftover_cash': Decimal('0.1')" in done.stdout
