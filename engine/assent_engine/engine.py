"""The engine of one home: the lock, the store, the world, policies and runs under one roof."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass

from assent_engine import library
from assent_engine.admission import Admission
from assent_engine.clients import Clients
from assent_engine.clock import Clock, SystemClock
from assent_engine.files import Files, Folder
from assent_engine.gaps import Gaps
from assent_engine.home import Home
from assent_engine.interventions import Interventions
from assent_engine.library import StepLibrary
from assent_engine.moments import timestamp
from assent_engine.notices import Notice, NoticeBoard
from assent_engine.pauses import Pauses
from assent_engine.policies import Policies
from assent_engine.ports import Listener, Randomness, SystemRandomness, unheard
from assent_engine.registry import StepRegistry, World
from assent_engine.requests import Requests
from assent_engine.retention import DEFAULT, Keep
from assent_engine.runner import OPEN, Endings, Runs
from assent_engine.runner.snapshots import Snapshots
from assent_engine.safekeeping import start_up
from assent_engine.safekeeping.examination import Report
from assent_engine.safekeeping.thinning import thin
from assent_engine.safekeeping.thinning_occurrences import thin_occurrences
from assent_engine.scheduling.register import Register
from assent_engine.scheduling.schedule import Schedule
from assent_engine.scheduling.starting import Pace
from assent_engine.scheduling.zone import owners_zone
from assent_engine.scheduling.zone_rules import Zone
from assent_engine.store import StorageTrouble, Store
from assent_engine.store.records import NewNotice


@dataclass(frozen=True, slots=True)
class Engine:
    """An open home; only one process has it at a time."""

    home: Home
    store: Store
    policies: Policies
    runs: Runs
    inbox: Interventions
    pauses: Pauses
    requests: Requests
    schedule: Schedule
    clients: Clients
    gaps: Gaps
    library: StepLibrary | None
    clock: Clock

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        home: Home,
        *,
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        registry: StepRegistry | None = None,
        world: World | None = None,
        files: Files | None = None,
        tell: Listener = unheard,
        zone: Zone = owners_zone,
        pace: Pace | None = None,
        held: bool = False,
    ) -> AsyncIterator["Engine"]:
        """Take the home's lock and open its store and world.

        `registry` and `world` replace the installed step library, `files` the home's folder of
        them; `tell` hears of progress. `zone` gives the owner's, by its IANA name; `pace` bounds
        how many runs the schedule starts at once; with `held` the caller has the home's lock.
        Raises StoreError where the home cannot be used or is damaged, Refused where another
        process has it.
        """
        home.prepare()
        clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
        own = library.load() if world is None else None
        with nullcontext() if held else home.locked():
            async with _sound_store(home, own, clock) as store, _outside(home, world) as outside:
                home.make_files()
                engine = cls.over(
                    home,
                    store,
                    outside,
                    clock=clock,
                    randomness=randomness,
                    registry=registry or StepRegistry.shared(),
                    files=files or Folder(home.files),
                    tell=tell,
                    own=own,
                    zone=zone,
                    pace=pace,
                )
                open_runs = await store.read.runs(*OPEN)
                engine.runs.snapshots.forget_all_but([row.id for row in open_runs])
                try:
                    yield engine
                finally:
                    await engine.schedule.stop()

    @classmethod
    def over(
        cls,
        home: Home,
        store: Store,
        world: World,
        *,
        clock: Clock,
        randomness: Randomness,
        registry: StepRegistry,
        files: Files,
        tell: Listener = unheard,
        own: StepLibrary | None = None,
        zone: Zone = owners_zone,
        pace: Pace | None = None,
    ) -> "Engine":
        """Put an engine together from its ports; nothing is opened, locked or looked at."""
        board = world.with_part(NoticeBoard, StoredNotices(store, clock))
        admission = Admission(store, clock, registry)
        inbox = Interventions(store, clock, randomness, registry)
        kept = Snapshots(home.snapshots)
        endings = Endings(store, clock, inbox, kept, tell)
        requests = Requests(store, clock, randomness)
        runs = Runs(
            store,
            clock,
            randomness,
            registry,
            board,
            admission,
            endings,
            requests,
            tell,
            files,
            kept,
        )
        register = Register(store.read, zone)
        policies = Policies(store, clock, randomness, admission, register)
        schedule = Schedule(store, clock, runs, requests, register, pace or Pace())
        pauses = Pauses(store, clock, admission, register.turn)
        return cls(
            home,
            store,
            policies,
            runs,
            inbox,
            pauses,
            requests,
            schedule,
            Clients(store, clock),
            Gaps(store, clock),
            own,
            clock,
        )

    @property
    def storage_trouble(self) -> StorageTrouble | None:
        """Why nothing can be written for now; `store.probe` asks whether that is over."""
        return self.store.storage_trouble

    async def check_store(self) -> Report:
        """Look at everything in the store, for idle time; cancelling it stops it at once."""
        return await start_up.examine(self.home, self.library)

    async def thin(self, keep: Keep = DEFAULT) -> int:
        """Thin what retention no longer keeps, in small batches; the number of runs thinned."""
        await thin_occurrences(self.store, self.clock, keep)
        return await thin(self.store, self.clock, keep)


@asynccontextmanager
async def _sound_store(home: Home, own: StepLibrary | None, clock: Clock) -> AsyncIterator[Store]:
    """The home's store, found whole before it is opened, and noted as closed after it was."""
    mark, store = start_up.OpenMark(home.path), None
    await start_up.inspect(home, own, unclean=mark.set())
    try:
        async with Store.open(home.database, clock) as store:
            yield store
    finally:
        if store is not None and store.settled:
            mark.clear()


@asynccontextmanager
async def _outside(home: Home, world: World | None) -> AsyncIterator[World]:
    if world is not None:
        yield world
        return
    async with library.load().open_world(home.path) as parts:
        yield World(parts)


@dataclass(frozen=True, slots=True)
class StoredNotices:
    """The notice board of a home: rows in its store."""

    store: Store
    clock: Clock

    async def post(self, notice: Notice) -> bool:
        if await self.find(notice.key) is not None:
            return False
        at = timestamp(self.clock.now())
        row = NewNotice(notice.key, notice.text, notice.level, notice.run_id, at)
        await self.store.commit(row)
        return True

    async def find(self, key: str) -> Notice | None:
        return await self.store.read.notice(key)
