"""One history: an engine that lives, crashes and comes back, until nothing is left to be done."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from assent_engine import admission, callees
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.moments import timestamp
from assent_engine.registry import World
from assent_engine.runner import OPEN
from assent_engine.store import Reader, Store
from assent_engine.store.rows import RunRow
from assent_schemas.errors import PolicyInvalid, Refused, StoreError
from assent_schemas.statuses import RunStatus
from simulation.disk import Dead, Disk, DiskConnection, Trouble
from simulation.documents import Json
from simulation.drawn import DOCUMENTS, family, remembering
from simulation.items import ItemFiles
from simulation.loop import SeededLoop, VirtualClock
from simulation.outside import Exchange, registry
from simulation.owner import Owner, wait
from simulation.promises import Broken, Promises

MEMORY = Path("/dev/shm")  # noqa: S108
"""Where the items that runs have read are kept, if there is such a place: its syncs are quick."""
YEAR = 365.25 * 24 * 3600
ROUNDS = 150
"""How often the owner settles everything in the end; by then all has to be at rest."""
EXPECTED = (Refused, StoreError)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a seed, counted, and the hash over it.

    Virtual seconds, crashes, runs, requests, unclear ones, questions, called runs, redrives.
    """

    seconds: float
    crashes: int
    runs: int
    requests: int
    ambiguous: int
    questions: int
    called: int
    redrives: int
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


