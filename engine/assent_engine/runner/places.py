"""Places: which runs of a concurrency key may be under way, and who comes next."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from assent_engine.interpreter.paths import MISSING, compile_path
from assent_engine.refusals import refused
from assent_engine.runner.deadlocks import HELD, WAITS, never_placed
from assent_engine.store import Store
from assent_engine.store.records import PlaceTaken
from assent_engine.store.rows import RunRow
from assent_schemas import exact_json
from assent_schemas.policy import Policy
from assent_schemas.statuses import RunStatus

LONGEST_VALUE = 256
OPEN = tuple(status for status in RunStatus if not status.ended)


@dataclass(frozen=True, slots=True)
class Place:
    """What a new run's row says: of a key with a limit, and whether it has to wait."""

    key: str
    limit: int
    state: str

    @property
    def status(self) -> RunStatus:
        return RunStatus.PENDING if self.state == WAITS else RunStatus.RUNNING


@dataclass(slots=True)
class Places:
    """Counts from the store at every turn, so that nothing is forgotten over a restart."""

    store: Store
    # Who counts and then writes must not be overtaken, or two would take one place.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _watchers: dict[str, Callable[[], None]] = field(default_factory=dict)

    @asynccontextmanager
    async def for_new(
        self, policy: Policy, policy_id: str, data: Any, caller: str | None = None
    ) -> AsyncIterator[Place | None]:
        """The place of a new run, to be recorded within; None where it needs none.

        That is where its policy has no limit, or a run that led to its call has a place of the key:
        what a run calls is within its place, or it could only wait for itself.

        Raises Refused where the policy skips a run that would have to wait, where its data has no
        key, or where it would wait for what waits for it.
        """
        rule = policy.concurrency
        if rule is None:
            yield None
            return
        key = _key(policy, policy_id, data)
        if caller is not None and await self._within(caller, key):
            yield None
            return
        async with self._turn:
            held, waiting = await self.store.read.places(key)
            free = held < rule.limit and waiting is None
            if not free and rule.on_conflict == "skip":
                runs = "run is" if held == 1 else "runs are"
                detail = f"{policy.name}: {held} {runs} under way, and it skips one more."
                raise refused(
                    "run.skipped", detail, "Start it when they have ended: assent run list"
                )
            if held >= rule.limit and caller is not None:
                await self._refuse_deadlock(policy, key, caller)
            yield Place(key, rule.limit, HELD if free else WAITS)

    async def _within(self, run_id: str | None, key: str) -> bool:
        """Whether a run, or one that led to its call, has a place of a key."""
        while run_id is not None and (row := await self.store.read.run(run_id)) is not None:
            if (row.concurrency_key, row.place) == (key, HELD):
                return True
            run_id = row.parent_run
        return False

    async def _refuse_deadlock(self, policy: Policy, key: str, caller: str) -> None:
        if never_placed(await self.store.read.runs(*OPEN), key, caller):
            detail = f"{policy.name} would wait for a run that waits for its caller to end."
            raise refused("run.deadlock", detail, "Share one key among policies that call.")

    @contextmanager
    def watched(self, run_id: str, wake: Callable[[], None]) -> Iterator[None]:
        """Call `wake` when a run that waits is given its place in this process."""
        self._watchers[run_id] = wake
        try:
            yield
        finally:
            del self._watchers[run_id]

    async def take(self, row: RunRow) -> bool:
        """Let a run go on: False where it still has to wait. The oldest comes first."""
        if row.place != WAITS or row.concurrency_key is None:
            return True
        async with self._turn:
            held, waiting = await self.store.read.places(row.concurrency_key)
            passed = (
                row.status is RunStatus.PENDING and waiting is not None and waiting[0] != row.id
            )
            if passed or held >= (row.concurrency_limit or 1):
                return False
            await self.store.commit(PlaceTaken(row.id))
            return True

    async def next(self, key: str | None) -> str | None:
        """The run that gets the place that another one has left, if one waits for it.

        Whoever is watched goes on by itself, and the one after it is looked for.
        """
        while (run_id := await self._given(key, watched=False)) is not None:
            if (wake := self._watchers.get(run_id)) is None:
                return run_id
            wake()
        return None

    async def hand_over(self, key: str | None) -> None:
        """Give what was left to those who wait in this process, as far as it is their turn."""
        while (run_id := await self._given(key, watched=True)) is not None:
            if (wake := self._watchers.get(run_id)) is not None:
                wake()

    async def _given(self, key: str | None, *, watched: bool) -> str | None:
        if key is None:
            return None
        async with self._turn:
            held, waiting = await self.store.read.places(key)
            if waiting is None or held >= waiting[1]:
                return None
            if watched and waiting[0] not in self._watchers:
                return None
            await self.store.commit(PlaceTaken(waiting[0]))
            return waiting[0]


def _key(policy: Policy, policy_id: str, data: Any) -> str:
    """The key as the store has it: a shared one, or one within its policy."""
    text = policy.concurrency.key if policy.concurrency else None
    if text is None:
        return _text({"policy": policy_id})
    if not text.startswith("$"):
        return _text({"key": text})
    found = compile_path(text).find(data)
    if found is MISSING or isinstance(found, dict | list) or len(str(found)) > LONGEST_VALUE:
        detail = f"{policy.name}: at {text} is no single short value to be its concurrency key."
        raise refused("run.no_key", detail, "Give it in the run's input.")
    return _text({"policy": policy_id, "value": found})


def _text(key: dict[str, Any]) -> str:
    return exact_json.encode(key).decode()
