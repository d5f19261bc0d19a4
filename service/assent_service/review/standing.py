"""How what is reviewed stands: it waits, was decided somewhere, or cannot be decided any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assent_engine.effects import APPROVED, REJECTED
from assent_engine.moments import moment
from assent_engine.requests import OPEN, WITHDRAWN
from assent_engine.store.rows import ApprovalRow, PolicyRow, RequestRow, VersionRow
from assent_schemas.statuses import PolicyStatus, VersionStatus

HOW = "review page"
"""How a decision here was made, as approvals keep it."""
Status = Literal["waiting", "approved", "rejected", "expired", "withdrawn", "removed"]
_CLIENTS = {"cli": "the CLI", "tray": "the tray", HOW: "the review page"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where it stands and, once it was decided, by whom, by which way and when."""

    status: Status
    by: str = ""
    how: str = ""
    at: str = ""
    note: str | None = None

    @property
    def waits(self) -> bool:
        return self.status == "waiting"

    @property
    def way(self) -> str:
        """The way by which it was decided, in words."""
        client = self.how.removeprefix("owner door, ").partition("/")[0]
        return _CLIENTS.get(client, client)


def of_proposal(
    policy: PolicyRow, version: VersionRow, decision: ApprovalRow | None, now: datetime
) -> Standing:
    """How a version of a policy stands."""
    if version.status is not VersionStatus.PROPOSED:
        yes = version.status is VersionStatus.APPROVED
        status: Status = "approved" if yes else "rejected"
        if decision is None:
            return Standing(status)
        return Standing(status, decision.decided_by, decision.decided_how, decision.decided_at)
    if policy.status is PolicyStatus.REMOVED:
        return Standing("removed")
    return Standing("waiting" if now < moment(version.expires_at) else "expired")


def of_question(row: RequestRow, now: datetime) -> Standing:
    """How a question stands."""
    if row.status == OPEN:
        return Standing("waiting" if now < moment(row.deadline) else "expired")
    if row.status == WITHDRAWN:
        return Standing("withdrawn", at=row.closed_at or "")
    if row.status not in (APPROVED, REJECTED):
        return Standing("expired", at=row.closed_at or "")
    status: Status = "approved" if row.status == APPROVED else "rejected"
    told = row.decided_by or "", row.decided_how or "", row.closed_at or ""
    return Standing(status, *told, note=row.note)
