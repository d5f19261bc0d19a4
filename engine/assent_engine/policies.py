"""A policy's life: proposed, decided by the owner, in force, replaced, switched off, removed."""

import asyncio
import difflib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from assent_engine.admission import Admission
from assent_engine.clock import Clock
from assent_engine.moments import moment, timestamp
from assent_engine.policy_tests import run_tests
from assent_engine.ports import Randomness
from assent_engine.refusals import intact, refused
from assent_engine.scheduling.register import Register
from assent_engine.store import Store
from assent_engine.store.records import (
    AuditEntry,
    NewApproval,
    NewPolicy,
    NewVersion,
    PolicyChange,
    Record,
    VersionDecided,
)
from assent_engine.store.rows import PolicyRow, VersionRow
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid
from assent_schemas.policy import SCHEMA_VERSION
from assent_schemas.statuses import PolicyStatus, VersionStatus

REQUEST_LIFETIME = timedelta(days=7)
WITHDRAWN = "withdrawn by its author"
"""How a proposal is decided that nobody has to decide any more."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was proposed and now waits for the owner."""

    policy_id: str
    version: str
    hash: str
    name: str


@dataclass(slots=True)
class Policies:
    """Every change to policies and their versions, one at a time."""

    store: Store
    clock: Clock
    randomness: Randomness
    admission: Admission
    register: Register
    # Who asks and then writes must not be overtaken: a second decision would find no first one.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def propose(self, document: dict[str, Any], by: str) -> Proposal:
        """Take a document in as a proposal; assigns what a draft leaves out.

        Raises PolicyInvalid, also where a test of the policy fails, and Refused for a version
        that stands already.
        """
        callees = await self.admission.callees(document)
        if self.admission.check(document, callees).tests:
            await self._tested(document)
        draft: dict[str, Any] = exact_json.plain(document)
        draft.setdefault("policy_id", self.randomness.identifier())
        draft.setdefault("schema_version", SCHEMA_VERSION)
        async with self._turn:
            return await self._propose(draft, by)

    async def _tested(self, document: dict[str, Any]) -> None:
        # In a thread: other runs and doors go on while the tests do.
        report = await asyncio.to_thread(run_tests, document, self.admission.registry)
        if not report.passed:
            raise PolicyInvalid(report.problems)

    async def _propose(self, document: dict[str, Any], by: str) -> Proposal:
        policy_id = document["policy_id"]
        standing = await self.store.read.policy(policy_id)
        if standing is not None:
            _refuse_removed(standing)
        versions = await self.store.read.versions(policy_id)
        version = document.setdefault("version", _next_version(versions))
        if any(row.version == version for row in versions):
            detail = f"Version {version} of {policy_id} was proposed before."
            raise refused("policy.version_exists", detail, "Give the document another version.")
        new = self._version(document, by)
        first = [] if standing else [NewPolicy(policy_id, document["name"], new.at)]
        audit = self._audit(by, "propose", policy_id, version, new.hash)
        await self.store.commit(*first, new, audit)
        return Proposal(policy_id, version, new.hash, document["name"])

    def _version(self, document: dict[str, Any], by: str) -> NewVersion:
        """The row of a proposal; raises PolicyInvalid for what could not be read back."""
        text = exact_json.encode(document)
        exact_json.parse(text)
        now = self.clock.now()
        at, until = timestamp(now), timestamp(now + REQUEST_LIFETIME)
        digest = exact_json.digest(document)
        return NewVersion(document["policy_id"], document["version"], digest, text, by, at, until)

    async def find(self, reference: str) -> PolicyRow:
        """A policy by id, unique start of the id, or name; raises Refused."""
        everything = await self.store.read.policies()
        return choose_policy(everything, reference)

    async def pending(self, policy: PolicyRow, version: str | None = None) -> VersionRow:
        """The version given, or else the newest proposal that waits; raises Refused."""
        versions = await self.store.read.versions(policy.policy_id)
        waiting = [row for row in versions if row.status is VersionStatus.PROPOSED]
        wanted = [row for row in versions if row.version == version] if version else waiting
        if not wanted:
            what = f"no version {version}" if version else "no proposal that waits"
            raise refused("policy.no_such_version", f"{policy.name} has {what}.")
        return wanted[-1]

    async def approve(
        self, policy_id: str, version: str, digest: str, *, by: str, how: str
    ) -> None:
        """The owner's yes to exactly the document of this hash; it comes into force at once.

        Raises Refused where it is decided already, has expired, was altered, or is another one.
        """
        async with self._turn:
            await self._approve(policy_id, version, digest, by, how)

    async def _approve(self, policy_id: str, version: str, digest: str, by: str, how: str) -> None:
        row = await self._undecided(policy_id, version)
        if digest != row.hash:
            detail = f"The document shown had the hash {digest}, this one has {row.hash}."
            raise refused("approval.other_document", detail, "Look at it again, then decide.")
        async with self.admission.recording(policy_id):
            document = intact(row)
        called = await self.admission.callees(document)
        model = self.admission.check(document, called)
        policy = await self._policy(policy_id)
        _refuse_removed(policy)
        change = self._changed(policy, name=document["name"], active_version=version)
        pins = self.admission.pins(document, called)
        decision = self._decision(row, "approved", pins, by, how)
        decided = VersionDecided(policy_id, version, VersionStatus.APPROVED)
        audit = self._audit(by, "approve", policy_id, version, row.hash)
        async with self.register.turn:
            triggers = await self.register.in_force(policy_id, version, model, self.clock.now())
            await self.store.commit(decision, decided, change, *triggers, audit)

    async def reject(self, policy_id: str, version: str, *, by: str, how: str) -> None:
        """The owner's no to a proposal; raises Refused where it is decided already."""
        async with self._turn:
            row = await self._undecided(policy_id, version)
            decision = self._decision(row, "rejected", {}, by, how)
            decided = VersionDecided(policy_id, version, VersionStatus.REJECTED)
            audit = self._audit(by, "reject", policy_id, version, row.hash)
            await self.store.commit(decision, decided, audit)

    async def withdraw(self, policy_id: str, version: str, *, by: str) -> None:
        """An author takes a proposal back that nobody has decided; raises Refused."""
        async with self._turn:
            row = await self._undecided(policy_id, version)
            if row.proposed_by != by:
                detail = f"Version {version} of {policy_id} was proposed by {row.proposed_by}."
                raise refused("proposal.not_yours", detail)
            decision = self._decision(row, "rejected", {}, by, WITHDRAWN)
            decided = VersionDecided(policy_id, version, VersionStatus.REJECTED)
            audit = self._audit(by, "withdraw", policy_id, version, row.hash)
            await self.store.commit(decision, decided, audit)

    async def waiting_of(self, author: str) -> list[VersionRow]:
        """The proposals of one author that wait for the owner and have not expired."""
        now = timestamp(self.clock.now())
        return [
            version
            for policy in await self.store.read.policies()
            if policy.status is not PolicyStatus.REMOVED
            for version in await self.store.read.versions(policy.policy_id)
            if version.status is VersionStatus.PROPOSED
            if version.proposed_by == author and version.expires_at > now
        ]

    async def disable(self, policy_id: str, *, by: str) -> None:
        """Let no run start or go on; runs under way stop before their next step."""
        await self._switch(policy_id, PolicyStatus.DISABLED, "disable", by)

    async def enable(self, policy_id: str, *, by: str) -> None:
        """Undo `disable`."""
        await self._switch(policy_id, PolicyStatus.ENABLED, "enable", by)

    async def remove(self, policy_id: str, *, by: str) -> None:
        """Take a policy out of use for good; its documents stay for the runs that name them."""
        await self._switch(policy_id, PolicyStatus.REMOVED, "remove", by)

    async def rollback(self, policy_id: str, version: str | None = None, *, by: str) -> str:
        """Bring an earlier approved version back into force; returns which. Raises Refused."""
        async with self._turn:
            return await self._rollback(policy_id, version, by)

    async def _rollback(self, policy_id: str, version: str | None, by: str) -> str:
        policy = await self._policy(policy_id)
        approved = await self._approved(policy_id)
        target = version or _before(approved, policy.active_version)
        if target is None or target not in approved or target == policy.active_version:
            detail = f"{policy.name} has no other approved version{f' {version}' * bool(version)}."
            raise refused("policy.no_such_version", detail)
        admitted = await self.admission.admit(policy_id, target)
        change = self._changed(policy, active_version=target)
        now, audit = self.clock.now(), self._audit(by, "rollback", policy_id, target, "")
        async with self.register.turn:
            triggers = await self.register.in_force(policy_id, target, admitted.policy, now)
            await self.store.commit(change, *triggers, audit)
        return target

    async def _approved(self, policy_id: str) -> list[str]:
        """The approved versions, in the order in which they were approved."""
        versions = await self.store.read.versions(policy_id)
        decisions = [await self.store.read.approval(policy_id, row.version) for row in versions]
        yes = [one for one in decisions if one is not None and one.decision == "approved"]
        return [one.version for one in sorted(yes, key=lambda one: one.decided_at)]

    async def _undecided(self, policy_id: str, version: str) -> VersionRow:
        row = await self.store.read.version(policy_id, version)
        if row is None:
            raise refused("policy.no_such_version", f"{policy_id} has no version {version}.")
        if row.status is not VersionStatus.PROPOSED:
            approval = await self.store.read.approval(policy_id, version)
            by = f" by {approval.decided_by} on {approval.decided_at}" if approval else ""
            raise refused("approval.decided", f"Version {version} was {row.status}{by}.")
        if self.clock.now() >= moment(row.expires_at):
            detail = f"The request for version {version} expired on {row.expires_at}."
            raise refused("approval.expired", detail, "Propose the policy again.")
        return row

    async def _switch(self, policy_id: str, status: PolicyStatus, action: str, by: str) -> None:
        async with self._turn:
            policy = await self._policy(policy_id)
            _refuse_removed(policy)
            change = self._changed(policy, status=status)
            audit = self._audit(by, action, policy_id, "", "")
            async with self.register.turn:
                triggers = await self._triggers(policy_id, status)
                await self.store.commit(change, *triggers, audit)
        self.admission.revoked()

    async def _triggers(self, policy_id: str, status: PolicyStatus) -> list[Record]:
        """What a change of status does to the policy's triggers; off, they go on being recorded."""
        now = self.clock.now()
        if status is PolicyStatus.REMOVED:
            return await self.register.removed(policy_id, now)
        return await self.register.enabled(policy_id, now) if status is PolicyStatus.ENABLED else []

    async def _policy(self, policy_id: str) -> PolicyRow:
        row = await self.store.read.policy(policy_id)
        if row is None:
            raise refused("policy.unknown", f"There is no policy {policy_id}.")
        return row

    def _changed(self, policy: PolicyRow, **to: Any) -> PolicyChange:
        values = {
            "name": policy.name,
            "status": policy.status,
            "active_version": policy.active_version,
        }
        return PolicyChange(policy.policy_id, **(values | to), at=timestamp(self.clock.now()))

    def _decision(
        self, row: VersionRow, decision: str, steps: dict[str, str], by: str, how: str
    ) -> NewApproval:
        return NewApproval(
            id=self.randomness.identifier(),
            kind="policy",
            policy_id=row.policy_id,
            version=row.version,
            hash=row.hash,
            decision=decision,
            steps=exact_json.encode(steps).decode(),
            decided_by=by,
            decided_how=how,
            at=timestamp(self.clock.now()),
        )

    def _audit(self, who: str, action: str, policy_id: str, *about: str) -> AuditEntry:
        detail = " ".join(part for part in about if part)
        return AuditEntry(timestamp(self.clock.now()), who, action, policy_id, detail)


