"""Gaps: what agents say that they lack, each once however often it is reported."""

from dataclasses import dataclass

from assent_engine.clock import Clock
from assent_engine.moments import timestamp
from assent_engine.store import Store
from assent_engine.store.records import GapReported, GapsCut
from assent_engine.store.rows import GapRow
from assent_schemas import exact_json
from assent_schemas.gaps import GapReport

KEPT = 500
"""Gaps; beyond it the one that was not reported for the longest time goes."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Keeps what was reported last about the same missing tools, and how often it was."""

    store: Store
    clock: Clock

    async def report(self, client: str, report: GapReport) -> GapRow:
        """Note that a client lacks these tools; the same ones are one gap, whoever names them."""
        key = exact_json.digest(sorted({tool.name.casefold() for tool in report.missing_tools}))
        text = exact_json.encode(report.model_dump()).decode()
        noted = GapReported(key, text, client, timestamp(self.clock.now()))
        await self.store.commit(noted, GapsCut(KEPT))
        return next(row for row in await self.listed() if row.key == key)

    async def listed(self) -> list[GapRow]:
        """Every gap, the latest reported first."""
        return await self.store.read.gaps()
