"""The ledger: the chain of run ends, linked as they are written, so that a loss leaves no gap."""

from collections.abc import Iterable
from dataclasses import replace

from assent_engine.chain import GENESIS, entry_hash
from assent_engine.store.records import LedgerEntry, Record


class Ledger:
    """Links the ends of runs; `last` is the newest one that is on disk.

    An end has no place in the chain before the transaction that holds it: it could be refused,
    lost or given up until then, and the next one would follow what never was.
    """

    def __init__(self, last: LedgerEntry | None) -> None:
        self.last = last
        self._newest = last

    def linked(self, records: Iterable[Record]) -> list[Record]:
        """The records of one transaction, their ends of runs linked to what is on disk."""
        self._newest = self.last
        return [self._link(one) if isinstance(one, LedgerEntry) else one for one in records]

    def written(self) -> None:
        """The records that were linked last are on disk."""
        self.last = self._newest

    def _link(self, end: LedgerEntry) -> LedgerEntry:
        seq, previous = (self._newest.seq + 1, self._newest.hash) if self._newest else (1, GENESIS)
        digest = entry_hash(seq, end.run_id, end.run_hash, previous)
        self._newest = replace(end, seq=seq, previous_hash=previous, hash=digest)
        return self._newest
