"""Endings: how a run stops for now, is closed, and ends; what the owner is told of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assent_engine.clock import Clock
from assent_engine.effects import Cursor, Failed, Ok, Outcome
from assent_engine.interventions import Interventions, choice_words
from assent_engine.moments import timestamp
from assent_engine.notices import NoticeLevel
from assent_engine.ports import Listener, Progress
from assent_engine.runner.family import everything
from assent_engine.runner.halts import CalledNeedsOwner, Ending, Halt, NeedsOwner, Parked
from assent_engine.runner.recorder import Recorder
from assent_engine.runner.snapshots import Snapshots
from assent_engine.runner.unknown import doubts, may_have
from assent_engine.saga import Settled
from assent_engine.store import Store
from assent_engine.store.records import (
    FailureNotice,
    InterventionsWithdrawn,
    LedgerEntry,
    NewNotice,
    PolicyFailed,
    PolicyWorked,
    Record,
    RecoveryNotice,
    RequestsWithdrawn,
    RunEnded,
    RunStatusChanged,
    RunStoodAt,
    SagaEntry,
)
from assent_engine.store.rows import RunRow
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus

CLOSED = "closed"
END = "end"
REDRIVE = "redrive"
_TOLD = (Parked, CalledNeedsOwner)
"""What needs no notice of its own: a question has one, and so has a called run's case."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """Where a run stands when its driver lets go of it."""

    run_id: str
    status: RunStatus
    output: Any = None
    error: str | None = None
    cause: str | None = None

    @classmethod
    def of(cls, run_id: str, outcome: Outcome | Ending) -> "RunReport":
        match outcome:
            case Ok(value):
                return cls(run_id, RunStatus.COMPLETED, value)
            case Failed(error, cause):
                return cls(run_id, RunStatus.FAILED, None, error or None, cause or None)
            case Ending():
                return cls(run_id, outcome.status, None, outcome.error, outcome.cause)

    @classmethod
    def closed(cls, run_id: str, data: dict[str, Any]) -> "RunReport":
        """What `as_json` recorded when the run was closed."""
        return cls(run_id, RunStatus(data["status"]), None, data["error"], data["cause"])

    @classmethod
    def of_row(cls, row: RunRow) -> "RunReport":
        """Where it stands in the store."""
        return cls(row.id, row.status, row.output, row.error, row.cause)

    def as_json(self) -> dict[str, Any]:
        """What the journal says of the end."""
        told = {"status": self.status, "error": self.error, "cause": self.cause}
        done = self.status is RunStatus.COMPLETED
        return {"status": self.status, "ok": self.output} if done else told


AtEnd = Callable[[RunReport], Sequence[Record]]
"""What a caller records in the commit that ends the run that it called."""


