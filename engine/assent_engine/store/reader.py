"""Reading: a connection of its own, opened read-only, that never checkpoints."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from assent_engine.notices import Notice, NoticeLevel
from assent_engine.store.connection import Connection
from assent_engine.store.records import AuditEntry, JournalEntry, LedgerEntry, SagaEntry
from assent_engine.store.rows import (
    ApprovalRow,
    ClientRow,
    EndedRun,
    GapRow,
    HookRow,
    InterventionRow,
    OccurrenceRow,
    PauseRow,
    PolicyRow,
    RequestRow,
    RunRow,
    TriggerRow,
    VersionRow,
)
from assent_schemas import exact_json
from assent_schemas.errors import Problem, StoreError
from assent_schemas.statuses import PolicyStatus, RunStatus, VersionStatus

_VERSION_COLUMNS = (
    "policy_id, version, hash, document, status, proposed_by, proposed_at, expires_at"
)
_APPROVAL_COLUMNS = (
    "id, kind, policy_id, version, hash, decision, steps, decided_by, decided_how, decided_at"
)
_RUN_COLUMNS = (
    "id, policy_id, policy_version, policy_hash, status, current_step, context, cursor,"
    " cursor_seq, output, error, cause, cancelling, concurrency_key, concurrency_limit,"
    " place, created_at, updated_at, parent_run, parent_key"
)
Word = TypeVar("Word", bound=StrEnum)
_JSON_COLUMNS = (6, 7, 9)
NO_LIMIT = -1
_STEPS = 6
_MISSED, _PAYLOAD = 8, 9
_INTERVENTION_JSON = (5, 6, 10)
_OPEN_FAMILIES = (
    "WITH RECURSIVE held(id) AS (SELECT id FROM workflow_executions"
    " WHERE status NOT IN ('COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED') UNION"
    " SELECT r.id FROM workflow_executions r JOIN held ON r.parent_run = held.id)"
)
"""Open runs with all that they called: whoever called a run may have to reverse what it did."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a table: at most so many rows `after` one, or from the newest back."""

    after: str | None = None
    most: int = NO_LIMIT
    newest: bool = False

    def of(self, table: str, columns: str, key: str, where: str = "?2 IS NULL") -> str:
        """The statement; it takes `after`, the value of `where`, and `most`."""
        beyond, order = ("<", "DESC") if self.newest else (">", "ASC")
        last = f"(SELECT rowid FROM {table} WHERE {key} = ?1)"  # noqa: S608
        rows = f"SELECT {columns} FROM {table} WHERE ({where})"  # noqa: S608
        return f"{rows} AND (?1 IS NULL OR rowid {beyond} {last}) ORDER BY rowid {order} LIMIT ?3"


