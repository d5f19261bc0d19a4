"""Proposals: a document put before the owner, and taken back by whoever put it there."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from assent_engine.policies import Proposal, choose_policy, choose_version
from assent_engine.reading import Unbounded
from assent_engine.reading.difference import PolicyDiff
from assent_engine.refusals import intact
from assent_engine.store.rows import VersionRow
from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused
from assent_schemas.policy import SCHEMA_VERSION
from assent_schemas.statuses import PolicyStatus
from assent_service.agent_door.arguments import exactly
from assent_service.agent_door.bounds import BOUNDS
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.tool import Asked, Told, Visit
from assent_service.agent_door.tools.authoring import DocumentAsked
from assent_service.agent_door.tools.drafts import (
    Document,
    EffectTold,
    ProblemTold,
    Read,
    compared,
    read_out,
)

AWAITING = "awaiting_approval"


class Proposing(Asked):
    """A document for the owner."""

    document: DocumentAsked


class ProposalTold(Told):
    """What waits for the owner from now on, and what they are asked."""

    state: str
    policy_id: str
    version: str
    hash: str
    name: str
    expires_at: str
    owner_is_asked: list[str]
    brief: str
    reading: str
    worst_case: dict[str, Any]
    risk: str
    side_effects: list[EffectTold]
    warnings: list[ProblemTold]
    compared_with_version_in_force: dict[str, Any] | None = None
    namesakes: list[str]
    next: str


class Withdrawing(Asked):
    """Which proposal is taken back."""

    policy: Annotated[str, Field(max_length=512, description="The policy, by its name or id.")]
    version: Annotated[str, Field(max_length=64)] | None = None
    """Without it the newest that waits."""


class Withdrawn(Told):
    """What was taken back."""

    state: str
    policy_id: str
    version: str


async def propose_policy(visit: Visit, asked: Proposing) -> ProposalTold:
    return await proposed(visit, exactly(asked.document))


async def proposed(visit: Visit, document: Document) -> ProposalTold:
    """Put a document before the owner; raises PolicyInvalid, and Refused where enough waits.

    What waits already of the same author is answered as it stands, and not asked twice.
    """
    waiting = await visit.reach.waiting_of(visit.by)
    alike = _alike(waiting, document)
    if alike is None:
        _refuse_too_many(waiting)
    read = await read_out(visit.reach, document)
    made = alike or await visit.reach.propose(document, visit.by)
    difference = await _difference(visit.reach, made)
    row = await visit.reach.read.version(made.policy_id, made.version)
    until = row.expires_at if row else ""
    return ProposalTold(
        state=AWAITING,
        policy_id=made.policy_id,
        version=made.version,
        hash=made.hash,
        name=made.name,
        expires_at=until,
        owner_is_asked=_questions(made, until, read, difference),
        brief=read.brief,
        reading=read.text,
        worst_case=read.worst_case,
        risk=read.risk,
        side_effects=read.effects,
        warnings=read.warnings,
        compared_with_version_in_force=difference.as_json() if difference else None,
        namesakes=await _namesakes(visit.reach, made),
        next="Only the owner can decide. Look again with get_policy; you cannot approve it.",
    )


async def withdraw_proposal(visit: Visit, asked: Withdrawing) -> Withdrawn:
    read = visit.reach.read
    policy = choose_policy(await read.policies(), asked.policy)
    row = choose_version(policy, await read.versions(policy.policy_id), asked.version)
    await visit.reach.withdraw(policy.policy_id, row.version, visit.by)
    return Withdrawn(state="withdrawn", policy_id=policy.policy_id, version=row.version)


def _alike(waiting: Sequence[VersionRow], document: Document) -> Proposal | None:
    """The proposal that waits of the same policy and content; a draft may leave its version out."""
    for row in waiting:
        whole = {"schema_version": SCHEMA_VERSION, "version": row.version, **document}
        if row.policy_id == whole.get("policy_id") and exact_json.digest(whole) == row.hash:
            return Proposal(row.policy_id, row.version, row.hash, whole["name"])
    return None


def _refuse_too_many(waiting: Sequence[VersionRow]) -> None:
    if len(waiting) < BOUNDS.open_proposals:
        return
    ids = ", ".join(sorted({f"{one.policy_id} {one.version}" for one in waiting})[:3])
    detail = f"{len(waiting)} proposals of yours wait for the owner, such as {ids}."
    remedy = "Wait for a decision, or take one back: withdraw_proposal."
    raise Refused(Problem("proposal.too_many", "Enough is waiting", detail, remedy))


async def _difference(reach: Reach, made: Proposal) -> PolicyDiff | None:
    """What the proposal changes of the version in force, if there is one."""
    policy = await reach.read.policy(made.policy_id)
    if policy is None or policy.active_version is None:
        return None
    old = await reach.read.version(made.policy_id, policy.active_version)
    new = await reach.read.version(made.policy_id, made.version)
    if old is None or new is None:
        return None
    before, after = intact(old), intact(new)
    registry = await reach.known_by(after)
    return await reach.in_thread(compared, before, after, registry)


async def _namesakes(reach: Reach, made: Proposal) -> list[str]:
    return [
        row.policy_id
        for row in await reach.read.policies()
        if row.name == made.name
        and row.policy_id != made.policy_id
        and row.status is not PolicyStatus.REMOVED
    ]


def _questions(made: Proposal, until: str, read: Read, difference: PolicyDiff | None) -> list[str]:
    """What the owner is asked now, and will be asked in runs."""
    asked = [
        f"Whether exactly this document may run (hash {made.hash}), until {until}.",
        f"They are shown: {read.brief}",
    ]
    if difference is not None:
        asked.append(f"Against the version in force it is {difference.verdict}.")
    if isinstance(read.questions, Unbounded):
        asked.append("In a run: questions without a bound.")
    elif read.questions:
        asked.append(f"In a run: at most {read.questions} questions.")
    return asked
