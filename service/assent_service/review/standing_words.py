"""How what is reviewed stands, in words: what was decided, where, and what comes of it."""

from collections.abc import Sequence

from assent_engine.requests import OPEN
from assent_schemas.statuses import PolicyStatus, RunStatus
from assent_service.review.looking import Proposal, Question
from assent_service.review.page import Banner, Tone
from assent_service.review.standing import Standing
from assent_service.review.telling_time import Watch

_TONES: dict[str, Tone] = {"approved": "done", "rejected": "plain"}
_RUNS = {
    RunStatus.PENDING: "waits for its place",
    RunStatus.RUNNING: "is under way",
    RunStatus.WAITING: "waits",
    RunStatus.PAUSED: "is paused",
    RunStatus.NEEDS_OWNER: "needs you: assent inbox list",
    RunStatus.COMPLETED: "has ended well",
    RunStatus.FAILED: "has failed",
    RunStatus.TIMED_OUT: "has run out of time",
    RunStatus.CANCELLED: "was cancelled",
}


def standing_of_proposal(seen: Proposal, watch: Watch) -> Banner | None:
    """What became of a proposal; None while it waits."""
    match seen.standing.status:
        case "waiting":
            return None
        case "expired":
            until = watch.when(seen.version.expires_at)
            return Banner("plain", f"Expired on {until}", ["It was not approved. Propose it anew."])
        case "removed":
            return Banner("plain", "The policy was removed", ["There is nothing left to decide."])
        case "approved":
            return _decided(seen.standing, watch, _in_force(seen))
        case _:
            return _decided(seen.standing, watch, _not_in_force(seen))


def standing_of_question(seen: Question, watch: Watch) -> Banner | None:
    """What became of a question; None while it waits."""
    match seen.standing.status:
        case "waiting":
            return None
        case "expired":
            lines = ["Silence counts as a no.", *_run(seen)]
            return Banner("plain", f"Expired on {watch.when(seen.row.deadline)}", lines)
        case "withdrawn":
            return Banner("plain", "Withdrawn: the run needs no answer any more", _run(seen))
        case _:
            return _decided(seen.standing, watch, _run(seen))


def _decided(standing: Standing, watch: Watch, follows: Sequence[str]) -> Banner:
    when = f" {watch.at(standing.at)}" if standing.at else ""
    way = f" from {standing.way}" if standing.how else ""
    by = f" by {standing.by}" if standing.by else ""
    title = f"{standing.status.capitalize()}{way}{when}{by}"
    return Banner(_TONES[standing.status], title, follows)


def _in_force(seen: Proposal) -> list[str]:
    policy = seen.policy
    if policy.active_version != seen.version.version:
        return [f"Version {policy.active_version} is in force by now."]
    if policy.status is not PolicyStatus.ENABLED:
        return [f"The policy is {policy.status}: nothing of it runs."]
    if seen.document.get("triggers"):
        return ["It is in force: its next run starts by itself when it is due."]
    return [f"It is in force. Start it: assent run start {policy.policy_id}"]


def _not_in_force(seen: Proposal) -> list[str]:
    if seen.policy.active_version is None:
        return ["Nothing of it will run."]
    return [f"Nothing of it will run; version {seen.policy.active_version} stays in force."]


def _run(seen: Question) -> list[str]:
    if seen.run is None:
        return [] if seen.row.status == OPEN else ["See what became of it: assent trigger history"]
    return [f"The run {_RUNS[seen.run.status]}. See: assent run show {seen.run.id}"]