class Reader:
    """Every question that is asked of the store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator["Reader"]:
        """Open a database for reading; raises StoreError where it is none of ours."""
        try:
            connection = await aiosqlite.connect(f"{path.as_uri()}?mode=ro", uri=True)
        except sqlite3.Error as error:
            raise StoreError(_unreadable(path, error)) from error
        try:
            yield cls(connection)
        finally:
            await connection.close()

    async def policies(self) -> list[PolicyRow]:
        rows = await self._all("SELECT * FROM policies ORDER BY created_at, policy_id")
        return [_policy(row) for row in rows]

    async def policy(self, policy_id: str) -> PolicyRow | None:
        rows = await self._all("SELECT * FROM policies WHERE policy_id = ?", policy_id)
        return _policy(rows[0]) if rows else None

    async def versions(self, policy_id: str) -> list[VersionRow]:
        """All versions of a policy, in the order in which they were proposed."""
        sql = f"SELECT {_VERSION_COLUMNS} FROM policy_versions WHERE policy_id = ? ORDER BY rowid"  # noqa: S608
        return [_version(row) for row in await self._all(sql, policy_id)]

    async def version(self, policy_id: str, version: str) -> VersionRow | None:
        found = await self.versions(policy_id)
        return next((row for row in found if row.version == version), None)

    async def proposed(self) -> int:
        """How many proposals wait for the owner."""
        sql = (
            "SELECT count(*) FROM policy_versions JOIN policies USING (policy_id)"
            " WHERE policy_versions.status = 'proposed' AND policies.status != 'removed'"
        )
        ((count,),) = await self._all(sql)
        return int(count)

    async def approval(self, policy_id: str, version: str) -> ApprovalRow | None:
        """The owner's decision about one version of a policy."""
        sql = (
            f"SELECT {_APPROVAL_COLUMNS} FROM approvals"  # noqa: S608
            " WHERE kind = 'policy' AND policy_id = ? AND version = ?"
        )
        rows = await self._all(sql, policy_id, version)
        if not rows:
            return None
        values = list(rows[0])
        values[_STEPS] = _decoded(values[_STEPS])
        return ApprovalRow(*values)

    async def runs(self, *statuses: RunStatus) -> list[RunRow]:
        """Runs in the order of their start; of these statuses, or all."""
        marks = ", ".join("?" * len(statuses))
        where = f"WHERE status IN ({marks})" if statuses else ""
        sql = f"SELECT {_RUN_COLUMNS} FROM workflow_executions {where} ORDER BY created_at, id"  # noqa: S608
        return [_run(row) for row in await self._all(sql, *statuses)]

    async def run(self, run_id: str) -> RunRow | None:
        sql = f"SELECT {_RUN_COLUMNS} FROM workflow_executions WHERE id = ?"  # noqa: S608
        rows = await self._all(sql, run_id)
        return _run(rows[0]) if rows else None

    async def run_page(self, part: Part, policy_id: str | None = None) -> list[RunRow]:
        """A part of the runs, by id, in the order of their start; of one policy, or all."""
        sql = part.of("workflow_executions", _RUN_COLUMNS, "id", "?2 IS NULL OR policy_id = ?2")
        return [_run(row) for row in await self._all(sql, part.after, policy_id, part.most)]

    async def runs_from(self, start: str) -> list[RunRow]:
        """The runs whose ids begin so."""
        where = "WHERE substr(id, 1, length(?1)) = ?1"
        sql = f"SELECT {_RUN_COLUMNS} FROM workflow_executions {where} ORDER BY created_at, id"  # noqa: S608
        return [_run(row) for row in await self._all(sql, start)]

    async def places(self, key: str) -> tuple[int, tuple[str, int] | None]:
        """Of a concurrency key: how many open runs have a place, and who is next with what limit.

        Whoever waits for the owner as well as for a place lets others pass.
        """
        here = (
            "FROM workflow_executions WHERE concurrency_key = ? AND place = ?"
            " AND status NOT IN ('COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED')"
        )
        ((held,),) = await self._all(f"SELECT count(*) {here}", key, "held")
        first = f"SELECT id, concurrency_limit {here} AND status = 'PENDING' ORDER BY rowid LIMIT 1"
        waiting = await self._all(first, key, "waits")
        return held, (waiting[0][0], waiting[0][1]) if waiting else None

    async def called_by(self, run_id: str) -> list[tuple[int, RunRow]]:
        """The runs that a run called, each after its call's place in the journal, in order."""
        columns = ", ".join(f"r.{name.strip()}" for name in _RUN_COLUMNS.split(","))
        sql = (
            f"SELECT j.seq, {columns} FROM workflow_executions r JOIN journal j"  # noqa: S608
            " ON j.run_id = r.parent_run AND j.kind = 'call' AND j.scope || j.key = r.parent_key"
            " WHERE r.parent_run = ? ORDER BY j.seq"
        )
        return [(seq, _run(tuple(row))) for seq, *row in await self._all(sql, run_id)]

    async def journal(
        self, run_id: str, *, after: int = 0, most: int = NO_LIMIT
    ) -> list[JournalEntry]:
        """The journal of a run, in order: the whole, or a part of it."""
        sql = "SELECT * FROM journal WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?"
        return [JournalEntry(*row) for row in await self._all(sql, run_id, after, most)]

    async def next_wake(self, after: str) -> str | None:
        """The first moment after one at which a run's wait is over by itself."""
        sql = (
            "SELECT min(wakes_at) FROM workflow_executions"
            " WHERE status = 'WAITING' AND wakes_at > ?"
        )
        ((first,),) = await self._all(sql, after)
        return None if first is None else str(first)

    async def woken(self, at: str) -> list[str]:
        """The runs whose wait is over by then, the first one first."""
        sql = (
            "SELECT id FROM workflow_executions WHERE status = 'WAITING' AND wakes_at <= ?"
            " ORDER BY wakes_at, id"
        )
        return [str(row[0]) for row in await self._all(sql, at)]

    async def marked(self, run_id: str, mark: str) -> list[JournalEntry]:
        """The outcomes in a run's journal that have something under this key, in order.

        Without those that a redrive has taken back. A damaged one is for whoever reads the
        journal to tell of.
        """
        sql = (
            "SELECT * FROM journal WHERE run_id = ?1 AND kind = 'step'"
            " AND iif(json_valid(data), json_extract(data, '$.' || ?2), NULL) IS NOT NULL"
            " AND seq NOT IN (SELECT one.value FROM journal r,"
            " json_each(iif(json_valid(r.data), r.data, '{}'), '$.forget') one"
            " WHERE r.run_id = ?1 AND r.kind = 'redrive')"
            " ORDER BY seq"
        )
        return [JournalEntry(*row) for row in await self._all(sql, run_id, mark)]

    async def entry(self, run_id: str, seq: int) -> JournalEntry | None:
        """One entry of a run's journal."""
        sql = "SELECT * FROM journal WHERE run_id = ? AND seq = ?"
        rows = await self._all(sql, run_id, seq)
        return JournalEntry(*rows[0]) if rows else None

    async def saga_log(self, run_id: str) -> list[SagaEntry]:
        """A run's completed side effects, in order."""
        sql = "SELECT * FROM saga_log WHERE run_id = ? ORDER BY seq"
        return [SagaEntry(*row) for row in await self._all(sql, run_id)]

    async def restored(self, run_id: str) -> bool:
        """Whether a run stood open in a backup that was restored."""
        sql = "SELECT restored_at IS NOT NULL FROM workflow_executions WHERE id = ?"
        return any(yes for (yes,) in await self._all(sql, run_id))

    async def thinnable(self) -> list[tuple[str, RunStatus, str, int, int]]:
        """Ended runs with all details: id, status, end, number of effects, bytes of details."""
        sql = (
            f"{_OPEN_FAMILIES} SELECT r.id, r.status, r.updated_at,"  # noqa: S608
            " (SELECT count(*) FROM saga_log s WHERE s.run_id = r.id), length(r.context)"
            " + (SELECT total(length(data)) FROM journal j WHERE j.run_id = r.id)"
            " FROM workflow_executions r WHERE thinned_at IS NULL AND r.id NOT IN"
            " (SELECT id FROM held) AND EXISTS (SELECT 1 FROM ledger WHERE run_id = r.id)"
        )
        return [
            (run_id, _word(RunStatus, status), ended, effects, int(size))
            for run_id, status, ended, effects, size in await self._all(sql)
        ]

    async def interventions(self, run_id: str | None = None) -> list[InterventionRow]:
        """Cases for the owner in the order in which they came up; of one run, or all."""
        sql = "SELECT * FROM interventions WHERE ?1 IS NULL OR run_id = ?1 ORDER BY rowid"
        return [_intervention(row) for row in await self._all(sql, run_id)]

    async def intervention(self, intervention_id: str) -> InterventionRow | None:
        rows = await self._all("SELECT * FROM interventions WHERE id = ?", intervention_id)
        return _intervention(rows[0]) if rows else None

    async def pauses(self) -> list[PauseRow]:
        """Every pause that was not ended, those whose time is over too."""
        return [PauseRow(*row) for row in await self._all("SELECT * FROM pauses ORDER BY subject")]

    async def hooks(self) -> list[HookRow]:
        """Every webhook by its name, revoked ones too."""
        return [HookRow(*row) for row in await self._all("SELECT * FROM hooks ORDER BY name")]

    async def is_delivered(self, hook: str, delivery: str) -> bool:
        """Whether a webhook's call of that id was taken already."""
        sql = "SELECT 1 FROM deliveries WHERE hook = ? AND delivery = ?"
        return bool(await self._all(sql, hook, delivery))

    async def setting(self, name: str) -> Any:
        """What the owner has set; None where nothing was."""
        rows = await self._all("SELECT value FROM settings WHERE name = ?", name)
        return _decoded(rows[0][0]) if rows else None

    async def clients(self) -> list[ClientRow]:
        """Every MCP client by its name, revoked ones too."""
        return [ClientRow(*row) for row in await self._all("SELECT * FROM clients ORDER BY name")]

    async def client(self, name: str) -> ClientRow | None:
        rows = await self._all("SELECT * FROM clients WHERE name = ?", name)
        return ClientRow(*rows[0]) if rows else None

    async def gaps(self) -> list[GapRow]:
        """What agents lack, the latest reported first."""
        rows = await self._all("SELECT * FROM gaps ORDER BY last_at DESC, key")
        return [GapRow(*row) for row in rows]

    async def requests(self, run_id: str | None = None) -> list[RequestRow]:
        """Questions to the owner in the order in which they were asked; of one run, or all."""
        sql = "SELECT * FROM requests WHERE ?1 IS NULL OR run_id = ?1 ORDER BY rowid"
        return [RequestRow(*row) for row in await self._all(sql, run_id)]

    async def request(self, request_id: str) -> RequestRow | None:
        rows = await self._all("SELECT * FROM requests WHERE id = ?", request_id)
        return RequestRow(*rows[0]) if rows else None

    async def triggers(self, policy_id: str | None = None) -> list[TriggerRow]:
        """Triggers in force, of one policy or of all."""
        where = "t.retired_at IS NULL AND (?1 IS NULL OR t.policy_id = ?1)"
        return await self._triggers(where, policy_id)

    async def triggers_to_look_at(self, now: str) -> list[TriggerRow]:
        """Triggers in force of which something has to be decided."""
        return await self._triggers("t.look_at <= ?1", now)

    async def triggers_of(self, kind: str) -> list[TriggerRow]:
        """Triggers in force of one type."""
        return await self._triggers(
            "t.retired_at IS NULL AND substr(t.trigger, 1, length(?1)) = ?1", f"{kind}-"
        )

    async def trigger(self, policy_id: str, trigger: str) -> TriggerRow | None:
        """One trigger, in force or retired."""
        rows = await self._triggers("t.policy_id = ?1 AND t.trigger = ?2", policy_id, trigger)
        return rows[0] if rows else None

    async def _triggers(self, where: str, *values: Any) -> list[TriggerRow]:
        sql = (
            "SELECT t.*, p.name, p.status FROM triggers t JOIN policies p USING (policy_id)"  # noqa: S608
            f" WHERE {where} ORDER BY t.policy_id, t.trigger"
        )
        rows = await self._all(sql, *values)
        return [TriggerRow(*_with(row, -1, partial(_word, PolicyStatus))) for row in rows]

    async def zones_seen(self) -> dict[str, str]:
        """What the zone data said of each zone when it was last looked at, as digests."""
        return dict(await self._all("SELECT zone, digest FROM zones_seen"))

    async def files_seen(self, policy_id: str, trigger: str) -> dict[str, tuple[int, int]]:
        """Size and time of change, in nanoseconds, of each file that a trigger was told of."""
        sql = "SELECT path, size, mtime_ns FROM files_seen WHERE policy_id = ? AND trigger = ?"
        return {path: (size, at) for path, size, at in await self._all(sql, policy_id, trigger)}

    async def next_look(self) -> str | None:
        """The first moment at which a trigger has to be looked at."""
        ((moment,),) = await self._all("SELECT min(look_at) FROM triggers WHERE look_at NOT NULL")
        return moment if moment is None else str(moment)

    async def next_due(self, now: str) -> str | None:
        """The first moment at which a trigger of a policy that is on, and not paused, is due."""
        sql = (
            "SELECT min(t.look_at) FROM triggers t JOIN policies p USING (policy_id)"
            " WHERE t.look_at NOT NULL AND p.status = 'enabled' AND NOT EXISTS (SELECT 1"
            " FROM pauses s WHERE s.subject IN ('*', t.policy_id)"
            " AND (s.until IS NULL OR s.until > ?))"
        )
        ((moment,),) = await self._all(sql, now)
        return moment if moment is None else str(moment)

    async def occurrences(self, policy_id: str | None = None) -> list[OccurrenceRow]:
        """Every record of a due time in order, of one policy or of all."""
        return await self._occurrences("?1 IS NULL OR policy_id = ?1", policy_id)

    async def occurrence_page(self, part: Part, policy_id: str | None) -> list[OccurrenceRow]:
        """Records of due times, a part of them; one is named by due time, policy and trigger."""
        beyond, order = ("<", "DESC") if part.newest else (">", "ASC")
        due, _, key = (part.after or "").partition(" ")
        where = "?1 IS NULL OR policy_id = ?1"
        sql = (
            f"SELECT * FROM occurrences WHERE ({where}) AND (?2 = '' OR"  # noqa: S608
            f" (due, policy_id || ' ' || trigger) {beyond} (?2, ?3))"
            f" ORDER BY due {order}, policy_id || ' ' || trigger {order} LIMIT ?4"
        )
        return [_occurrence(row) for row in await self._all(sql, policy_id, due, key, part.most)]

    async def open_occurrences(self) -> list[OccurrenceRow]:
        """What waits for its start, or for the owner, the longest due first."""
        return await self._occurrences("status IN ('queued', 'asked')")

    async def occurrences_after(
        self, policy_id: str, trigger: str, moment: str
    ) -> list[OccurrenceRow]:
        """What is recorded of a trigger's due times beyond a moment."""
        where = "policy_id = ?1 AND trigger = ?2 AND through > ?3"
        return await self._occurrences(where, policy_id, trigger, moment)

    async def occurrence_before(
        self, policy_id: str, trigger: str, due: str
    ) -> OccurrenceRow | None:
        """The record of a trigger's last due time before a moment."""
        sql = (
            "SELECT * FROM occurrences WHERE policy_id = ? AND trigger = ? AND due < ?"
            " ORDER BY due DESC LIMIT 1"
        )
        rows = await self._all(sql, policy_id, trigger, due)
        return _occurrence(rows[0]) if rows else None

    async def occurrences_ahead(self) -> list[OccurrenceRow]:
        """Records beyond what is settled of their triggers: the clock was set back."""
        sql = (
            "SELECT o.* FROM triggers t JOIN occurrences o ON o.policy_id = t.policy_id"
            " AND o.trigger = t.trigger AND o.due > t.settled WHERE t.retired_at IS NULL"
            " AND t.look_at IS NOT NULL"
        )
        return [_occurrence(row) for row in await self._all(sql)]

    async def occurrences_thinned(self) -> dict[tuple[str, str], tuple[str, int]]:
        """Through which due time each trigger's records were thinned, and of how many."""
        rows = await self._all("SELECT * FROM occurrences_thinned")
        return {
            (policy_id, trigger): (through, count) for policy_id, trigger, through, count in rows
        }

    async def occurrences_beyond(self, most: int) -> int:
        """How many records there are beyond a number."""
        ((count,),) = await self._all("SELECT count(*) FROM occurrences")
        return max(0, int(count) - most)

    async def occurrences_until(self, moment: str, most: int) -> list[OccurrenceRow]:
        """So many records of due times until a moment, the oldest first, that nothing needs.

        What waits, and what an open run was started by, is needed.
        """
        sql = (
            "SELECT o.* FROM occurrences o LEFT JOIN workflow_executions r ON r.id = o.run_id"
            " WHERE o.through <= ?1 AND o.status NOT IN ('queued', 'asked') AND (r.id IS NULL OR"
            " r.status IN ('COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED'))"
            " ORDER BY o.through LIMIT ?2"
        )
        return [_occurrence(row) for row in await self._all(sql, moment, most)]

    async def occurrence_of(self, run_id: str) -> OccurrenceRow | None:
        """What a run was started by, if it was a trigger."""
        rows = await self._occurrences("run_id = ?1", run_id)
        return rows[0] if rows else None

    async def _occurrences(self, where: str, *values: Any) -> list[OccurrenceRow]:
        sql = f"SELECT * FROM occurrences WHERE {where} ORDER BY due, policy_id, trigger"  # noqa: S608
        rows = await self._all(sql, *values)
        return [_occurrence(row) for row in rows]

    async def open_runs_of(self, policy_id: str) -> list[RunRow]:
        """Runs of a policy that have not ended, without those that another run called."""
        where = "policy_id = ? AND parent_run IS NULL"
        ended = "('COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED')"
        sql = f"SELECT {_RUN_COLUMNS} FROM workflow_executions WHERE {where} AND status NOT IN {ended}"  # noqa: E501, S608
        return [_run(row) for row in await self._all(sql, policy_id)]

    async def ends_after(self, seq: int) -> list[EndedRun]:
        """Ends of runs beyond an entry of the ledger; without those that another run called."""
        sql = (
            "SELECT l.seq, r.id, r.policy_id, p.name, r.status, r.updated_at, r.output"
            " FROM ledger l JOIN workflow_executions r ON r.id = l.run_id"
            " JOIN policies p USING (policy_id)"
            " WHERE l.seq > ? AND r.parent_run IS NULL ORDER BY l.seq"
        )
        rows = await self._all(sql, seq)
        return [EndedRun(*_with(row, -1, _decoded_if_any)) for row in rows]

    async def last_of_ledger(self) -> LedgerEntry | None:
        rows = await self._all("SELECT * FROM ledger ORDER BY seq DESC LIMIT 1")
        return LedgerEntry(*rows[0]) if rows else None

    async def notices(self, run_id: str | None = None) -> list[Notice]:
        """Notices in the order in which they were recorded; of one run, or all."""
        sql = "SELECT key, text, level, run_id FROM notices WHERE ?1 IS NULL OR run_id = ?1"
        rows = await self._all(f"{sql} ORDER BY rowid", run_id)
        return [Notice(key, text, NoticeLevel(level), of) for key, text, level, of in rows]

    async def notice(self, key: str) -> Notice | None:
        found = await self._all("SELECT key, text, level, run_id FROM notices WHERE key = ?", key)
        return (
            Notice(found[0][0], found[0][1], NoticeLevel(found[0][2]), found[0][3])
            if found
            else None
        )

    async def notice_page(self, part: Part) -> list[tuple[Notice, str]]:
        """A part of the notices, by key, each with when it was recorded."""
        sql = part.of("notices", "key, text, level, run_id, at", "key")
        return [
            (Notice(key, text, NoticeLevel(level), of), at)
            for key, text, level, of, at in await self._all(sql, part.after, None, part.most)
        ]

    async def noticed_at(self, key: str) -> str | None:
        """When the notice of that key was recorded."""
        rows = await self._all("SELECT at FROM notices WHERE key = ?", key)
        return str(rows[0][0]) if rows else None

    async def audit_page(self, part: Part) -> list[tuple[int, AuditEntry]]:
        """A part of the audit, by number."""
        sql = part.of("audit", "seq, at, who, action, subject, detail", "seq")
        rows = await self._all(sql, part.after, None, part.most)
        return [(seq, AuditEntry(*row)) for seq, *row in rows]

    async def last_restore(self) -> str | None:
        """When the home was last restored from a backup."""
        ((at,),) = await self._all("SELECT max(at) FROM audit WHERE action = 'restore'")
        return None if at is None else str(at)

    async def audit(self) -> list[AuditEntry]:
        rows = await self._all("SELECT at, who, action, subject, detail FROM audit ORDER BY seq")
        return [AuditEntry(*row) for row in rows]

    async def _all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]
        except sqlite3.Error as error:
            raise StoreError(_unreadable(Path("the database"), error)) from error