@dataclass
class Life:
    """Everything that is drawn from one seed, each kind of chance from a stream of its own."""

    seed: str
    loop: SeededLoop = field(init=False)
    disk: Disk = field(init=False)
    exchange: Exchange = field(init=False)
    promises: Promises = field(init=False)
    crashes: int = 0
    clock: VirtualClock = field(init=False)
    files: ItemFiles = field(init=False)
    home: Home = field(init=False)
    _connections: list[DiskConnection] = field(default_factory=list)
    _wrong: list[BaseException] = field(default_factory=list)
    _broken: bool = False

    def __post_init__(self) -> None:
        chance = self.draw("plan")
        self.loop = SeededLoop(self.draw("scheduler"))
        self.clock = VirtualClock(self.loop, self.draw("clock"))
        full, broken = chance.choice([(0.0, 0.0), (0.01, 0.0), (0.0, 0.005), (0.005, 0.002)])
        unreadable = chance.choice([0.0, 0.0, 0.01])
        self.disk = Disk(self.draw("disk"), Trouble(full, broken, unreadable))
        self.exchange = Exchange(self.draw("exchange"), chance.choice([0.0, 0.2, 0.5, 0.8]))
        self.files = ItemFiles(self.draw("files"), chance.choice([0.0, 0.1]))
        self.promises = Promises(self.disk, self.exchange, self.files, self.clock)
        self.numbers = Numbers(self.draw("numbers"))
        self.owner_chance = self.draw("owner")
        numbers = chance.sample(range(DOCUMENTS), chance.choice([1, 1, 2]))
        self.documents: list[Json] = family(numbers)
        self.setting = chance.choice([None, None, 100.0, 10_000.0])
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
            with ExitStack() as around:
                for one in (admission, callees):
                    around.enter_context(patch.object(one, "validate", remembering))
                place = MEMORY if MEMORY.is_dir() else None
                folder = around.enter_context(TemporaryDirectory(dir=place))
                self.home = Home(Path(folder))
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
        self.files.trouble = 0.0
        self._incarnation(self._settling(), None)

    def _incarnation(self, work: Coroutine[Any, Any, None], steps: int | None) -> None:
        """One process: it lives until it ends by itself, or is dead after some steps."""
        self._broken = False
        task = self.loop.run(work, steps)
        if task.done() and steps is None:
            # Nothing goes wrong any more, and so nothing may be refused.
            task.result()
        elif task.done():
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
        if self.setting is not None:
            self._set_clock()

    async def _busy(self) -> None:
        """What goes on all day: runs start, those that stopped go on, the owner meddles."""
        async with self._engine() as engine:
            owner = self._owner(engine)
            await self._policies(engine)
            begun = [self._start(engine, at) for at in sorted(self.starts)]
            others = [self._go_on(engine)]
            if self.meddling is not None:
                others.append(self._meddle(owner, self.meddling))
            if self.setting is not None:
                others.append(self._set_clocks(self.setting))
            tasks = [self._spawn(one) for one in begun]
            endless = [self._spawn(one) for one in others]
            await asyncio.wait(tasks) if tasks else None
            # Others drive the runs; whoever waits for them has to look now and then.
            while not self._broken and await self._open_runs(engine) != []:  # noqa: ASYNC110
                await asyncio.sleep(60)
            for task in endless:
                task.cancel()

    async def _settling(self) -> None:
        """The owner settles whatever is open, again and again, until nothing is left to do."""
        async with self._engine() as engine:
            owner = self._owner(engine)
            await self._policies(engine)
            await asyncio.gather(*(self._start(engine, at) for at in list(self.starts)))
            runs: list[RunRow] = []
            for number in range(ROUNDS):
                for doing in (owner.switch_back(), owner.unpause()):
                    await self._try(doing)
                for doing in (owner.settle(carefully=True), owner.answer(carefully=True)):
                    await self._try(doing)
                runs = await engine.runs.open_runs()
                if not runs:
                    return
                await asyncio.gather(*(self._resume(engine, run) for run in runs))
                await asyncio.sleep(3600 if number < 20 else 7 * 24 * 3600)
            left = [(run.id, run.status, run.error, run.cause) for run in runs]
            raise Broken(f"these never come to rest: {left}")

    @asynccontextmanager
    async def _engine(self) -> AsyncIterator[Engine]:
        """An engine on the disk as it is, with the exchange outside."""
        writing, reading = self._connection(), self._connection(reads=True)
        world = World({Exchange: self.exchange})
        async with Store.over(writing, Reader(reading), self.clock) as store:
            engine = Engine.over(
                self.home,
                store,
                world,
                clock=self.clock,
                randomness=self.numbers,
                registry=registry(),
                files=self.files,
                tell=self.promises.hear,
            )
            open_runs = await store.read.runs(*OPEN)
            engine.runs.snapshots.forget_all_but([row.id for row in open_runs])
            yield engine

    def _owner(self, engine: Engine) -> Owner:
        return Owner(engine, self.exchange, self.files, self.promises, self.owner_chance)

    async def _open_runs(self, engine: Engine) -> list[RunRow] | None:
        """None where they cannot be read for now."""
        try:
            return await engine.runs.open_runs()
        except StoreError as error:
            self._note(error)
            return None

    def _connection(self, *, reads: bool = False) -> DiskConnection:
        connection = DiskConnection(self.disk, self.disk.chance, reads)
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
        except (*EXPECTED, PolicyInvalid) as error:
            # Invalid is one whose callee could not be approved in time.
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
            for run in await self._open_runs(engine) or []:
                if self._due(run):
                    self._spawn(self._resume(engine, run))

    def _due(self, run: RunRow) -> bool:
        if run.status is RunStatus.WAITING:
            _, _, until = (run.cause or "").rpartition("until ")
            return timestamp(self.clock.now()) >= until
        return run.status is RunStatus.RUNNING or self.plan.random() < 0.1

    async def _resume(self, engine: Engine, run: RunRow) -> None:
        await self._try(engine.runs.resume(run.id))

    async def _meddle(self, owner: Owner, seconds: float) -> None:
        while not self._broken:
            await wait(self.plan, seconds)
            self._spawn(self._act(owner))

    async def _act(self, owner: Owner) -> None:
        await self._try(owner.act())

    async def _set_clocks(self, seconds: float) -> None:
        while not self._broken:
            await wait(self.plan, seconds)
            self._set_clock()

    def _set_clock(self) -> None:
        """The wall clock jumps, forward or back; the time that passes goes on as ever."""
        self.promises.time_goes_by()
        self.clock.set_forward(self.plan.choice([1, -1]) * 10 ** self.plan.uniform(-1, 5.5))
        self.promises.time_goes_by()

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
        ((runs, called),) = self.disk.ask(
            "SELECT count(*), count(parent_run) FROM workflow_executions"
        )
        ((questions,),) = self.disk.ask("SELECT count(*) FROM requests")
        requests, ambiguous = len(self.exchange.started), self.exchange.ambiguous
        digest = self.promises.digest()
        return Told(
            self.loop.time(),
            self.crashes,
            runs,
            requests,
            ambiguous,
            questions,
            called,
            self.promises.redrives,
            digest,
        )
