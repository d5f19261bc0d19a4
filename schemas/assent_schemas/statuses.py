"""The words for where a run, a policy version or a request stands."""

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run stands; the same words in the store, the CLI and on every door."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    WAITING = "WAITING"
    PAUSED = "PAUSED"
    NEEDS_OWNER = "NEEDS_OWNER"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    CANCELLED = "CANCELLED"

    @property
    def ended(self) -> bool:
        """True where nothing more will happen to the run."""
        return self in _ENDED


_ENDED = frozenset(
    {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.TIMED_OUT, RunStatus.CANCELLED}
)


class VersionStatus(StrEnum):
    """What the owner decided about one version of a policy."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class PolicyStatus(StrEnum):
    """Whether a policy may start runs at all."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    REMOVED = "removed"
