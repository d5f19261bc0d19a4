"""Called policies in a home: pinned with their callers, and nothing else runs in their place."""

from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.policies import Proposal
from assent_schemas.errors import PolicyInvalid
from engine.durable.test_policy_life import approve, code_of
from engine.durable.worlds import Bench, policy, task


def calling(called: str, **more: Any) -> dict[str, Any]:
    run = {"type": "Task", "resource": "policy.run", "parameters": {"policy": called}, "end": True}
    return {"name": "Caller", "start_at": "Call", "states": {"Call": run}, **more}


async def proposed(engine: Engine, document: dict[str, Any]) -> Proposal:
    return await engine.policies.propose(document, "agent")


async def approved(engine: Engine, document: dict[str, Any]) -> Proposal:
    proposal = await proposed(engine, document)
    await approve(engine, proposal)
    return proposal


CALLED = policy(task("number.add", 1), name="Called")


async def test_only_a_policy_in_force_can_be_called(bench: Bench) -> None:
    async with bench.open() as engine:
        waiting = await proposed(engine, CALLED)
        with pytest.raises(PolicyInvalid, match=r"call\.unknown_policy"):
            await proposed(engine, calling("Called"))
        await approve(engine, waiting)
        assert (await proposed(engine, calling("Called"))).name == "Caller"
        with pytest.raises(PolicyInvalid) as told:
            await proposed(engine, calling("Caled"))
        assert told.value.problem.remedy == 'Did you mean "Called"?'


async def test_an_approval_pins_what_it_calls_and_what_that_calls(bench: Bench) -> None:
    async with bench.open() as engine:
        called = await approved(engine, CALLED)
        middle = await approved(engine, calling("Called", name="Middle"))
        outer = await approved(engine, calling(middle.policy_id))
        approval = await engine.store.read.approval(outer.policy_id, outer.version)
        assert approval is not None
        assert {name for name in approval.steps if name.startswith("policy:")} == {
            f"policy:{called.policy_id}",
            f"policy:{middle.policy_id}",
        }
        assert approval.steps[f"policy:{called.policy_id}"] == called.hash
        assert "number.add" in approval.steps


async def test_a_caller_lapses_with_a_new_version_of_what_it_calls(bench: Bench) -> None:
    async with bench.open() as engine:
        called = await approved(engine, CALLED)
        caller = await approved(engine, calling("Called"))
        assert (await engine.runs.admission.admit(caller.policy_id)).policy.name == "Caller"
        await approved(engine, {**CALLED, "policy_id": called.policy_id, "description": "new"})
        admitting = engine.runs.admission.admit(caller.policy_id)
        assert await code_of(admitting) == "approval.lapsed"
        said = (await engine.store.read.audit())[-1].detail
        assert "The policy 'Called' that it runs is not what it was" in said


async def test_a_caller_lapses_while_what_it_calls_is_switched_off(bench: Bench) -> None:
    async with bench.open() as engine:
        called = await approved(engine, CALLED)
        caller = await approved(engine, calling("Called"))
        await engine.policies.disable(called.policy_id, by="owner")
        assert await code_of(engine.runs.admission.admit(caller.policy_id)) == "approval.lapsed"
        await engine.policies.enable(called.policy_id, by="owner")
        assert (await engine.runs.admission.admit(caller.policy_id)).version == caller.version


async def test_a_new_version_that_calls_its_own_caller_is_refused(bench: Bench) -> None:
    async with bench.open() as engine:
        called = await approved(engine, CALLED)
        await approved(engine, calling("Called"))
        again = calling("Caller", name="Called", policy_id=called.policy_id)
        with pytest.raises(PolicyInvalid) as told:
            await proposed(engine, again)
        assert (told.value.problem.code, told.value.problem.pointer) == (
            "call.cycle",
            "/states/Call/parameters/policy",
        )
