"""Looking at one version of a policy, whose bytes are checked against its hash first."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from assent_engine.admission import refused
from assent_engine.policies import choose_policy, choose_version
from assent_engine.store.rows import ApprovalRow, PolicyRow, VersionRow
from assent_service.cli.opening import reading


@dataclass(frozen=True, slots=True)
class Seen:
    """A version, and what was decided about it."""

    policy: PolicyRow
    version: VersionRow
    approval: ApprovalRow | None


async def look(home: Path | None, name: str, version: str | None = None) -> Seen:
    """The version given, else what waits, else what is in force; raises Refused if altered."""
    async with reading(home) as reader:
        policy = choose_policy(await reader.policies(), name)
        one = choose_version(policy, await reader.versions(policy.policy_id), version)
        seen = Seen(policy, one, await reader.approval(policy.policy_id, one.version))
    _refuse_altered(seen)
    return seen


def _refuse_altered(seen: Seen) -> None:
    expected = seen.approval.hash if seen.approval else seen.version.hash
    if hashlib.sha256(seen.version.document).hexdigest() != expected:
        detail = f"Version {seen.version.version} is not the document of {expected}."
        remedy = "Somebody changed the database. Propose and approve the policy again."
        raise refused("policy.tampered", detail, remedy)
