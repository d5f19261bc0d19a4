"""A run's journal: entries chained by hash as they are made, and handed back on replay."""

from collections import deque
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any

from assent_engine.chain import GENESIS, entry_hash
from assent_engine.effects import UNDO
from assent_engine.store.records import JournalEntry
from assent_schemas import exact_json


class Diverged(Exception):
    """The journal holds something else than the interpreter asks for; never guessed over."""


@dataclass(slots=True)
class Journal:
    """Appends to the chain of one run, and replays what a former process recorded.

    A scope is strictly sequential, so its entries come back in the order in which they were
    made; asking for another key or kind than the next one raises Diverged.
    """

    run_id: str
    seq: int = 0
    head: str = GENESIS
    grown: int = 0
    """Bytes appended or replayed since the last snapshot."""
    _recorded: dict[str, deque[JournalEntry]] = field(default_factory=dict)
    _reversals: dict[str, list[JournalEntry]] = field(default_factory=dict)
    """All that stands of each reversal: it may be stopped, and gone on with by another scope."""

    @classmethod
    def load(
        cls,
        run_id: str,
        entries: Iterable[JournalEntry],
        after: int = 0,
        without: Container[int] = (),
    ) -> "Journal":
        """Continue a recorded journal; entries up to `after` stand in a snapshot already.

        Those `without` are part of the chain, but not replayed. Raises Diverged where the chain
        is broken.
        """
        journal = cls(run_id)
        for entry in entries:
            journal.verify(entry)
            journal.seq, journal.head = entry.seq, entry.hash
            if entry.seq in without:
                continue
            # A reversal stands in no snapshot: what was begun of it before is gone on with.
            journal._keep(entry)
            if entry.seq > after:
                journal._recorded.setdefault(entry.scope, deque()).append(entry)
                journal.grown += len(entry.data)
        return journal

    def append(self, scope: str, key: str, kind: str, data: Any, at: str) -> JournalEntry:
        """Make the next entry of the chain; the caller hands it to the store."""
        # In the order that the run saw: text made from an object must come out equal on replay.
        text = exact_json.encode(data, as_ordered=True).decode()
        self.seq += 1
        self.grown += len(text)
        digest = entry_hash(self.run_id, self.seq, scope, key, kind, text, at, self.head)
        entry = JournalEntry(self.run_id, self.seq, scope, key, kind, text, at, self.head, digest)
        self.head = digest
        self._keep(entry)
        return entry

    def replay(self, scope: str, key: str, kind: str) -> Any | None:
        """What was recorded as the scope's next entry, or None when it has no more."""
        waiting = self._recorded.get(scope)
        if not waiting:
            return None
        entry = waiting.popleft()
        if (entry.key, entry.kind) != (key, kind):
            raise Diverged(
                f"the journal has {entry.kind} {entry.key!r} where the policy asks for "
                f"{kind} {key!r} (scope {scope or 'root'!r})"
            )
        return exact_json.decode(entry.data)

    def rewind(self, scope: str) -> None:
        """Replay a reversal from its beginning, what this process did of it included."""
        self._recorded[scope] = deque(self._reversals.get(scope, ()))

    def settled(self, scope: str) -> None:
        """A reversal is over, and not asked for again."""
        self._reversals.pop(scope, None)

    @property
    def exhausted(self) -> bool:
        """True when nothing is left to replay but compensations, which the saga log knows of."""
        left = (scope for scope, entries in self._recorded.items() if entries)
        return all(scope.startswith(UNDO) for scope in left)

    def peek(self, scope: str) -> JournalEntry | None:
        """The scope's next recorded entry, left where it is."""
        waiting = self._recorded.get(scope)
        return waiting[0] if waiting else None

    def below(self, prefix: str) -> list[JournalEntry]:
        """What is recorded for all scopes under a path, in order, and drop it from replay.

        Compensations lie under no path.
        """
        here = [scope for scope in self._recorded if scope.startswith(prefix)]
        scopes = [scope for scope in here if not scope.startswith(UNDO)]
        entries = [entry for scope in scopes for entry in self._recorded.pop(scope)]
        return sorted(entries, key=lambda entry: entry.seq)

    def reversal(self, scope: str) -> list[JournalEntry]:
        """What stands of a reversal, in order, whoever began it."""
        return list(self._reversals.get(scope, ()))

    def _keep(self, entry: JournalEntry) -> None:
        if entry.scope.startswith(UNDO):
            self._reversals.setdefault(entry.scope, []).append(entry)

    def verify(self, entry: JournalEntry) -> None:
        """Raise Diverged unless this is the chain's next entry, as it was written."""
        digest = entry_hash(
            entry.run_id,
            entry.seq,
            entry.scope,
            entry.key,
            entry.kind,
            entry.data,
            entry.at,
            self.head,
        )
        if entry.seq != self.seq + 1 or entry.previous_hash != self.head or entry.hash != digest:
            raise Diverged(f"the journal's chain is broken at entry {entry.seq}")


def seal(head: str, cursor: Any) -> str:
    """Binds a snapshot to the journal as it stood, so that neither is changed without the other."""
    return entry_hash(head, exact_json.encode(cursor).decode())