@dataclass(slots=True)
class Endings:
    """Writes the last words about runs, and those before the last."""

    store: Store
    clock: Clock
    interventions: Interventions
    snapshots: Snapshots
    tell: Listener

    async def halted(self, run_id: str, halt: Halt) -> RunReport:
        """The run stops for now; each case that only the owner can settle goes to the inbox."""
        at, until = timestamp(self.clock.now()), halt.until if isinstance(halt, Parked) else None
        wakes_at = timestamp(until) if until else None
        records: list[Record] = [
            RunStatusChanged(run_id, halt.status, halt.code, halt.reason, at, wakes_at)
        ]
        if isinstance(halt, NeedsOwner):
            records += await self._cases(run_id, halt, at)
        elif not isinstance(halt, _TOLD) and await self._is_news(run_id, halt):
            text = f"A run stopped ({halt.status}): {halt.reason}"
            key = f"{run_id}/halt/{at}"
            records.append(NewNotice(key, text, NoticeLevel.PROBLEM, run_id, at))
        await self.store.commit(*records)
        self.tell(Progress("run.stopped", run_id, about={"status": halt.status}))
        return RunReport(run_id, halt.status, None, halt.code, halt.reason)

    async def close(self, recorder: Recorder, report: RunReport, at: Cursor | None) -> None:
        """Record how the policy's own part of a run ended; only compensation is left."""
        stood = [_stood_at(report.run_id, at)] if at else []
        now = recorder.now()
        status = RunStatus.RUNNING
        changed = RunStatusChanged(report.run_id, status, report.error, report.cause, now)
        withdrawn = RequestsWithdrawn(report.run_id, "", now)
        await recorder.commit("", "", CLOSED, report.as_json(), *stood, changed, withdrawn)

    async def end(
        self,
        recorder: Recorder,
        report: RunReport,
        name: str,
        at: Cursor | None,
        *,
        alert_after: int = 1,
        also: AtEnd | None = None,
    ) -> RunReport:
        """The last word about a run: its journal's end, its ledger entry, its notice.

        The owner is told from `alert_after` failures of the policy in a row on. Of a called one
        its caller tells the owner; `also` makes what it records with the end.
        """
        run_id, now = report.run_id, recorder.now()
        done = report.status is RunStatus.COMPLETED
        output = exact_json.encode(report.output).decode() if done else None
        records: list[Record] = [
            RunEnded(run_id, report.status, output, report.error, report.cause, now),
            InterventionsWithdrawn(run_id, None, now),
            RequestsWithdrawn(run_id, "", now),
        ]
        if at is not None:
            records.append(_stood_at(run_id, at))
        if also is None:
            records += await self._told(report, name, alert_after, now)
        else:
            records += await self._left_open(report, name, now)
        # Nothing is awaited between an entry and its commit, or another one may come before it.
        records += also(report) if also else []
        entry = recorder.entry("", "", END, report.as_json())
        ended = LedgerEntry.of(run_id, recorder.journal.head)
        await recorder.store.commit(entry, ended, *records)
        self.snapshots.forget(run_id)
        self.tell(Progress("run.ended", run_id, about={"status": report.status}))
        return report

    async def _is_news(self, run_id: str, halt: Halt) -> bool:
        """Whether the run had not stopped for the same reason already."""
        row = await self.store.read.run(run_id)
        return row is None or (row.status, row.error) != (halt.status, halt.code)

    async def _cases(self, run_id: str, halt: NeedsOwner, at: str) -> list[Record]:
        """New cases with a notice each; a case that is open already was told of already."""
        rows = await self.store.read.interventions(run_id)
        standing = {row.subject for row in rows if row.status == "open"}
        records: list[Record] = [
            InterventionsWithdrawn(run_id, subject, at)
            for subject in standing - {case.subject for case in halt.cases}
        ]
        for case in halt.cases:
            if case.subject not in standing:
                records += self._case(run_id, case, at)
        return records

    def _case(self, run_id: str, case: NeedsOwner, at: str) -> list[Record]:
        row = self.interventions.case(run_id, case.code, case.subject, case.reason, case.about)
        text = f"A run needs you: {case.reason} {choice_words(case.code)}"
        return [row, NewNotice(f"{run_id}/case/{row.id}", text, NoticeLevel.PROBLEM, run_id, at)]

    async def _told(self, report: RunReport, name: str, alert_after: int, at: str) -> list[Record]:
        """What the owner is told of an end; what failed in a row is counted in the same commit."""
        run_id, level = report.run_id, NoticeLevel.PROBLEM
        if report.status is RunStatus.COMPLETED:
            text, told = f"{name} works again after ", f"{run_id}/works-again"
            notice = RecoveryNotice(told, text, NoticeLevel.INFO, run_id, at, alert_after)
            return [notice, PolicyWorked(run_id)]
        log = await everything(self.store.read, run_id)
        left_open = await doubts(self.store.read, run_id)
        why = f"{report.error}: {report.cause}" if report.cause else report.error
        text = f"{name} ended {report.status}: {why}.{_became_of(log)}{may_have(left_open)}"
        if report.status is RunStatus.CANCELLED:
            return [NewNotice(f"{run_id}/end", text, level, run_id, at)]
        # What was done to the outside is told of at once, however often a policy may fail.
        after = 1 if log or left_open else alert_after
        return [
            PolicyFailed(run_id),
            FailureNotice(f"{run_id}/end", text, level, run_id, at, after),
        ]

    async def _left_open(self, report: RunReport, name: str, at: str) -> list[Record]:
        """The owner is told of what a called run may have done, whatever its caller makes of it."""
        run_id = report.run_id
        if not (left_open := await doubts(self.store.read, run_id)):
            return []
        text = f"{name} ended {report.status}.{may_have(left_open)}"
        return [NewNotice(f"{run_id}/end", text, NoticeLevel.PROBLEM, run_id, at)]


def _stood_at(run_id: str, at: Cursor) -> RunStoodAt:
    cursor = at.as_json()
    return RunStoodAt(run_id, cursor["state"], exact_json.encode(cursor["value"]).decode())


def _became_of(log: list[SagaEntry]) -> str:
    """What was done to the outside and what became of it, in words."""
    reversed_ = [one for one in log if one.settled in (Settled.COMPENSATED, Settled.MARKED)]
    kept = [one for one in log if one not in reversed_]
    undone = f" It reversed: {_names(reversed_)}." if reversed_ else ""
    return undone + (f" It had done, and keeps: {_names(kept)}." if kept else "")


def _names(entries: list[SagaEntry]) -> str:
    return ", ".join(f"{one.resource} ({one.key})" for one in entries)
