"""The policies that a document calls, found in the store: in force, their bytes verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assent_engine.refusals import intact, refused
from assent_engine.store import Reader
from assent_engine.store.rows import PolicyRow
from assent_engine.validation import Named, callees, validate
from assent_schemas.errors import PolicyInvalid
from assent_schemas.policy import Policy
from assent_schemas.spelling import nearest
from assent_schemas.statuses import PolicyStatus

MOST_CALLEES = 64


@dataclass(frozen=True, slots=True)
class Callee:
    """A called policy's version in force, and the hash that the owner approved."""

    policy_id: str
    hash: str
    document: dict[str, Any]
    policy: Policy


Callees = Mapping[str, Callee]
"""By the name or id that their callers use."""


async def gather(read: Reader, document: Any) -> Callees:
    """Every policy that a document calls, those that they call included; raises Refused.

    What is unknown, ambiguous or not in force is left out, and the one that was most likely
    meant instead is there, so that a validator can name it.
    """
    waiting = list(callees(document)) if isinstance(document, dict) else []
    rows = await read.policies() if waiting else []
    known = [row.name for row in rows if _may_run(row)]
    found: dict[str, Callee] = {}
    seen: set[str] = set()
    while waiting:
        if (name := waiting.pop()) in seen:
            continue
        seen.add(name)
        if (callee := await _in_force(read, name, rows)) is not None:
            found[name] = callee
            waiting.extend(callees(callee.document))
        elif (near := nearest(name, known)) is not None:
            waiting.append(near)
        if len(found) > MOST_CALLEES:
            detail = f"It calls more than {MOST_CALLEES} policies, itself or through others."
            raise refused("policy.too_many_callees", detail)
    return found


def models(called: Callees) -> dict[str, Policy]:
    """The called policies, read."""
    return {name: one.policy for name, one in called.items()}


def _may_run(row: PolicyRow) -> bool:
    return row.status is PolicyStatus.ENABLED and row.active_version is not None


async def _in_force(read: Reader, reference: str, rows: list[PolicyRow]) -> Callee | None:
    """The one policy of that name or id, if it may run."""
    named = [row for row in rows if reference in (row.policy_id, row.name) and _may_run(row)]
    version = named[0].active_version if len(named) == 1 else None
    if version is None:
        return None
    policy_id = named[0].policy_id
    row = await read.version(policy_id, version)
    approval = await read.approval(policy_id, version)
    if row is None or approval is None or approval.decision != "approved":
        return None
    document = intact(row, approval.hash)
    try:
        return Callee(policy_id, row.hash, document, validate(document, Named()))
    except PolicyInvalid:
        # Valid once; by the rules of today it could not run either.
        return None
