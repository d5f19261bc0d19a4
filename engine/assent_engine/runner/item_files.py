"""A Map's files, durably: what was read is kept before it is used, what was written is recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Failed, Ok, Outcome, ReadItems, WriteResult, outcome_from_json
from assent_engine.files import FileFault, Files, Reader, Results, read_items
from assent_engine.interpreter.faults import ITEM_READER_FAILED, RESULT_WRITER_FAILED
from assent_engine.runner.recorder import Recorder
from assent_engine.runner.snapshots import Snapshots, StoredItems


@dataclass(frozen=True, slots=True)
class ItemFiles:
    """Performs ReadItems and WriteResult of one run."""

    files: Files
    snapshots: Snapshots
    recorder: Recorder
    permit: Callable[[], Awaitable[None]]

    async def read(self, effect: ReadItems, scope: str) -> Outcome:
        """The items as they were when this run first read them; raises NeedsOwner if they went."""
        recorded = self.recorder.replay(scope, effect.key, "items")
        if recorded is None:
            return await self._read_now(effect, scope)
        if "digest" not in recorded:
            return outcome_from_json(recorded)
        kept = recorded["digest"], recorded["count"]
        return Ok(await asyncio.to_thread(self.snapshots.kept, self.recorder.run_id, *kept))

    async def write(self, effect: WriteResult, scope: str) -> Outcome:
        """Write where this key always writes: once more, after a crash, changes nothing."""
        recorded = self.recorder.replay(scope, effect.key, "results")
        if recorded is not None:
            return outcome_from_json(recorded)
        await self.permit()
        outcome = await asyncio.to_thread(self._written, effect, scope)
        await self.recorder.commit(scope, effect.key, "results", outcome.as_json())
        return outcome

    async def _read_now(self, effect: ReadItems, scope: str) -> Outcome:
        await self.permit()
        outcome = await asyncio.to_thread(self._kept, effect)
        await self.recorder.commit(scope, effect.key, "items", _entry(outcome))
        return outcome

    def _kept(self, effect: ReadItems) -> Outcome:
        try:
            found = read_items(self.files, Reader(**effect.reader))
            return Ok(self.snapshots.keep(self.recorder.run_id, found))
        except FileFault as fault:
            return Failed(ITEM_READER_FAILED, str(fault))
        except OSError as error:
            return Failed(ITEM_READER_FAILED, f"The items cannot be kept: {error.strerror}.")

    def _written(self, effect: WriteResult, scope: str) -> Outcome:
        try:
            key = f"{scope}{effect.key}"
            results = Results.of(effect.writer, effect.value, self.recorder.run_id, key)
            self.files.write(results.folder, results.contents)
        except FileFault as fault:
            return Failed(RESULT_WRITER_FAILED, str(fault))
        return Ok(results.descriptor)


def _entry(outcome: Outcome) -> dict[str, Any]:
    """The journal's entry: what was read is named, not held."""
    if isinstance(outcome, Failed):
        return outcome.as_json()
    items: StoredItems = outcome.value
    return {"digest": items.digest, "count": len(items)}
