"""A run's pen: makes journal entries, and writes them awaited or un-awaited."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assent_engine.clock import Clock
from assent_engine.journal import Diverged, Journal
from assent_engine.moments import timestamp
from assent_engine.runner.halts import Halt, NeedsOwner
from assent_engine.store import Pen, Reader
from assent_engine.store.records import Record


class NotRecorded(Halt):
    """The journal does not say what came next."""

    def __init__(self) -> None:
        super().__init__("run.not_recorded", "the journal does not say what came next")


class NoPen:
    """What a retraced run writes with: nothing."""

    @property
    def read(self) -> Reader:
        """Nothing is asked of the store either."""
        raise NotRecorded

    async def commit(self, *_records: Record) -> None:
        """Refused."""
        raise NotRecorded

    def enqueue(self, *_records: Record) -> None:
        """Refused."""
        raise NotRecorded


def nobody() -> None:
    """Where nobody listens."""


@dataclass(slots=True)
class Recorder:
    """Appends to one run's journal through the store."""

    store: Pen | NoPen
    clock: Clock
    journal: Journal
    progressed: Callable[[], None] = nobody
    """Hears that something was recorded."""

    @property
    def run_id(self) -> str:
        return self.journal.run_id

    def now(self) -> str:
        """The present moment as text."""
        return timestamp(self.clock.now())

    def replay(self, scope: str, key: str, kind: str) -> Any | None:
        """What a former process recorded here; raises NeedsOwner where it is something else."""
        try:
            return self.journal.replay(scope, key, kind)
        except Diverged as error:
            raise NeedsOwner("journal.diverged", f"{error}.") from error

    def next_kind(self, scope: str, key: str) -> str:
        """The kind of the scope's next recorded entry, if it is of this key; else ""."""
        following = self.journal.peek(scope)
        return following.kind if following is not None and following.key == key else ""

    async def commit(self, scope: str, key: str, kind: str, data: Any, *records: Record) -> None:
        """Record an entry, with other records in the same transaction, and await the sync."""
        await self.store.commit(self.entry(scope, key, kind, data), *records)

    def enqueue(self, scope: str, key: str, kind: str, data: Any) -> None:
        """Record an entry within 50 ms; losing it would only repeat something harmless."""
        self.store.enqueue(self.entry(scope, key, kind, data))

    def entry(self, scope: str, key: str, kind: str, data: Any) -> Record:
        """The next entry of the chain, not yet written."""
        self.progressed()
        return self.journal.append(scope, key, kind, data, self.now())
