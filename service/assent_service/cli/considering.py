"""A version of a policy as the owner considers it: its document and, while it waits, a reading."""

from dataclasses import dataclass
from typing import Any

from assent_schemas.errors import AssentError, Problem, Refused
from assent_schemas.statuses import VersionStatus
from assent_schemas.wire import operations as ops
from assent_schemas.wire.policies import PolicyAsked, PolicyDetail, PolicyReading
from assent_service.cli.owner import Owner


@dataclass(frozen=True, slots=True)
class Considered:
    """What is shown before a yes; `untold` is why a proposal could not be read out."""

    policy: PolicyDetail
    reading: PolicyReading | None = None
    untold: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """All of it as data."""
        told = self.reading
        more = ("brief", "risk", "worst", "compared", "reading")
        read = {name: getattr(told, name) for name in more} if told else None
        return {**self.policy.model_dump(), "reading": read}


async def considered(to: Owner, asked: PolicyAsked) -> Considered:
    """One version, and of a proposal what it does; raises Refused."""
    policy = await to.call(ops.SHOW_POLICY, asked)
    if policy.version_status is not VersionStatus.PROPOSED:
        return Considered(policy)
    same = PolicyAsked(policy=policy.policy_id, version=policy.version)
    try:
        told = await to.call(ops.READ_POLICY, same)
    except AssentError as error:
        # The document can be decided on all the same, by who is told that nothing else is known.
        return Considered(policy, untold=error.problems)
    if told.hash != policy.hash:
        detail = f"What was read out is not the document of the hash {policy.hash}."
        raise Refused(Problem("approval.tampered", "Not shown", detail, "Do not decide on it."))
    return Considered(policy, told)
