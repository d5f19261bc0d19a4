"""Whether a ledger is whole, reckoned apart from the product."""

from assent_engine.chain import GENESIS, entry_hash
from assent_engine.store.records import LedgerEntry


def ledger_problems(entries: list[LedgerEntry]) -> list[int]:
    """The numbers of the entries that do not continue the chain."""
    previous, wrong = GENESIS, []
    for at, one in enumerate(entries, start=1):
        digest = entry_hash(at, one.run_id, one.run_hash, previous)
        if (one.seq, one.previous_hash, one.hash) != (at, previous, digest):
            wrong.append(at)
        previous = one.hash
    return wrong
