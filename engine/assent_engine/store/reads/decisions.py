"""Questions about what the owner decides: cases, questions, pauses."""

from typing import Any

from assent_engine.store.reads.asking import Asking
from assent_engine.store.reads.values import decoded
from assent_engine.store.rows import (
    InterventionRow,
    PauseRow,
    RequestRow,
)

_INTERVENTION_JSON = (5, 6, 10)


class DecisionReads(Asking):
    """Questions about what the owner decides: cases, questions, pauses."""

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

    async def requests(self, run_id: str | None = None) -> list[RequestRow]:
        """Questions to the owner in the order in which they were asked; of one run, or all."""
        sql = "SELECT * FROM requests WHERE ?1 IS NULL OR run_id = ?1 ORDER BY rowid"
        return [RequestRow(*row) for row in await self._all(sql, run_id)]

    async def request(self, request_id: str) -> RequestRow | None:
        rows = await self._all("SELECT * FROM requests WHERE id = ?", request_id)
        return RequestRow(*rows[0]) if rows else None


def _intervention(row: tuple[Any, ...]) -> InterventionRow:
    values = list(row)
    for at in _INTERVENTION_JSON:
        values[at] = None if values[at] is None else decoded(values[at])
    return InterventionRow(*values)
