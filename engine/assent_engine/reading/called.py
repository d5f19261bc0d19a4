"""The policies that a policy runs: by name, and read where they are known."""

from collections.abc import Iterator, Mapping

from assent_engine.registry import StepRegistry, tasks
from assent_schemas.policy import Policy
from assent_schemas.states import POLICY_RUN, AnyState, TaskState


def callee(state: AnyState) -> str | None:
    """The name or id of the policy that a state runs, if it runs one and says which."""
    if not isinstance(state, TaskState) or state.resource != POLICY_RUN:
        return None
    name = state.given.get("policy")
    return name if isinstance(name, str) else None


def known(state: AnyState, registry: StepRegistry) -> Policy | None:
    """The policy that a state runs, if it is known here."""
    name = callee(state)
    return None if name is None else (registry.policies or {}).get(name)


def everyone(state: AnyState, registry: StepRegistry) -> dict[str, Policy]:
    """By name, the policy that a state runs and all that this one can reach; each of them once."""
    name = callee(state)
    return {} if name is None else reachable(name, registry.policies or {})


def reachable(name: str, policies: Mapping[str, Policy]) -> dict[str, Policy]:
    """A called policy and every one that it can reach, each of them once."""
    found: dict[str, Policy] = {}
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name in policies and name not in found:
            found[name] = policies[name]
            waiting.extend(further(found[name]))
    return found


def further(policy: Policy) -> Iterator[str]:
    """The policies that a policy calls itself, as it names them."""
    for task in tasks(policy):
        name = task.given.get("policy")
        if task.resource == POLICY_RUN and isinstance(name, str):
            yield name
