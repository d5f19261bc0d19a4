"""Why a run stops without having ended; each can be resumed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from assent_engine.effects import Failed
from assent_engine.interpreter.faults import TIMEOUT
from assent_engine.moments import timestamp
from assent_schemas.statuses import RunStatus

PATIENCE = timedelta(seconds=60)
"""How long a run sits through a wait; through a longer one it parks."""


class Halt(Exception):
    """A run goes no further for now; `status` is where it stands, `reason` is for the owner."""

    status = RunStatus.NEEDS_OWNER

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class NeedsOwner(Halt):
    """Only the owner can settle it.

    `subject` says what it is about within the run; `about` is the call in question, if any.
    """

    def __init__(
        self, code: str, reason: str, subject: str = "", about: dict[str, Any] | None = None
    ) -> None:
        super().__init__(code, reason)
        self.subject = subject or code
        self.about = about or {}
        self.cases: tuple[NeedsOwner, ...] = (self,)


class Unsettled(NeedsOwner):
    """Several cases at once; the first one gives the reason."""

    def __init__(self, cases: Sequence[NeedsOwner]) -> None:
        first = cases[0]
        super().__init__(first.code, first.reason, first.subject, first.about)
        self.cases = tuple(cases)


class Ending(Halt):
    """The run is to end now: nothing new is begun, what was begun is settled.

    `error` and `cause` are what the run's record says.
    """

    error: str
    cause = ""


class Cancelled(Ending):
    """The owner ends the run."""

    status = RunStatus.CANCELLED
    error = "Run.Cancelled"

    def __init__(self) -> None:
        super().__init__("run.cancelled", "the owner cancelled it")


class OutOfTime(Ending):
    """The run's time is up."""

    status = RunStatus.TIMED_OUT
    error = TIMEOUT

    def __init__(self) -> None:
        super().__init__("run.timed_out", "the run's time is up")


class OutOfTransitions(Ending):
    """The run has entered as many states as it may."""

    status = RunStatus.FAILED

    def __init__(self, failure: Failed) -> None:
        super().__init__("run.out_of_transitions", failure.cause)
        self.error, self.cause = failure.error, failure.cause


class Paused(Halt):
    """The policy may not act for now."""

    status = RunStatus.PAUSED


class Parked(Halt):
    """A wait that is too long to sit through; resuming goes on when its time has come.

    `what` is what may end it before; without `until` nothing else does.
    """

    status = RunStatus.WAITING

    def __init__(self, until: datetime | None, what: str = "") -> None:
        found = [f"for {what}"] if what else []
        found += [f"until {timestamp(until)}"] if until else []
        super().__init__("run.waiting", f"waits {', '.join(found)}")
        self.until = until


class CalledNeedsOwner(Halt):
    """A run that this one called, itself or through others, needs the owner.

    The case in the inbox is that run's.
    """

    def __init__(self, run_id: str, name: str, reason: str) -> None:
        super().__init__("run.called_needs_owner", f"run {run_id} of {name!r} needs you: {reason}")


def passed_up(halt: Halt, run_id: str, name: str) -> Halt:
    """How a run stops whose called run has stopped."""
    return CalledNeedsOwner(run_id, name, halt.reason) if isinstance(halt, NeedsOwner) else halt
