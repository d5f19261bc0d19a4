"""The permission to act: looked up again for as long as it changes while it is looked up."""

from typing import Any

import pytest

from assent_engine.admission import Admission
from assent_engine.engine import Engine
from assent_engine.runner.halts import Paused
from assent_engine.runner.permission import both, permission
from engine.durable.worlds import Bench, approved, policy, task


def disabling(monkeypatch: pytest.MonkeyPatch, engine: Engine, *policies: str) -> None:
    """Disable policies once the next of their permissions was found to stand."""
    admit, to_disable = Admission.admit, list(policies)

    async def admit_first(self: Admission, *asked: Any) -> Any:
        found = await admit(self, *asked)
        while to_disable:
            await engine.policies.disable(to_disable.pop(), by="owner")
        return found

    monkeypatch.setattr(Admission, "admit", admit_first)


async def test_one_that_ends_while_it_is_looked_up_is_not_given(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("number.add", 1)))
        admission = engine.runs.admission
        permit = permission(admission, await admission.admit(policy_id))
        await permit()
        admission.revoked()
        disabling(monkeypatch, engine, policy_id)
        with pytest.raises(Paused):
            await permit()


async def test_a_callers_that_ends_while_the_called_ones_is_looked_up_is_not_given(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench.open() as engine:
        caller = await approved(engine, policy(task("number.add", 1)))
        called = await approved(engine, policy(task("number.add", 1), name="Called"))
        admission = engine.runs.admission
        first, then = [
            permission(admission, await admission.admit(one)) for one in (caller, called)
        ]
        admission.revoked()
        await first()
        disabling(monkeypatch, engine, caller)
        with pytest.raises(Paused):
            await both(first, then)()
