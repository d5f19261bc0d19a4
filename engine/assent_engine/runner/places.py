"""Places: which runs of a concurrency key may be under way, and who comes next."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from assent_engine.interpreter.paths import MISSING, compile_path
from assent_engine.refusals import refused
from assent_engine.store import Store
from assent_engine.store.records import PlaceTaken
from assent_engine.store.rows import RunRow
from assent_schemas import exact_json
from assent_schemas.policy import Policy
from assent_schemas.statuses import RunStatus

HELD = "held"
WAITS = "waits"
LONGEST_VALUE = 256


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

    @asynccontextmanager
    async def for_new(
        self, policy: Policy, policy_id: str, data: Any
    ) -> AsyncIterator[Place | None]:
        """The place of a new run, to be recorded within; None where its policy has no limit.

        Raises Refused where the policy skips a run that would have to wait, or its data has no key.
        """
        rule = policy.concurrency
        if rule is None:
            yield None
            return
        key = _key(policy, policy_id, data)
        async with self._turn:
            held, waiting = await self.store.read.places(key)
            free = held < rule.limit and waiting is None
            if not free and rule.on_conflict == "skip":
                runs = "run is" if held == 1 else "runs are"
                detail = f"{policy.name}: {held} {runs} under way, and it skips one more."
                raise refused(
                    "run.skipped", detail, "Start it when they have ended: assent run list"
                )
            yield Place(key, rule.limit, HELD if free else WAITS)

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
        """The run that gets the place that another one has left, if one waits for it."""
        if key is None:
            return None
        async with self._turn:
            held, waiting = await self.store.read.places(key)
            if waiting is None or held >= waiting[1]:
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
