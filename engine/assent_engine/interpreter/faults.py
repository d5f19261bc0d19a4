"""Errors that arise inside the interpreter, by the names that the language knows."""

from assent_engine.effects import Failed

ALL = "States.ALL"
RUNTIME = "States.Runtime"
QUERY_EVALUATION = "States.QueryEvaluationError"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"
NO_CHOICE_MATCHED = "States.NoChoiceMatched"
RESULT_PATH_MISMATCH = "States.ResultPathMatchFailure"
EXCEEDED_TOLERANCE = "States.ExceedToleratedFailureThreshold"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
ITEM_READER_FAILED = "States.ItemReaderFailed"
RESULT_WRITER_FAILED = "States.ResultWriterFailed"
DATA_LIMIT = "States.DataLimitExceeded"
REJECTED = "Approval.Rejected"
TIMED_OUT = "Approval.TimedOut"
NOT_COVERED = "Approval.NotCovered"
POLICY_FAILED = "Policy.Failed"
SKIPPED = "Owner.Skipped"
TRANSITION_LIMIT = "Run.TransitionLimitExceeded"


class StateFault(Exception):
    """A state cannot go on with the data it has."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause

    @property
    def outcome(self) -> Failed:
        """The fault as the outcome of its state."""
        return Failed(self.error, self.cause)


def runtime(cause: str) -> StateFault:
    """The fault for data that does not fit the policy; nothing catches it."""
    return StateFault(RUNTIME, cause)
