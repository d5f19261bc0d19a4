"""One history: an engine that lives, crashes and comes back, until nothing is left to be done."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID

from assent_engine import admission
from assent_engine.engine import Engine
from assent_engine.files.memory import MemoryFiles
from assent_engine.home import Home
from assent_engine.moments import timestamp
from assent_engine.registry import StepRegistry, World
from assent_engine.store import Reader, Store
from assent_engine.store.rows import RunRow
from assent_engine.validation import validate
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid, Refused, StoreError
from assent_schemas.policy import SCHEMA_VERSION, Policy
from assent_schemas.statuses import RunStatus
from simulation.disk import Dead, Disk, DiskConnection, Trouble
from simulation.documents import Author, Json
from simulation.loop import SeededLoop, VirtualClock
from simulation.outside import Exchange, registry
from simulation.owner import Owner, wait
from simulation.promises import Broken, Promises

HOME = Home(Path("/nonexistent/assent"))
DOCUMENTS = 1000
"""From how many policies a history takes its own; each of them is validated once a process."""
YEAR = 365.25 * 24 * 3600
ROUNDS = 150
"""How often the owner settles everything in the end; by then all has to be at rest."""
EXPECTED = (Refused, StoreError)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a seed: virtual seconds, crashes, runs, requests, unclear ones, the hash."""

    seconds: float
    crashes: int
    runs: int
    requests: int
    ambiguous: int
    digest: str


class Numbers:
    """The engine's randomness, from the seed."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def identifier(self) -> str:
        number = f"{self._chance.getrandbits(128):032x}"
        return f"{number[:8]}-{number[8:12]}-4{number[13:16]}-8{number[17:20]}-{number[20:]}"

    def seed(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"


@cache
def valid(number: int) -> Json:
    """The policy of a number; drawn anew where what was drawn can never be approved."""
    author = Author(random.Random(f"document/{number}"))
    while True:
        document = author.policy()
        document["policy_id"] = str(UUID(int=number + 1, version=4))
        document["version"], document["schema_version"] = "1.0.0", SCHEMA_VERSION
        with suppress(PolicyInvalid):
            _remembering(document, registry())
            return document


_validated: dict[str, Policy] = {}


def _remembering(document: Json, registry: StepRegistry) -> Policy:
    """Validation, but once a document: it is pure, and would be most of a history's time."""
    digest = exact_json.digest(document)
    if digest not in _validated:
        _validated[digest] = validate(document, registry)
    return _validated[digest]


