"""Why a run stops without having ended; each can be resumed."""

from datetime import datetime

from assent_engine.effects import Failed, Outcome
from assent_engine.moments import timestamp
from assent_schemas.statuses import RunStatus


class Halt(Exception):
    """A run goes no further for now; `status` is where it stands, `reason` is for the owner."""

    status = RunStatus.NEEDS_OWNER

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class NeedsOwner(Halt):
    """Only the owner can settle it."""


class CutShort(Halt):
    """The run has had all that it may have: what was begun is settled, then it ends.

    `outcome` is the run's, or None where it has timed out.
    """

    outcome: Outcome | None = None


class OutOfTime(CutShort):
    """The run's time is up."""

    status = RunStatus.TIMED_OUT

    def __init__(self) -> None:
        super().__init__("run.timed_out", "the run's time is up")


class OutOfTransitions(CutShort):
    """The run has entered as many states as it may."""

    status = RunStatus.FAILED

    def __init__(self, failure: Failed) -> None:
        super().__init__("run.out_of_transitions", failure.cause)
        self.outcome = failure


class Paused(Halt):
    """The policy may not act for now."""

    status = RunStatus.PAUSED


class Parked(Halt):
    """A wait that is too long to sit through; resuming goes on when its time has come."""

    status = RunStatus.WAITING

    def __init__(self, until: datetime) -> None:
        super().__init__("run.waiting", f"waits until {timestamp(until)}")
