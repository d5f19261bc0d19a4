"""Events on the wire: numbered within an epoch, so that no client loses one without knowing."""

from dataclasses import dataclass, field
from typing import Any

FOLLOWING = "following"
"""The type of the first frame: it says from where on the events will come."""
RESET = "reset"
"""The type of the event that stands for those that are gone: read everything again."""
RUN_STOPS = frozenset({"run.ended", "run.stopped", "run.dropped"})
"""After these a run does nothing more for now."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `type` is a dotted word, `data` says more.

    Of runs, with run_id, scope and key: run.started, state.entered, intent.recorded,
    step.started, step.ended, wait.started, question.asked, run.stalled, run.stopped,
    run.ended, and run.dropped with a problem where the service could not go on with it. A value
    of more than LONGEST_VALUE bytes is cut to a text, and named in `cut`.

    Of what was committed: approval.wanted, approval.decided, approval.withdrawn, case.opened,
    case.decided, case.withdrawn, notice.posted, policy.changed, pause.changed. And
    service.changed when the engine is held or let go.
    """

    epoch: str
    seq: int
    type: str
    at: str
    data: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "epoch": self.epoch,
            "seq": self.seq,
            "type": self.type,
            "at": self.at,
            "data": self.data,
        }


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last event that a client has."""

    epoch: str
    seq: int