@dataclass
class Life:
    """Everything that is drawn from one seed, each kind of chance from a stream of its own."""

    seed: str
    loop: SeededLoop = field(init=False)
    disk: Disk = field(init=False)
    exchange: Exchange = field(init=False)
    promises: Promises = field(init=False)
    crashes: int = 0
    _connections: list[DiskConnection] = field(default_factory=list)
    _wrong: list[BaseException] = field(default_factory=list)
    _broken: bool = False

    def __post_init__(self) -> None:
        chance = self.draw("plan")
        self.loop = SeededLoop(self.draw("scheduler"))
        full, broken = chance.choice([(0.0, 0.0), (0.01, 0.0), (0.0, 0.005), (0.005, 0.002)])
        self.disk = Disk(self.draw("disk"), Trouble(full, broken))
        self.exchange = Exchange(self.draw("exchange"), chance.choice([0.0, 0.2, 0.5, 0.8]))
        self.promises = Promises(self.disk, self.exchange)
        self.numbers = Numbers(self.draw("numbers"))
        self.owner_chance = self.draw("owner")
        self.documents: list[Json] = [
            valid(number) for number in chance.sample(range(DOCUMENTS), chance.choice([1, 1, 2]))
        ]
        self.meddling = chance.choice([None, 1.0, 30.0, 1000.0, 10**5])
        self.starts = [chance.uniform(0, 30) for _ in range(chance.randrange(1, 6))]
        self.deaths = [int(10 ** chance.uniform(1.5, 3.4)) for _ in range(chance.randrange(6))]
        self.plan = chance

    def draw(self, what: str) -> Random:
        """The stream of chance for one kind of thing."""
        return random.Random(f"{self.seed}/{what}")

    def lived(self) -> Told:
        """Live it to its end; raises Broken, or what the engine raised that it may not raise."""
        try:
            with patch.object(admission, "validate", _remembering):
                self._live()
            self.promises.over()
            told = self._told()
        finally:
            self.loop.close()
            self.disk.close()
        return told

    def _live(self) -> None:
        for steps in self.deaths:
            self._incarnation(self._busy(), steps)
        self.disk.trouble, self.disk.full_until = Trouble(), 0.0
        self.exchange.calm()
        self._incarnation(self._settling(), None)

    def _incarnation(self, work: Coroutine[Any, Any, None], steps: int | None) -> None:
        """One process: it lives until it ends by itself, or is dead after some steps."""
        self._broken = False
        task = self.loop.run(work, steps)
        if task.done():
            self._raise(task.exception())
        else:
            self.crashes += 1
        for connection in self._connections:
            connection.cut = True
        self.loop.end_all()
        self.disk.crash()
        self._connections.clear()
        if self._wrong:
            raise self._wrong[0]
        self.promises.recovered()
        self.promises.check()
        self.loop.pass_by(self.plan.expovariate(1 / 10 ** self.plan.uniform(0, 6)))

    async def _busy(self) -> None:
        """What goes on all day: runs start, those that stopped go on, the owner meddles."""
        async with self._engine() as engine:
            owner = Owner(engine, self.exchange, self.promises, self.owner_chance)
            await self._policies(engine)
            begun = [self._start(engine, at) for at in sorted(self.starts)]
            others = [self._go_on(engine)]
            if self.meddling is not None:
                others.append(self._meddle(owner, self.meddling))
            tasks = [self._spawn(one) for one in begun]
            endless = [self._spawn(one) for one in others]
            await asyncio.wait(tasks) if tasks else None
            # Others drive the runs; whoever waits for them has to look now and then.
            while not self._broken and await engine.runs.open_runs():  # noqa: ASYNC110
                await asyncio.sleep(60)
            for task in endless:
                task.cancel()

    async def _settling(self) -> None:
        """The owner settles whatever is open, again and again, until nothing is left to do."""
        async with self._engine() as engine:
            owner = Owner(engine, self.exchange, self.promises, self.owner_chance)
            await self._policies(engine)
            await asyncio.gather(*(self._start(engine, at) for at in list(self.starts)))
            runs: list[RunRow] = []
            for number in range(ROUNDS):
                await owner.switch_back()
                await owner.settle(carefully=True)
                runs = await engine.runs.open_runs()
                if not runs:
                    return
                await asyncio.gather(*(self._resume(engine, run) for run in runs))
                await asyncio.sleep(3600 if number < 20 else 24 * 3600)
            left = [(run.id, run.status, run.error, run.cause) for run in runs]
            raise Broken(f"these never come to rest: {left}")

    @asynccontextmanager
    async def _engine(self) -> AsyncIterator[Engine]:
        """An engine on the disk as it is, with the exchange outside."""
        clock = VirtualClock(self.loop)
        writing, reading = self._connection(), self._connection()
        world = World({Exchange: self.exchange})
        async with Store.over(writing, Reader(reading), clock) as store:
            yield Engine.over(
                HOME,
                store,
                world,
                clock=clock,
                randomness=self.numbers,
                registry=registry(),
                files=MemoryFiles(),
                tell=self.promises.hear,
            )

    def _connection(self) -> DiskConnection:
        connection = DiskConnection(self.disk, self.disk.chance)
        self._connections.append(connection)
        return connection

    async def _policies(self, engine: Engine) -> None:
        """Have the policies of this history in force."""
        for document in self.documents:
            if document["policy_id"] not in await self._in_force(engine):
                await self._approve(engine, document)

    async def _in_force(self, engine: Engine) -> list[str]:
        rows = await engine.store.read.policies()
        return [one.policy_id for one in rows if one.active_version]

    async def _approve(self, engine: Engine, document: Json) -> None:
        try:
            new = await engine.policies.propose(document, "agent")
            await engine.policies.approve(
                new.policy_id, new.version, new.hash, by="owner", how="simulation"
            )
        except EXPECTED as error:
            self._note(error)
            return
        sql = "SELECT 1 FROM approvals WHERE policy_id = ? AND hash = ?"
        self.promises.tell(sql, new.policy_id, new.hash)

    async def _start(self, engine: Engine, at: float) -> None:
        await asyncio.sleep(max(0, at - self.loop.time()))
        self.starts.remove(at)
        if policies := await self._in_force(engine):
            await self._try(engine.runs.start(self.plan.choice(policies)))

    async def _go_on(self, engine: Engine) -> None:
        """What a service does: runs that are due go on; sometimes somebody asks for another one."""
        while not self._broken:
            await wait(self.plan, 300)
            try:
                runs = await engine.runs.open_runs()
            except StoreError as error:
                self._note(error)
                continue
            for run in runs:
                if self._due(run):
                    self._spawn(self._resume(engine, run))

    def _due(self, run: RunRow) -> bool:
        if run.status is RunStatus.WAITING:
            until = (run.cause or "").removeprefix("waits until ")
            return timestamp(VirtualClock(self.loop).now()) >= until
        return run.status is RunStatus.RUNNING or self.plan.random() < 0.1

    async def _resume(self, engine: Engine, run: RunRow) -> None:
        await self._try(engine.runs.resume(run.id))

    async def _meddle(self, owner: Owner, seconds: float) -> None:
        while not self._broken:
            await wait(self.plan, seconds)
            await self._try(owner.act())

    async def _try(self, work: Coroutine[Any, Any, object]) -> None:
        """Refusals and storage trouble are answers; what else an engine raises is wrong."""
        try:
            await work
        except EXPECTED as error:
            self._note(error)

    def _note(self, error: Exception) -> None:
        if isinstance(error, StoreError) and error.problem.code == "store.broken":
            self._broken = True

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self.loop.create_task(work)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._raise(error)

    def _raise(self, error: BaseException | None) -> None:
        """Keep an error for the end of this process, unless it is the process's own death."""
        if error is None or isinstance(error, (*EXPECTED, Dead)):
            if isinstance(error, Exception):
                self._note(error)
            return
        self._wrong.append(error)

    def _told(self) -> Told:
        ((runs,),) = self.disk.ask("SELECT count(*) FROM workflow_executions")
        requests, ambiguous = len(self.exchange.started), self.exchange.ambiguous
        digest = self.promises.digest()
        return Told(self.loop.time(), self.crashes, runs, requests, ambiguous, digest)
