"""Remedies for agents: what they can do about an error, where the owner's remedy is a command."""

from assent_schemas.errors import Problem

_OWNER = "Only the owner can do that; tell them, and look again later."
_FOR_AGENTS = {
    "approval.decided": "A decision is given once. Propose a new version.",
    "approval.lapsed": "Propose it again: the owner has to look at it anew.",
    "client.unknown": "The owner connects clients: assent connect",
    "client.revoked": "Tell the owner, and do not connect anew: only they can let you in again.",
    "policy.ambiguous": "Name it by its id: list_policies.",
    "policy.disabled": _OWNER,
    "policy.no_such_version": "See its versions: list_policies.",
    "policy.not_approved": "Only the owner can approve it. Look at where it stands: get_policy.",
    "policy.paused": _OWNER,
    "policy.removed": "Propose it anew, without its policy_id.",
    "policy.unknown": "List them: list_policies.",
    "proposal.not_yours": "Only its author or the owner can take it back.",
    "run.ended": "Start a new one: start_run.",
    "run.unknown": "List them: list_runs.",
    "service.held": "Nothing runs until the owner has seen to it. Reading goes on.",
    "service.starting": "Try again in a moment.",
}


def remedy_of(problem: Problem) -> str:
    """What whoever called a tool can do about it."""
    return _FOR_AGENTS.get(problem.code, problem.remedy)
