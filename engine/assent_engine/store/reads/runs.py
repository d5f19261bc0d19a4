"""Questions about runs: where each stands, whom it called, what waits."""

from typing import Any

from assent_engine.store.reads.asking import Asking, Part
from assent_engine.store.reads.values import decoded, word
from assent_engine.store.rows import RunRow
from assent_schemas.statuses import RunStatus

_RUN_COLUMNS = (
    "id, policy_id, policy_version, policy_hash, status, current_step, context, cursor,"
    " cursor_seq, output, error, cause, cancelling, concurrency_key, concurrency_limit,"
    " place, created_at, updated_at, parent_run, parent_key"
)
_JSON_COLUMNS = (6, 7, 9)
_OPEN_FAMILIES = (
    "WITH RECURSIVE held(id) AS (SELECT id FROM workflow_executions"
    " WHERE status NOT IN ('COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED') UNION"
    " SELECT r.id FROM workflow_executions r JOIN held ON r.parent_run = held.id)"
)
"""Open runs with all that they called: whoever called a run may have to reverse what it did."""


class RunReads(Asking):
    """Questions about runs: where each stands, whom it called, what waits."""

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
            (run_id, word(RunStatus, status), ended, effects, int(size))
            for run_id, status, ended, effects, size in await self._all(sql)
        ]

    async def open_runs_of(self, policy_id: str) -> list[RunRow]:
        """Runs of a policy that have not ended, without those that another run called."""
        where = "policy_id = ? AND parent_run IS NULL"
        ended = "('COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED')"
        sql = f"SELECT {_RUN_COLUMNS} FROM workflow_executions WHERE {where} AND status NOT IN {ended}"  # noqa: E501, S608
        return [_run(row) for row in await self._all(sql, policy_id)]


def _run(row: tuple[Any, ...]) -> RunRow:
    values: list[Any] = [
        decoded(value) if at in _JSON_COLUMNS and value is not None else value
        for at, value in enumerate(row)
    ]
    values[4] = word(RunStatus, values[4])
    return RunRow(*values)
