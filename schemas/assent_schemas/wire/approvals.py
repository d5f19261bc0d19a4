"""What waits for the owner's yes or no, on the wire: proposals and questions of runs, as one."""

from typing import Any, Literal

from assent_schemas.wire.frame import Answer as Told
from assent_schemas.wire.frame import Asked, Reference
from assent_schemas.wire.policies import Digest, Noted, Version
from assent_schemas.wire.runs import RunSummary

Kind = Literal["policy", "effect", "question", "call", "plugin", "occurrence"]


class Approval(Told):
    """One thing to decide; `version` is that of a policy."""

    id: str
    kind: Kind
    what: str
    who: str
    until: str
    hash: str
    version: str | None = None


class ApprovalDetail(Approval):
    """Exactly what is decided on, and what was decided."""

    status: str
    run_id: str | None = None
    decided_by: str | None = None
    decided_how: str | None = None
    closed_at: str | None = None
    note: str | None = None
    shown: dict[str, Any]
    """The JSON of that hash: a policy's document, or what a run shows with its question."""


class ApprovalAsked(Asked):
    """One request, by id, how that begins, or for a proposal by the policy's name."""

    approval: Reference
    version: Version | None = None


class Approving(ApprovalAsked, Noted):
    """A yes to exactly what has this hash."""

    hash: Digest


class Rejecting(ApprovalAsked, Noted):
    """A no."""


class Decided(Told):
    """What was decided, and the run that goes on with it."""

    id: str
    kind: Kind
    what: str
    status: Literal["approved", "rejected"]
    run: RunSummary | None = None


class ReviewOpened(Told):
    """Where a browser on this computer shows an approval whole, and lets its owner decide."""

    url: str
    """To be opened once: it holds a code that is used up with the first look."""
    seconds: int
    """For how long the code is good."""
