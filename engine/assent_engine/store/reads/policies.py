"""Questions about policies, their versions and what was decided of each."""

from typing import Any

from assent_engine.store.reads.asking import Asking
from assent_engine.store.reads.values import decoded, word
from assent_engine.store.rows import (
    ApprovalRow,
    PolicyRow,
    VersionRow,
)
from assent_schemas.statuses import PolicyStatus, VersionStatus

_VERSION_COLUMNS = (
    "policy_id, version, hash, document, status, proposed_by, proposed_at, expires_at"
)
_APPROVAL_COLUMNS = (
    "id, kind, policy_id, version, hash, decision, steps, decided_by, decided_how, decided_at"
)
_STEPS = 6


class PolicyReads(Asking):
    """Questions about policies, their versions and what was decided of each."""

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
        values[_STEPS] = decoded(values[_STEPS])
        return ApprovalRow(*values)


def _policy(row: tuple[Any, ...]) -> PolicyRow:
    policy_id, name, status, *rest = row
    return PolicyRow(policy_id, name, word(PolicyStatus, status), *rest)


def _version(row: tuple[Any, ...]) -> VersionRow:
    policy_id, version, digest, document, status, *rest = row
    return VersionRow(policy_id, version, digest, document, word(VersionStatus, status), *rest)
