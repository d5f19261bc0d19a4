"""Policies as they stand: listed, shown with their exact document, and compared."""

from typing import Annotated, Any

from pydantic import Field

from assent_engine.refusals import refused
from assent_schemas.wire.frame import PageAsked
from assent_schemas.wire.policies import PolicyDetail, PolicySummary
from assent_service.agent_door.arguments import exactly
from assent_service.agent_door.tool import Asked, Told, Visit
from assent_service.agent_door.tools.authoring import VersionAsked
from assent_service.agent_door.tools.drafts import compared
from assent_service.desk import policy_reading
from assent_service.desk.policy_reading import looked_at
from assent_service.desk.room import Caller

MOST_LISTED = 100
Limit = Annotated[int, Field(ge=1, le=MOST_LISTED, description="How many at most.")]
After = Annotated[
    str, Field(max_length=512, description="Go on after this: `after` of the last answer.")
]


class Listing(Asked):
    """Which part of the list."""

    limit: Limit = 50
    after: After | None = None


class PolicyList(Told):
    """A part of the list."""

    items: list[PolicySummary]
    after: str | None = None


class Getting(Asked):
    """One version of a policy."""

    policy: Annotated[str, Field(max_length=512, description="A policy, by its name or id.")]
    version: VersionAsked | None = None


class Comparing(Asked):
    """Two versions of a policy, or one and a draft."""

    policy: Annotated[str, Field(max_length=512, description="A policy, by its name or id.")]
    version: VersionAsked | None = None
    document: (
        Annotated[dict[str, Any], Field(description="What to compare it with: your draft.")] | None
    ) = None
    with_version: (
        Annotated[str, Field(max_length=64, description="Or what to compare it with: a version.")]
        | None
    ) = None


class Difference(Told):
    """What differs, the risk first."""

    verdict: str
    text: str
    risks: list[dict[str, Any]]
    renamed: list[dict[str, Any]]
    changes: list[dict[str, Any]]


def caller_of(visit: Visit) -> Caller:
    """A client as the desk knows it."""
    return Caller(visit.by, "agent door")


async def list_policies(visit: Visit, asked: Listing) -> PolicyList:
    wanted = PageAsked(after=asked.after, limit=asked.limit)
    found = await policy_reading.list_policies(visit.reach.room, wanted, caller_of(visit))
    return PolicyList(items=found.items, after=found.after)


async def get_policy(visit: Visit, asked: Getting) -> PolicyDetail:
    return (await looked_at(visit.reach.read, asked.policy, asked.version))[0]


async def diff_policy(visit: Visit, asked: Comparing) -> Difference:
    """Without a document or version to compare with: what waits against what is in force."""
    read, name = visit.reach.read, asked.policy
    shown, newest = await looked_at(read, name, asked.with_version)
    if (old := asked.version or shown.active_version) is None:
        remedy = "Name the older one as version."
        raise refused("policy.not_approved", f"No version of {name} is in force.", remedy)
    before = (await looked_at(read, name, old))[1]
    after = newest if asked.document is None else exactly(asked.document)
    registry = await visit.reach.known_by(after)
    found = await visit.reach.in_thread(compared, before, after, registry)
    return Difference.model_validate({**found.as_json(), "text": found.text()})
