"""What former processes left of a run: its journal, its first record, the root's snapshot."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from assent_engine.clock import Clock
from assent_engine.effects import idempotency_key
from assent_engine.interpreter import SEMANTICS, RunHeader
from assent_engine.interpreter.faults import SKIPPED
from assent_engine.journal import Diverged, Journal, seal
from assent_engine.moments import moment
from assent_engine.runner.asking import ASKED, CLAIMED
from assent_engine.runner.called_runs import CALL
from assent_engine.runner.decisions import Decisions
from assent_engine.runner.endings import CLOSED, END, REDRIVE, RunReport
from assent_engine.runner.halts import NeedsOwner
from assent_engine.runner.recorder import NoPen, Recorder
from assent_engine.store import Store
from assent_engine.store.records import JournalEntry, Record
from assent_engine.store.rows import InterventionRow, RunRow
from assent_engine.tally import Tally
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus

BEGUN = "begun"
_WAITS = ("sleep", ASKED, CALL)
"""What a run may be quiet after without lacking progress."""


@dataclass(slots=True)
class History:
    """A run's past, ready to be replayed. A new run has none.

    `closed` is how the policy's own part ended, where only compensation was left. `begun` is
    when it was started, or last redriven.
    """

    header: RunHeader
    recorder: Recorder
    begun: str
    cursor: dict[str, Any] | None = None
    closed: RunReport | None = None
    doubtful: bool = False
    """The run was restored: the outside may have done what the journal does not know of."""
    unsettled: frozenset[str] = frozenset()
    """Idempotency keys of calls that a redrive does anew though nobody knows of them."""
    decisions: Decisions = field(default_factory=Decisions)
    quiet_since: datetime | None = None
    """When a crash cut it off at work."""
    tally: Tally = field(default_factory=Tally)

    @classmethod
    async def read(cls, store: Store, clock: Clock, row: RunRow, policy_name: str) -> "History":
        """Verify and read a run's past; raises NeedsOwner where it is not to be trusted."""
        # Whoever drove it just now may have left entries that nobody awaited.
        await store.drain()
        entries = await store.read.journal(row.id)
        redriven = _redriven(entries)
        journal = _journal(row, entries, redriven)
        first = exact_json.decode(entries[0].data)
        if first["semantics"] != SEMANTICS or first["policy_hash"] != row.policy_hash:
            raise NeedsOwner("journal.diverged", "the journal belongs to other rules or documents.")
        started, seed, value = _begun(entries) or first["started"], first["seed"], first["input"]
        latest = entries[redriven[-1].seq :] if redriven else entries
        closed = _closed(row.id, latest)
        return cls(
            RunHeader(row.id, row.policy_id, policy_name, started, seed, value),
            Recorder(store.pen(), clock, journal),
            redriven[-1].at if redriven else started,
            None if closed else _cursor(row, entries),
            closed,
            await store.read.restored(row.id),
            _unsettled(row.id, entries, redriven),
            Decisions.of(_undecided(await store.read.interventions(row.id), redriven), entries),
            _quiet_since(row, entries[-1]),
            _tally(entries),
        )

    @classmethod
    async def retraced(cls, store: Store, clock: Clock, row: RunRow, policy_name: str) -> "History":
        """The past of a run that has ended, to be walked through and not continued."""
        history = await cls.read(store, clock, replace(row, cursor=None, cursor_seq=0), policy_name)
        return replace(history, recorder=replace(history.recorder, store=NoPen()))

    async def begin(self, *records: Record) -> None:
        """Record that a run which waited for its place begins: its time counts from now on."""
        now = self.recorder.now()
        await self.recorder.commit("", "", BEGUN, {"started": now}, *records)
        self.header, self.begun = replace(self.header, started=now), now


def _redriven(entries: list[JournalEntry]) -> list[JournalEntry]:
    return [one for one in entries if (one.scope, one.kind) == ("", REDRIVE)]


def _unsettled(
    run_id: str, entries: list[JournalEntry], redriven: list[JournalEntry]
) -> frozenset[str]:
    """The keys of calls that ended by the owner's word: what they did was never learned of."""
    forgotten = {seq for one in redriven for seq in exact_json.decode(one.data)["forget"]}
    steps = (one for one in entries if one.seq in forgotten and one.kind == "step")
    skipped = (one for one in steps if exact_json.decode(one.data).get("error") == SKIPPED)
    return frozenset(idempotency_key(run_id, one.scope, one.key) for one in skipped)


def _undecided(cases: list[InterventionRow], redriven: list[JournalEntry]) -> list[InterventionRow]:
    """Cases but for those from before a redrive: what was said of them is no word on new doubts."""
    before = {case for one in redriven for case in exact_json.decode(one.data).get("cases", ())}
    return [case for case in cases if case.id not in before]


def _tally(entries: list[JournalEntry]) -> Tally:
    """What each yes was used for, before a snapshot and in stopped scopes, too."""
    tally = Tally()
    for entry in entries:
        if entry.kind == CLAIMED and "ok" in (use := exact_json.decode(entry.data)):
            tally.recall(use["given"], use["effect"], use["call"])
    return tally


def _journal(row: RunRow, entries: list[JournalEntry], redriven: list[JournalEntry]) -> Journal:
    # What says that the run was closed, ended or redriven is nothing the policy asks for.
    gone = {one.seq for one in entries if one.scope == "" and one.kind in (CLOSED, END, REDRIVE)}
    gone.update(seq for one in redriven for seq in exact_json.decode(one.data)["forget"])
    try:
        journal = Journal.load(row.id, entries, row.cursor_seq, gone)
    except Diverged as error:
        raise NeedsOwner("journal.broken", f"{error}.") from error
    if not entries or journal.seq < row.cursor_seq:
        raise NeedsOwner("journal.broken", "the journal's end is missing.")
    if row.cursor_seq == 0:
        journal.replay("", "", "start")
        if _begun(entries) is not None:
            journal.replay("", "", BEGUN)
    return journal


def _quiet_since(row: RunRow, last: JournalEntry) -> datetime | None:
    at_work = row.status is RunStatus.RUNNING and last.kind not in _WAITS
    return moment(last.at) if at_work else None


def _begun(entries: list[JournalEntry]) -> str | None:
    """When a run began that had to wait for its place, if it has."""
    found = [one for one in entries[1:2] if one.kind == BEGUN]
    return str(exact_json.decode(found[0].data)["started"]) if found else None


def _cursor(row: RunRow, entries: list[JournalEntry]) -> dict[str, Any] | None:
    if row.cursor is None and row.cursor_seq == 0:
        return None
    cursor = {**(row.cursor or {}), "value": row.context}
    mark = cursor.pop("seal", None)
    if mark != seal(entries[row.cursor_seq - 1].hash, cursor):
        raise NeedsOwner("journal.broken", "the snapshot is not the one that was written.")
    return cursor


def _closed(run_id: str, entries: list[JournalEntry]) -> RunReport | None:
    found = [one for one in entries if (one.scope, one.kind) == ("", CLOSED)]
    return RunReport.closed(run_id, exact_json.decode(found[-1].data)) if found else None
