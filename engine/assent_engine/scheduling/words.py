"""The words for what became of a due time, and why."""

from enum import StrEnum


class Fate(StrEnum):
    """Where an occurrence stands; the last three are for good."""

    QUEUED = "queued"
    ASKED = "asked"
    RAN = "ran"
    CAUGHT_UP = "caught_up"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why an occurrence was skipped."""

    MISSED = "missed"
    LATER_ONE = "later_one"
    TOO_LATE = "too_late"
    PAUSED = "paused"
    DISABLED = "disabled"
    REMOVED = "removed"
    REPLACED = "replaced"
    NOT_APPROVED = "not_approved"
    REFUSED = "refused"
    OVERLAP = "overlap"
    FILTERED = "filtered"
    OUTSIDE_SESSION = "outside_session"
    UNKNOWN_CALENDAR = "unknown_calendar"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    CHAIN = "chain"
    RESTORED = "restored"


MEANINGS = {
    Reason.MISSED: "nothing watched at its time, and it is not caught up",
    Reason.LATER_ONE: "a later due time stands for it",
    Reason.TOO_LATE: "it was due too long ago to still make sense",
    Reason.PAUSED: "you had paused it",
    Reason.DISABLED: "you had disabled the policy",
    Reason.REMOVED: "you have removed the policy",
    Reason.REPLACED: "the version in force has no such trigger any more",
    Reason.NOT_APPROVED: "it was not approved",
    Reason.REFUSED: "the run could not start",
    Reason.OVERLAP: "another run of the policy was open",
    Reason.FILTERED: "its condition did not hold",
    Reason.OUTSIDE_SESSION: "the exchange was closed",
    Reason.UNKNOWN_CALENDAR: "the exchange's calendar is not known that far",
    Reason.DECLINED: "you said no",
    Reason.UNANSWERED: "you did not answer in time",
    Reason.CHAIN: "runs that start each other went on for too long",
    Reason.RESTORED: "the home was restored from a backup, and it may have run",
}
