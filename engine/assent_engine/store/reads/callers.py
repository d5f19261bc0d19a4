"""Questions about who may call: webhooks, MCP clients, and the settings of their doors."""

from typing import Any

from assent_engine.store.reads.asking import Asking
from assent_engine.store.reads.values import decoded
from assent_engine.store.rows import (
    ClientRow,
    GapRow,
    HookRow,
)


class CallerReads(Asking):
    """Questions about who may call: webhooks, MCP clients, and the settings of their doors."""

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
        return decoded(rows[0][0]) if rows else None

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
