"""Looking: everything about an approval as the store has it, of one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assent_engine.callees import Callee, gather
from assent_engine.refusals import intact, refused
from assent_engine.requests import what_is_shown
from assent_engine.store import Reader
from assent_engine.store.rows import PolicyRow, RequestRow, RunRow, VersionRow
from assent_schemas import exact_json
from assent_schemas.errors import Problem
from assent_schemas.statuses import VersionStatus
from assent_service.desk.policy_reading import doubts
from assent_service.desk.reviewing import Subject
from assent_service.desk.room import Room
from assent_service.review.standing import Standing, of_proposal, of_question

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version of a policy, with the document in force that it would replace."""

    policy: PolicyRow
    version: VersionRow
    document: Json
    before: Json | None
    called: Mapping[str, Callee]
    doubts: Sequence[Problem]
    """What is doubtful about its triggers as things stand."""
    standing: Standing

    @property
    def hash(self) -> str:
        return self.version.hash

    @property
    def basis(self) -> str:
        """The hash of all that a reading of it rests on."""
        called = {name: one.hash for name, one in self.called.items()}
        policy = {"status": self.policy.status, "in_force": self.policy.active_version}
        return exact_json.digest({"hash": self.hash, "policy": policy, "called": called})


@dataclass(frozen=True, slots=True)
class Question:
    """What a run, or a due time that was missed, asks."""

    row: RequestRow
    shown: Json
    run: RunRow | None
    standing: Standing

    @property
    def hash(self) -> str:
        return self.row.hash

    @property
    def basis(self) -> str:
        """What is asked never changes, and its hash binds all of it."""
        return self.hash


Seen = Proposal | Question


async def look(room: Room, subject: Subject, now: datetime) -> Seen:
    """What is reviewed as it stands; raises Refused where it is gone, or is not what was hashed."""
    if subject.version is None:
        return await _question(room.read, subject.id, now)
    return await _proposal(room, subject.id, subject.version, now)


async def _question(read: Reader, request_id: str, now: datetime) -> Question:
    row = await read.request(request_id)
    if row is None:
        raise refused("approval.unknown", f"There is no request {request_id}.")
    run = await read.run(row.run_id) if row.run_id else None
    return Question(row, what_is_shown(row), run, of_question(row, now))


async def _proposal(room: Room, policy_id: str, version: str, now: datetime) -> Proposal:
    read = room.read
    policy, row = await read.policy(policy_id), await read.version(policy_id, version)
    if policy is None or row is None:
        raise refused("policy.no_such_version", f"{policy_id} has no version {version}.")
    decision = await read.approval(policy_id, version)
    document = intact(row, decision.hash if decision else None)
    before = await _before(read, policy, row)
    called = {**(await gather(read, before) if before else {}), **await gather(read, document)}
    doubtful = await doubts(room, document) if row.status is VersionStatus.PROPOSED else []
    standing = of_proposal(policy, row, decision, now)
    return Proposal(policy, row, document, before, called, doubtful, standing)


async def _before(read: Reader, policy: PolicyRow, row: VersionRow) -> Json | None:
    """The document in force, where it is another one."""
    if policy.active_version in (None, row.version):
        return None
    active = await read.version(policy.policy_id, str(policy.active_version))
    return None if active is None else intact(active)