def _refuse_removed(policy: PolicyRow) -> None:
    if policy.status is PolicyStatus.REMOVED:
        raise refused("policy.removed", f"{policy.name} was removed.")


def choose_policy(policies: list[PolicyRow], reference: str) -> PolicyRow:
    """A policy by id, unique start of the id, or name; raises Refused."""
    exact = [row for row in policies if reference in (row.policy_id, row.name)]
    found = exact or [row for row in policies if row.policy_id.startswith(reference)]
    # A name that was given up with its policy may be borne by another one since.
    found = [row for row in found if row.status is not PolicyStatus.REMOVED] or found
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(row.policy_id for row in found)
        raise refused("policy.ambiguous", f"{reference!r} names several policies: {ids}.")
    near = difflib.get_close_matches(reference, [row.name for row in policies], n=1)
    remedy = f'Did you mean "{near[0]}"?' if near else ""
    raise refused("policy.unknown", f"There is no policy {reference!r}.", remedy)


def choose_version(
    policy: PolicyRow, versions: list[VersionRow], wanted: str | None = None
) -> VersionRow:
    """The version wanted; else the newest that waits, else the one in force, else the newest."""
    if wanted is None:
        waiting = [row for row in versions if row.status is VersionStatus.PROPOSED]
        active = [row for row in versions if row.version == policy.active_version]
        return (waiting[-1:] or active or versions[-1:])[0]
    for row in versions:
        if row.version == wanted:
            return row
    raise refused("policy.no_such_version", f"{policy.name} has no version {wanted}.")


def _next_version(versions: list[VersionRow]) -> str:
    if not versions:
        return "1.0.0"
    major, minor, _ = max(tuple(map(int, row.version.split("."))) for row in versions)
    return f"{major}.{minor + 1}.0"


def _before(approved: list[str], active: str | None) -> str | None:
    """The approved version just before the active one."""
    at = approved.index(active) if active in approved else 0
    return approved[at - 1] if at > 0 else None