def _policy(row: tuple[Any, ...]) -> PolicyRow:
    policy_id, name, status, *rest = row
    return PolicyRow(policy_id, name, _word(PolicyStatus, status), *rest)


def _version(row: tuple[Any, ...]) -> VersionRow:
    policy_id, version, digest, document, status, *rest = row
    return VersionRow(policy_id, version, digest, document, _word(VersionStatus, status), *rest)


def _run(row: tuple[Any, ...]) -> RunRow:
    values: list[Any] = [
        _decoded(value) if at in _JSON_COLUMNS and value is not None else value
        for at, value in enumerate(row)
    ]
    values[4] = _word(RunStatus, values[4])
    return RunRow(*values)


def _with(row: Sequence[Any], at: int, change: Callable[[Any], Any]) -> list[Any]:
    """A row with one of its values read as what it stands for."""
    values = list(row)
    values[at] = change(values[at])
    return values


def _occurrence(row: tuple[Any, ...]) -> OccurrenceRow:
    return OccurrenceRow(*_with(_with(row, _MISSED, bool), _PAYLOAD, _decoded))


def _word(words: type[Word], text: str) -> Word:
    try:
        return words(text)
    except ValueError as error:
        raise StoreError(_unreadable(Path("a record"), error)) from error


def _intervention(row: tuple[Any, ...]) -> InterventionRow:
    values = list(row)
    for at in _INTERVENTION_JSON:
        values[at] = None if values[at] is None else _decoded(values[at])
    return InterventionRow(*values)


def _decoded_if_any(text: str | None) -> Any:
    return None if text is None else _decoded(text)


def _decoded(text: str) -> Any:
    try:
        return exact_json.decode(text)
    except ValueError as error:
        raise StoreError(_unreadable(Path("a record"), error)) from error


def _unreadable(path: Path, error: Exception) -> Problem:
    title, remedy = "The store cannot be read", "See what is wrong: assent verify"
    return Problem("store.unreadable", title, f"{path}: {error}.", remedy)
