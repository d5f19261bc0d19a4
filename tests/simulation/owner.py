"""The owner in the simulation: switches policies, cancels runs, settles cases."""

import asyncio
from dataclasses import dataclass
from random import Random

from assent_engine.engine import Engine
from assent_engine.interventions import Choice, Decision
from assent_engine.store.rows import InterventionRow
from assent_schemas.statuses import PolicyStatus
from simulation.outside import CANCEL, Exchange
from simulation.promises import Promises


@dataclass(slots=True)
class Owner:
    """Acts on an open engine. Whatever is reported back is noted as a promise."""

    engine: Engine
    exchange: Exchange
    promises: Promises
    chance: Random

    async def act(self) -> None:
        """Do something, as the mood takes them."""
        doing = [self.settle, self.settle, self.settle, self.cancel, self.switch, self.switch_back]
        await self.chance.choice(doing)()

    async def cancel(self) -> None:
        if runs := await self.engine.runs.open_runs():
            run, keep = self.chance.choice(runs), self.chance.random() < 0.3
            await self.engine.runs.cancel(run.id, keep=keep, by="owner")

    async def switch(self) -> None:
        policies = await self.engine.store.read.policies()
        if not policies:
            return
        policy = self.chance.choice(policies)
        await self.engine.policies.disable(policy.policy_id, by="owner")
        self.promises.stopped.add(policy.policy_id)
        sql = "SELECT 1 FROM policies WHERE policy_id = ? AND status = 'disabled' UNION SELECT 1"
        self.promises.tell(sql, policy.policy_id)

    async def switch_back(self) -> None:
        """Enable everything."""
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
