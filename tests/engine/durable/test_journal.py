"""The journal's chain, its replay per scope, and the ledger over all runs."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_engine.chain import entry_hash
from assent_engine.journal import Diverged, Journal
from assent_engine.store.records import JournalEntry

NAMES = st.text("ab/.1", max_size=4)
RECORDS = st.lists(
    st.tuples(NAMES, NAMES, NAMES, st.integers() | st.text(max_size=5)), min_size=1, max_size=8
)
AT = "2026-03-02T09:00:00.000000Z"


def written(*records: tuple[str, str, str, Any], run_id: str = "run") -> list[JournalEntry]:
    journal = Journal(run_id)
    return [journal.append(*record, AT) for record in records]


def flipped(value: Any, at: int, bit: int) -> Any:
    """The value with one bit of one byte changed; None where that gives no text."""
    if isinstance(value, int):
        return value ^ (1 << bit)
    raw = bytearray(value.encode())
    if not raw:
        return chr(1 << bit)
    raw[at % len(raw)] ^= 1 << bit
    return raw.decode("utf-8", "replace")


@given(RECORDS)
def test_what_was_written_verifies_and_goes_on_where_it_ended(
    records: list[tuple[str, str, str, Any]],
) -> None:
    entries = written(*records)
    journal = Journal.load("run", entries)
    assert (journal.seq, journal.head) == (len(entries), entries[-1].hash)
    following = journal.append("", "x", "step", None, AT)
    Journal.load("run", [*entries, following])


@given(RECORDS, st.data())
def test_one_changed_byte_in_any_column_of_any_row_breaks_the_chain(
    records: list[tuple[str, str, str, Any]], data: st.DataObject
) -> None:
    entries = written(*records)
    row = data.draw(st.integers(0, len(entries) - 1))
    column = data.draw(st.sampled_from([field.name for field in fields(JournalEntry)]))
    value = getattr(entries[row], column)
    changed = flipped(value, data.draw(st.integers(0, 100)), data.draw(st.integers(0, 6)))
    entries[row] = replace(entries[row], **{column: changed})
    with pytest.raises(Diverged):
        Journal.load("run", entries)


@given(RECORDS, st.data())
def test_a_missing_or_exchanged_row_breaks_the_chain(
    records: list[tuple[str, str, str, Any]], data: st.DataObject
) -> None:
    entries = written(*records, ("", "", "end", {}))
    gone = data.draw(st.integers(0, len(entries) - 2))
    with pytest.raises(Diverged):
        Journal.load("run", entries[:gone] + entries[gone + 1 :])
    entries[gone], entries[gone + 1] = entries[gone + 1], entries[gone]
    with pytest.raises(Diverged):
        Journal.load("run", entries)


def test_text_that_moves_from_one_column_to_the_next_changes_the_hash() -> None:
    assert entry_hash("ab", "c") != entry_hash("a", "bc")
    assert entry_hash("a", "") != entry_hash("", "a")


def test_each_scope_is_handed_back_in_its_own_order() -> None:
    records = [("", "A", "step", 1), ("x/", "B", "step", 2), ("", "C", "now", 3)]
    journal = Journal.load("run", written(*records))
    assert journal.replay("x/", "B", "step") == 2
    assert journal.replay("", "A", "step") == 1
    assert journal.replay("", "C", "now") == 3
    assert journal.exhausted
    assert journal.replay("", "D", "step") is None


@pytest.mark.parametrize(("key", "kind"), [("B", "step"), ("A", "now")])
def test_another_key_or_kind_than_the_recorded_one_diverges(key: str, kind: str) -> None:
    journal = Journal.load("run", written(("", "A", "step", 1)))
    with pytest.raises(Diverged, match="'A'"):
        journal.replay("", key, kind)


def test_a_scope_that_recorded_nothing_does_not_wait_for_the_others() -> None:
    journal = Journal.load("run", written(("", "A", "step", 1)))
    assert journal.replay("other/", "Z", "step") is None
    assert not journal.exhausted


def test_entries_that_stand_in_a_snapshot_are_verified_but_not_handed_back() -> None:
    entries = written(("", "A", "step", 1), ("", "B", "step", 2))
    journal = Journal.load("run", entries, after=1)
    assert journal.replay("", "B", "step") == 2
    entries[0] = replace(entries[0], data="7")
    with pytest.raises(Diverged):
        Journal.load("run", entries, after=1)


def test_what_is_below_a_path_is_taken_out_of_replay_and_nothing_else() -> None:
    records = [("M.1/1/0/", "A", "intent", 1), ("M.1/11/0/", "A", "step", 2), ("", "B", "step", 3)]
    journal = Journal.load("run", written(*records))
    assert [entry.scope for entry in journal.below("M.1/1/")] == ["M.1/1/0/"]
    assert journal.replay("M.1/1/0/", "A", "step") is None
    assert journal.replay("M.1/11/0/", "A", "step") == 2
