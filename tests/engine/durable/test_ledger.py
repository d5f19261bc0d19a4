"""The ledger: the ends of all runs in one chain, whatever is lost on the way to the disk."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_engine.store import Store
from assent_engine.store.ledger import Ledger
from assent_engine.store.records import LedgerEntry, NewNotice, Record
from assent_schemas.errors import StoreError
from engine.durable.chains import ledger_problems

HASHES = st.lists(st.text(max_size=4), min_size=1, max_size=6)
AT = "2026-03-02T09:00:00.000000Z"


def ends(hashes: Sequence[str]) -> list[Record]:
    return [LedgerEntry.of(f"run-{at}", one) for at, one in enumerate(hashes)]


def only_ends(records: list[Record]) -> list[LedgerEntry]:
    return [one for one in records if isinstance(one, LedgerEntry)]


@given(HASHES)
def test_the_ledger_chains_the_ends_of_all_runs(hashes: list[str]) -> None:
    linked = only_ends(Ledger(None).linked(ends(hashes)))
    assert ledger_problems(linked) == []
    assert ledger_problems([replace(linked[0], run_hash="other"), *linked[1:]]) != []


@given(st.lists(st.tuples(HASHES, st.booleans()), max_size=8))
def test_ends_that_were_never_written_leave_no_gap(batches: list[tuple[list[str], bool]]) -> None:
    ledger, on_disk = Ledger(None), list[LedgerEntry]()
    for hashes, written in batches:
        linked = only_ends(ledger.linked(ends(hashes)))
        if written:
            ledger.written()
            on_disk += linked
    assert ledger_problems(on_disk) == []
    assert ledger.last == (on_disk[-1] if on_disk else None)


def test_what_else_is_written_with_an_end_stays_as_and_where_it_is() -> None:
    notice = NewNotice("key", "text", "info", "run", AT)
    first, second, third = Ledger(None).linked([notice, *ends(["h"]), notice])
    assert (first, third) == (notice, notice)
    assert isinstance(second, LedgerEntry)


def test_a_ledger_goes_on_after_the_last_entry_of_a_former_process() -> None:
    first = only_ends(Ledger(None).linked(ends(["h1"])))
    second = only_ends(Ledger(first[-1]).linked(ends(["h2"])))
    assert ledger_problems([*first, *second]) == []


async def test_an_end_that_a_blunt_pen_refused_leaves_no_gap(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "assent.sqlite") as store:
        pen = store.pen()
        await store.commit(LedgerEntry.of("run-1", "h1"))
        store._writer.failures += 1
        with pytest.raises(StoreError, match="an earlier record"):
            await pen.commit(LedgerEntry.of("run-2", "h2"))
        await store.commit(LedgerEntry.of("run-3", "h3"))
        newest = await store.read.last_of_ledger()
    assert newest is not None
    assert (newest.seq, newest.run_id) == (2, "run-3")
