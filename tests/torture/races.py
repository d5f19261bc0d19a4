"""Races for one decision: four deciders at once; one decides, the others are told who did.

Every case is a home with a hundred races: interventions and proposals by turns. Meanwhile another
process tries to have the home, and is refused.
"""

import asyncio
import random
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from assent_engine.engine import Engine
from assent_engine.interventions import Choice, Decision
from assent_engine.policies import Proposal
from assent_engine.registry import World
from assent_engine.store.rows import InterventionRow
from assent_schemas.errors import Refused
from engine.durable.worlds import Bench, accept_then_break, approved, policy, task
from torture.nursery import mother, removed

CASES = 100
RACES = 100
DECIDERS = ("toast", "web", "cli", "phone")


def case(number: int, seed: str, folder: Path) -> None:
    """A hundred races."""
    home = folder / f"races-{number}"
    removed(home)
    asyncio.run(_raced(Bench(home), random.Random(f"{seed}/{number}")))
    removed(home)


async def _raced(bench: Bench, chance: random.Random) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("order.blind", 1)))
        for at in range(RACES // 2):
            await _race_for_case(bench, engine, policy_id, chance)
            draft = {**policy(task("number.add", at)), "name": f"P{at}"}
            await _race_for_proposal(engine, await engine.policies.propose(draft, "a"), chance)
        told = mother().live("torture.races", str(bench.path)).told
        assert told == "home.locked"


async def _race_for_case(
    bench: Bench, engine: Engine, policy_id: str, chance: random.Random
) -> None:
    bench.outside.script = [accept_then_break]
    report = await engine.runs.start(policy_id)
    (case_,) = await engine.store.read.interventions(report.run_id)
    choices = [Choice.SKIP, Choice.RETRY, Choice.ABORT, Choice.COMPENSATE]
    chance.shuffle(choices)
    asked = [
        _decided(engine, case_, Decision(choice, who, "race"), chance.randrange(4))
        for who, choice in zip(DECIDERS, choices, strict=True)
    ]
    winner = await _winner(asked, "intervention.decided")
    (row,) = await engine.store.read.interventions(report.run_id)
    assert (row.decided_by, row.choice) == (winner, choices[DECIDERS.index(winner)])
    audit = [one for one in await engine.store.read.audit() if one.subject == report.run_id]
    assert [one.who for one in audit if one.action == "resolve"] == [winner]


async def _decided(engine: Engine, case_: InterventionRow, decision: Decision, hops: int) -> str:
    await _hop(hops)
    await engine.inbox.resolve(case_.id, decision)
    return decision.by


async def _race_for_proposal(engine: Engine, proposal: Proposal, chance: random.Random) -> None:
    yes = chance.randrange(1, 5)
    asked = [
        _answered(engine, proposal, who, chance.randrange(4), approves=at < yes)
        for at, who in enumerate(DECIDERS)
    ]
    winner = await _winner(asked, "approval.decided")
    approval = await engine.store.read.approval(proposal.policy_id, proposal.version)
    assert approval is not None
    assert approval.decided_by == winner
    assert approval.decision == ("approved" if DECIDERS.index(winner) < yes else "rejected")


async def _answered(
    engine: Engine, proposal: Proposal, who: str, hops: int, *, approves: bool
) -> str:
    await _hop(hops)
    policy_id, version = proposal.policy_id, proposal.version
    if approves:
        digest = proposal.hash
        await engine.policies.approve(policy_id, version, digest, by=who, how="race")
    else:
        await engine.policies.reject(policy_id, version, by=who, how="race")
    return who


async def _winner(asked: Sequence[Coroutine[Any, Any, str]], code: str) -> str:
    """Who decided; every other one was refused, and told by whom."""
    ends = await asyncio.gather(*asked, return_exceptions=True)
    (winner,) = [one for one in ends if isinstance(one, str)]
    losers = [one.problem for one in ends if isinstance(one, Refused)]
    assert len(losers) == len(DECIDERS) - 1, ends
    assert all(one.code == code and winner in one.detail for one in losers), losers
    return winner


async def _hop(count: int) -> None:
    """Let the others go first, a few times."""
    for _ in range(count):
        await asyncio.sleep(0)


def live(home: str) -> str:
    """The life of the other process: what it is told."""

    async def tried() -> str:
        bench = Bench(Path(home))
        try:
            async with Engine.open(bench.home, registry=bench.registry, world=World()):
                return "opened"
        except Refused as refusal:
            return refusal.problem.code

    return asyncio.run(tried())
