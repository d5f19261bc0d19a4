"""What waits for the owner's yes or no: proposals of policies and questions of runs, as one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assent_engine.refusals import refused
from assent_engine.requests import OPEN, choose_request, what_is_shown
from assent_engine.store import Reader
from assent_engine.store.rows import PolicyRow, RequestRow, VersionRow
from assent_schemas.statuses import PolicyStatus, VersionStatus
from assent_service.cli.opening import reading

POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to decide; `version` is that of a policy, `row` the question of a run."""

    id: str
    kind: str
    what: str
    who: str
    until: str
    hash: str
    version: str = ""
    row: RequestRow | None = None

    @property
    def request(self) -> RequestRow:
        """The question of a run."""
        assert self.row is not None  # noqa: S101 - a policy is told by its kind
        return self.row

    def as_json(self) -> dict[str, Any]:
        """What a list says of it."""
        facts = {
            "id": self.id,
            "kind": self.kind,
            "what": self.what,
            "who": self.who,
            "until": self.until,
            "hash": self.hash,
        }
        return facts | ({"version": self.version} if self.version else {})


async def all_waiting(home: Path | None) -> list[Waiting]:
    """Everything that is undecided, the soonest to expire first."""
    async with reading(home) as reader:
        found = await _policies(reader)
        rows = [row for row in await reader.requests() if row.status == OPEN]
        found += [await _request(reader, row) for row in rows]
    return sorted(found, key=lambda one: one.until)


async def one_waiting(home: Path | None, start: str) -> Waiting:
    """The proposal or question whose id starts so, or the proposal of that policy's name.

    Decided questions are found, too. Raises Refused.
    """
    async with reading(home) as reader:
        proposals = [one for one in await _policies(reader) if _is_meant(one, start)]
        rows = [row for row in await reader.requests() if row.id.startswith(start)]
        if len({one.id for one in proposals}) + len(rows) > 1:
            detail = f"{start!r} begins the ids of several requests."
            raise refused("approval.ambiguous", detail, "List them: assent approvals list")
        if proposals:
            return proposals[-1]
        return await _request(reader, choose_request(rows, start))


def _is_meant(proposal: Waiting, start: str) -> bool:
    return proposal.id.startswith(start) or proposal.what == _what(start, proposal.version)


def _what(name: str, version: str) -> str:
    return f"{name}, version {version}"


async def _policies(reader: Reader) -> list[Waiting]:
    found: list[Waiting] = []
    for policy in await reader.policies():
        versions = await reader.versions(policy.policy_id)
        if policy.status is not PolicyStatus.REMOVED:
            found += [_proposal(policy, one) for one in versions if _waits(one)]
    return found


def _waits(version: VersionRow) -> bool:
    return version.status is VersionStatus.PROPOSED


def _proposal(policy: PolicyRow, version: VersionRow) -> Waiting:
    what = _what(policy.name, version.version)
    who, until = version.proposed_by, version.expires_at
    return Waiting(policy.policy_id, POLICY, what, who, until, version.hash, version.version)


async def _request(reader: Reader, row: RequestRow) -> Waiting:
    run = await reader.run(row.run_id)
    policy = await reader.policy(run.policy_id) if run else None
    who = f"{policy.name if policy else '?'}, run {row.run_id}"
    return Waiting(row.id, row.kind, row.title, who, row.deadline, row.hash, row=row)


def request_facts(row: RequestRow) -> dict[str, Any]:
    """All of a question in JSON; raises Refused where it was altered."""
    return {
        "id": row.id,
        "kind": row.kind,
        "run_id": row.run_id,
        "status": row.status,
        "until": row.deadline,
        "hash": row.hash,
        "decided_by": row.decided_by,
        "decided_how": row.decided_how,
        "closed_at": row.closed_at,
        "note": row.note,
        "shown": what_is_shown(row),
    }
