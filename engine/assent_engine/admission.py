"""Admission: only approved bytes, with the steps they were approved with, may run."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from assent_engine import asl
from assent_engine.callees import Callees, gather, models
from assent_engine.clock import Clock
from assent_engine.interpreter import Program
from assent_engine.moments import timestamp
from assent_engine.refusals import ANEW, intact, refused
from assent_engine.registry import StepRegistry
from assent_engine.store import Store
from assent_engine.store.records import AuditEntry
from assent_engine.store.rows import ALL, PolicyRow
from assent_engine.validation import machines, validate
from assent_schemas.errors import PolicyInvalid, Refused
from assent_schemas.policy import Policy
from assent_schemas.states import POLICY_RUN
from assent_schemas.statuses import PolicyStatus

POLICY = "policy:"
"""How the pin of a called policy begins."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A policy version that was verified, at this approval epoch, and may run.

    `called` are the policies that it can call, by the names that it uses.
    """

    policy_id: str
    version: str
    hash: str
    epoch: int
    policy: Policy
    program: Program
    called: Callees


@dataclass(slots=True)
class Admission:
    """Verifies what the store holds against what the owner approved."""

    store: Store
    clock: Clock
    registry: StepRegistry
    _revocations: int = 0

    @property
    def epoch(self) -> int:
        """A number that changes whenever a permission may have ended, by us or by others."""
        return self._revocations + self.store.foreign_writes

    def revoked(self) -> None:
        """Note that a permission has ended: every run looks again before its next step."""
        self._revocations += 1

    async def callees(self, document: Any) -> Callees:
        """The policies in force that a document calls; raises Refused where one was altered."""
        return await gather(self.store.read, document)

    def check(self, document: Any, called: Callees) -> Policy:
        """Validate a document and its calls; raises PolicyInvalid with every problem.

        An imported machine that speaks JSONata can be simulated, and is refused here: what an
        owner approves must be readable, and its worst case known.
        """
        if found := asl.approval_problems(document):
            raise PolicyInvalid(found)
        return validate(document, self.registry.calling(models(called)))

    async def admit(self, policy_id: str, version: str | None = None) -> Admitted:
        """The verified policy that may run now; raises Refused, and records the refusal.

        Checked: enabled, this version approved, its bytes those that were approved, and every
        step what it was at approval.
        """
        async with self.recording(policy_id):
            return await self._admit(policy_id, version)

    @asynccontextmanager
    async def recording(self, policy_id: str) -> AsyncIterator[None]:
        """Put a refusal into the audit records before it is passed on."""
        try:
            yield
        except Refused as refusal:
            at, why = timestamp(self.clock.now()), str(refusal)
            await self.store.commit(AuditEntry(at, "engine", "refuse", policy_id, why))
            raise

    def pins(self, document: dict[str, Any], called: Callees) -> dict[str, str]:
        """The fingerprint of every resource that a document can reach, macros followed.

        With them the hash of every called policy, as policy:ID, and all that it can reach.
        """
        found = {f"{POLICY}{one.policy_id}": one.hash for one in called.values()}
        documents = [document, *(one.document for one in called.values())]
        waiting = [name for one in documents for name in _resources(one)]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            macro, step = self.registry.macro(name), self.registry.step(name)
            declared = macro or step
            found[name] = declared.fingerprint if declared else ""
            if macro:
                waiting.extend(_resources(macro.document))
            if step and step.compensation:
                waiting.append(step.compensation.resource)
        return found

    async def _admit(self, policy_id: str, version: str | None) -> Admitted:
        epoch = self.epoch
        policy = await self._switched_on(policy_id)
        version = version or policy.active_version
        if version is None:
            detail = f"No version of {policy.name} was approved."
            raise refused("policy.not_approved", detail, _decide(policy))
        row = await self.store.read.version(policy_id, version)
        approval = await self.store.read.approval(policy_id, version)
        if row is None or approval is None or approval.decision != "approved":
            detail = f"Version {version} of {policy.name} is not approved."
            raise refused("policy.not_approved", detail, _decide(policy))
        document = intact(row, approval.hash)
        called = await self.callees(document)
        if (lapsed := _difference(approval.steps, self.pins(document, called))) is not None:
            what = await self._shown(lapsed)
            detail = f"{what} is not what it was when version {version} was approved."
            raise refused("approval.lapsed", detail, ANEW)
        model = self._acceptable(document, called)
        program = Program.compile(model, partial(_machine_of, self.registry))
        return Admitted(policy_id, version, row.hash, epoch, model, program, called)

    async def is_on(self, policy_id: str) -> bool:
        """Whether a policy is neither disabled nor paused; asking is no refusal to be recorded."""
        try:
            await self._switched_on(policy_id)
        except Refused:
            return False
        return True

    async def _switched_on(self, policy_id: str) -> PolicyRow:
        policy = await self.store.read.policy(policy_id)
        if policy is None:
            raise refused("policy.unknown", f"There is no policy {policy_id}.")
        if policy.status is not PolicyStatus.ENABLED:
            removed = policy.status is PolicyStatus.REMOVED
            code = "policy.removed" if removed else "policy.disabled"
            raise refused(code, f"{policy.name} is {policy.status}.")
        await self._refuse_paused(policy)
        return policy

    async def _refuse_paused(self, policy: PolicyRow) -> None:
        now = timestamp(self.clock.now())
        for one in await self.store.read.pauses():
            if one.subject in (ALL, policy.policy_id) and one.holds(now):
                what = "Everything" if one.subject == ALL else policy.name
                until = f" until {one.until}" if one.until else ""
                raise refused("policy.paused", f"{what} is paused{until}, by {one.paused_by}.")

    async def _shown(self, pin: str) -> str:
        """What a pin stands for, in words."""
        if not pin.startswith(POLICY):
            return pin
        policy_id = pin.removeprefix(POLICY)
        row = await self.store.read.policy(policy_id)
        return f"The policy {row.name if row else policy_id!r} that it runs"

    def _acceptable(self, document: Any, called: Callees) -> Policy:
        """A document that was valid when it was approved, by the rules of today."""
        try:
            return self.check(document, called)
        except PolicyInvalid as invalid:
            detail, remedy = invalid.problem.detail, ANEW
            raise refused("policy.invalid", detail, remedy) from invalid


def _decide(policy: PolicyRow) -> str:
    return f"Look at it and decide: assent policy approve {policy.policy_id}"


def _resources(document: Any) -> Iterator[str]:
    for _, machine in machines(document):
        for state in machine["states"].values():
            if state.get("resource", POLICY_RUN) != POLICY_RUN:
                yield state["resource"]


def _machine_of(registry: StepRegistry, name: str) -> Any:
    macro = registry.macro(name)
    return macro.machine if macro else None


def _difference(pinned: dict[str, str], present: dict[str, str]) -> str | None:
    # A called policy first: that it changed is why what it calls did.
    names = sorted(pinned.keys() | present.keys(), key=lambda one: (POLICY not in one, one))
    return next((name for name in names if pinned.get(name) != present.get(name)), None)
