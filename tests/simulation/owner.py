"""The owner in the simulation: answers, switches, pauses, cancels, redrives, settles cases."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from assent_engine.engine import Engine
from assent_engine.interventions import Choice, Decision
from assent_engine.store.rows import ALL, InterventionRow, RequestRow
from assent_schemas.errors import Refused
from assent_schemas.statuses import PolicyStatus, RunStatus
from simulation.items import ItemFiles
from simulation.outside import CANCEL, Exchange
from simulation.promises import Promises


@dataclass(slots=True)
class Owner:
    """Acts on an open engine. Whatever is reported back is noted as a promise."""

    engine: Engine
    exchange: Exchange
    files: ItemFiles
    promises: Promises
    chance: Random
    # What is said of one policy is said in turn: else nobody knows what was said last.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def act(self) -> None:
        """Do something, as the mood takes them."""
        often = [self.settle, self.answer, self.redrive] * 3
        rarely = [self.cancel, self.switch, self.switch_back, self.pause, self.unpause, self.renew]
        await self.chance.choice([*often, *rarely])()

    async def renew(self) -> None:
        """Put another file of items into the place of the last one."""
        self.files.renew()

    async def redrive(self) -> None:
        """Let something that failed go on; the engine may refuse."""
        runs = await self.engine.store.read.runs()
        failed = [one for one in runs if one.status.ended and one.status is not RunStatus.COMPLETED]
        if failed:
            await self.engine.runs.redrive(self.chance.choice(failed).id, by="owner")
            self.promises.redrives += 1

    async def answer(self, *, carefully: bool = False) -> None:
        """Answer a question, sometimes at two doors at once; carefully: every one, once."""
        rows = [row for row in await self.engine.store.read.requests() if row.status == "open"]
        if not rows:
            return
        for row in rows if carefully else [self.chance.choice(rows)]:
            twice = not carefully and self.chance.random() < 0.2
            words = [self._yes(row), self._no(row)] if twice else [self._word(row)]
            told = await asyncio.gather(*words, return_exceptions=True)
            taken = [one for one in told if not isinstance(one, BaseException)]
            self.promises.answered(row.id, len(taken))
            for one in told:
                if isinstance(one, BaseException) and not isinstance(one, Refused):
                    raise one
            if taken and self.chance.random() < 0.7:
                await self.engine.runs.go_on(row.run_id)

    def _word(self, row: RequestRow) -> Coroutine[Any, Any, RequestRow]:
        return self._yes(row) if self.chance.random() < 0.75 else self._no(row)

    def _yes(self, row: RequestRow) -> Coroutine[Any, Any, RequestRow]:
        return self.engine.requests.approve(row.id, row.hash, by="owner", how="simulation")

    def _no(self, row: RequestRow) -> Coroutine[Any, Any, RequestRow]:
        return self.engine.requests.reject(row.id, by="owner", how="simulation")

    async def pause(self) -> None:
        """Pause a policy or everything, for a while or for good."""
        async with self._turn:
            policies = [one.policy_id for one in await self.engine.store.read.policies()]
            subject, until = self.chance.choice([None, *policies]), None
            if self.chance.random() < 0.6:
                seconds = 10 ** self.chance.uniform(0, 5)
                until = self.engine.clock.now() + timedelta(seconds=seconds)
            self.promises.paused.pop(subject or ALL, None)
            await self.engine.pauses.pause(subject, until=until, by="owner")
            self.promises.pause(subject or ALL, until)

    async def unpause(self) -> None:
        """End every pause."""
        async with self._turn:
            for one in await self.engine.pauses.in_force():
                self.promises.paused.pop(one.subject, None)
                subject = None if one.subject == ALL else one.subject
                await self.engine.pauses.end(subject, by="owner")

    async def cancel(self) -> None:
        if runs := await self.engine.runs.open_runs():
            run, keep = self.chance.choice(runs), self.chance.random() < 0.3
            await self.engine.runs.cancel(run.id, keep=keep, by="owner")

    async def switch(self) -> None:
        async with self._turn:
            if policies := await self.engine.store.read.policies():
                policy = self.chance.choice(policies)
                await self.engine.policies.disable(policy.policy_id, by="owner")
                self.promises.stopped.add(policy.policy_id)

    async def switch_back(self) -> None:
        """Enable everything."""
        async with self._turn:
            for policy in await self.engine.store.read.policies():
                if policy.status is PolicyStatus.DISABLED:
                    self.promises.stopped.discard(policy.policy_id)
                    await self.engine.policies.enable(policy.policy_id, by="owner")

    async def settle(self, *, carefully: bool = False) -> None:
        """Decide open cases: with a look at what is so, or by chance."""
        for row in await self.engine.store.read.interventions():
            if row.status != "open":
                continue
            careful = carefully or self.chance.random() < 0.7
            decision = self._informed(row) if careful else self._careless(row)
            if decision is not None:
                # Whether it was written or not: they have said so.
                self.promises.speak(row.run_id, row.subject, decision.choice)
                await self.engine.inbox.resolve(row.id, decision)
                sql = "SELECT 1 FROM interventions WHERE id = ? AND status = 'decided'"
                self.promises.tell(sql, row.id)

    def _careless(self, row: InterventionRow) -> Decision:
        return self._decision(row, Choice(self.chance.choice(row.choices)))

    def _informed(self, row: InterventionRow) -> Decision | None:
        if not row.code.endswith(".unsure"):
            choices = [one for one in row.choices if one != Choice.DONE]
            return self._decision(row, Choice(self.chance.choice(choices)))
        if self.exchange.under_way(row.subject):
            return None
        if row.subject in self.exchange.done:
            return self._decision(row, Choice.DONE)
        return self._decision(row, self.chance.choice([Choice.RETRY, Choice.SKIP]))

    def _decision(self, row: InterventionRow, choice: Choice) -> Decision:
        result = None
        if choice is Choice.DONE and row.about.get("resource") != CANCEL:
            result = self.exchange.result(row.subject)
        return Decision(choice, "owner", "simulation", "so it is", result)


async def wait(chance: Random, seconds: float) -> None:
    """Some time passes, short waits being likelier."""
    await asyncio.sleep(chance.expovariate(1 / seconds))
