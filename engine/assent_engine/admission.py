"""Admission: only approved bytes, with the steps they were approved with, may run."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from assent_engine import asl
from assent_engine.clock import Clock
from assent_engine.interpreter import Program
from assent_engine.moments import timestamp
from assent_engine.registry import StepRegistry
from assent_engine.store import Store
from assent_engine.store.records import AuditEntry
from assent_engine.store.rows import VersionRow
from assent_engine.validation import machines, validate
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid, Problem, Refused
from assent_schemas.policy import Policy
from assent_schemas.statuses import PolicyStatus

ANEW = "Propose and approve it again, with another version."


@dataclass(frozen=True, slots=True)
class Admitted:
    """A policy version that was verified, at this approval epoch, and may run."""

    policy_id: str
    version: str
    hash: str
    epoch: int
    policy: Policy
    program: Program


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

    def check(self, document: Any) -> Policy:
        """Validate a document; raises PolicyInvalid with every problem.

        An imported machine that speaks JSONata can be simulated, and is refused here: what an
        owner approves must be readable, and its worst case known.
        """
        if found := asl.approval_problems(document):
            raise PolicyInvalid(found)
        return validate(document, self.registry)

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

    def pins(self, document: dict[str, Any]) -> dict[str, str]:
        """The fingerprint of every resource that a document can reach, macros followed."""
        found: dict[str, str] = {}
        waiting = list(_resources(document))
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
        policy = await self.store.read.policy(policy_id)
        if policy is None:
            raise refused("policy.unknown", f"There is no policy {policy_id}.")
        if policy.status is not PolicyStatus.ENABLED:
            raise refused(f"policy.{policy.status}", f"{policy.name} is {policy.status}.")
        version = version or policy.active_version
        if version is None:
            detail = f"No version of {policy.name} was approved."
            raise refused("policy.not_approved", detail)
        row = await self.store.read.version(policy_id, version)
        approval = await self.store.read.approval(policy_id, version)
        if row is None or approval is None or approval.decision != "approved":
            detail = f"Version {version} of {policy.name} is not approved."
            raise refused("policy.not_approved", detail)
        document = intact(row, approval.hash)
        if (lapsed := _difference(approval.steps, self.pins(document))) is not None:
            detail = f"{lapsed} is not what it was when version {version} was approved."
            raise refused("approval.lapsed", detail, ANEW)
        model = self._acceptable(document)
        program = Program.compile(model, partial(_machine_of, self.registry))
        return Admitted(policy_id, version, row.hash, epoch, model, program)

    def _acceptable(self, document: Any) -> Policy:
        """A document that was valid when it was approved, by the rules of today."""
        try:
            return self.check(document)
        except PolicyInvalid as invalid:
            detail, remedy = invalid.problem.detail, ANEW
            raise refused("policy.invalid", detail, remedy) from invalid


def intact(row: VersionRow, approved: str | None = None) -> dict[str, Any]:
    """The document of a version, its bytes being those of its hash; raises Refused."""
    expected = approved or row.hash
    document = _parsed(row.document)
    canonical = isinstance(document, dict) and exact_json.encode(document) == row.document
    if not canonical or exact_json.digest(document) != expected or row.hash != expected:
        detail = f"Version {row.version} of {row.policy_id} is not the document of {expected}."
        raise refused("policy.tampered", detail, f"Somebody changed the database. {ANEW}")
    return cast("dict[str, Any]", document)


def _parsed(text: bytes) -> Any | None:
    try:
        return exact_json.parse(text)
    except PolicyInvalid:
        return None


def _resources(document: Any) -> Iterator[str]:
    for _, machine in machines(document):
        for state in machine["states"].values():
            if "resource" in state:
                yield state["resource"]


def _machine_of(registry: StepRegistry, name: str) -> Any:
    macro = registry.macro(name)
    return macro.machine if macro else None


def _difference(pinned: dict[str, str], present: dict[str, str]) -> str | None:
    names = sorted(pinned.keys() | present.keys())
    return next((name for name in names if pinned.get(name) != present.get(name)), None)


_NOT_FOUND = ("unknown", "ambiguous", "no_such_version")
_REMEDIES = {
    "policy.disabled": "Switch it on again: assent policy enable",
    "policy.removed": "Propose it anew, without its policy_id: assent policy propose",
    "policy.ambiguous": "Name it by its id: assent policy list",
    "policy.not_approved": "Look at it and decide: assent policy approve",
    "policy.no_such_version": "See its versions: assent policy list",
    "policy.unknown": "List them: assent policy list",
    "run.unknown": "List them: assent run list",
    "run.ended": "Start a new one: assent run start",
    "approval.decided": "A decision is given once. To change it, propose a new version.",
}


def refused(code: str, detail: str, remedy: str = "") -> Refused:
    """The engine's no, with its reason."""
    found = code.rpartition(".")[2] not in _NOT_FOUND
    title = "The engine does not do this" if found else "Not found"
    return Refused(Problem(code, title, detail, remedy or _REMEDIES.get(code, "")))
