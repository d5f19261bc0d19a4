"""Looking at one version of a policy, whose bytes are checked against its hash first."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assent_engine.callees import Callee, Callees, gather
from assent_engine.home import Home
from assent_engine.policies import choose_policy, choose_version
from assent_engine.refusals import intact
from assent_engine.scheduling.doubts import known_policies
from assent_engine.store import Reader
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
    intact(seen.version, seen.approval.hash if seen.approval else None)
    return seen


async def called(home: Path | None, *documents: dict[str, Any]) -> Callees | None:
    """The policies in force that these documents call; None where there is no home to look in."""
    database = Home.find(home).database
    if not database.exists():
        return None
    found: dict[str, Callee] = {}
    async with Reader.open(database) as reader:
        for document in documents:
            found |= await gather(reader, document)
    return found


async def known_here(home: Path | None) -> set[str] | None:
    """The names and ids of the policies; None where there is no home to look in."""
    database = Home.find(home).database
    if not database.exists():
        return None
    async with Reader.open(database) as reader:
        return known_policies(await reader.policies())
