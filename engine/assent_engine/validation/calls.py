"""Calls of other policies: which one is written out, there is one, and none calls itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from assent_engine.reading.called import further, reachable
from assent_engine.registry import tasks
from assent_engine.validation.machines import Json, machines, objects
from assent_engine.validation.problems import misspelt, problem
from assent_schemas.errors import Problem, pointer
from assent_schemas.policy import Policy
from assent_schemas.spelling import nearest
from assent_schemas.states import POLICY_RUN

Policies = Mapping[str, Policy]
_PARAMETERS = {"policy", "input", "input.$"}


def call_problems(document: Json, policies: Policies | None) -> Iterator[Problem]:
    """What is wrong with the calls in a document; without `policies` only with their form."""
    own = frozenset(str(document[key]) for key in ("policy_id", "name") if key in document)
    for where, state in _calls(document):
        yield from _form(state, where)
        name = callee(state)
        if name is not None and policies is not None:
            at = f"{where}/parameters/policy"
            yield from _target(name, at, _Ring(policies, own))


def callees(document: Json) -> Iterator[str]:
    """The policies that a document calls, as it names them."""
    for _, state in _calls(document):
        if (name := callee(state)) is not None:
            yield name


def callee(state: Json) -> str | None:
    """The policy that a Task runs, where it says so in the form that it should."""
    parameters = state.get("parameters")
    name = parameters.get("policy") if isinstance(parameters, dict) else None
    return name if state.get("resource") == POLICY_RUN and isinstance(name, str) else None


def resources_of(name: str, policies: Policies) -> set[str]:
    """Every step and macro that a called policy names, and those that it calls."""
    named = (task.resource for one in reachable(name, policies).values() for task in tasks(one))
    return set(named) - {POLICY_RUN}


def _calls(document: Json) -> Iterator[tuple[str, Json]]:
    for where, machine in machines(document):
        for name, state in objects(machine.get("states")):
            if state.get("type") == "Task" and state.get("resource") == POLICY_RUN:
                yield where + pointer("states", name), state


def _form(state: Json, where: str) -> Iterator[Problem]:
    parameters = state.get("parameters")
    at = f"{where}/parameters"
    if not isinstance(parameters, dict) or not isinstance(parameters.get("policy"), str):
        detail = "Which policy runs is part of what is approved, so it is written out here."
        remedy = 'Write "parameters": {"policy": "its name or id", "input.$": "$"}.'
        pointed = at if "parameters" in state else where
        yield problem("call.not_written_out", pointed, detail, remedy)
    for name in parameters if isinstance(parameters, dict) else ():
        if name not in _PARAMETERS and name != "policy.$":
            near = nearest(name, sorted(_PARAMETERS))
            detail = f'A call takes "policy" and "input", not "{name}".'
            remedy = "" if near is None else f'Did you mean "{near}"?'
            yield problem("call.unknown_parameter", at + pointer(name), detail, remedy)


def _target(name: str, where: str, ring: "_Ring") -> Iterator[Problem]:
    if (way := ring.back_from(name)) is not None:
        shown = " -> ".join(way)
        detail = f"A policy that calls itself would never end: {shown}."
        yield problem("call.cycle", where, detail, "Call another policy, or use a loop of states.")
    elif name not in ring.policies:
        detail = f"There is no approved policy {name!r} to run."
        near = nearest(name, sorted(ring.policies))
        otherwise = "Propose and approve it first: assent policy propose"
        yield misspelt("call.unknown_policy", where, detail, near, otherwise)


@dataclass(slots=True)
class _Ring:
    """Looks for a way from a callee back to the caller, or to a policy on the way."""

    policies: Policies
    own: frozenset[str]
    _done: set[str] = field(default_factory=set)

    def back_from(self, name: str) -> list[str] | None:
        """The names on the way round; None where there is none."""
        return self._search(name, [], self.own)

    def _search(self, name: str, way: list[str], before: frozenset[str]) -> list[str] | None:
        names = self._names(name)
        if names & before:
            return [*way, name]
        called = self.policies.get(name)
        if called is None or name in self._done:
            return None
        for name_below in further(called):
            found = self._search(name_below, [*way, name], before | names)
            if found is not None:
                return found
        self._done.add(name)
        return None

    def _names(self, name: str) -> frozenset[str]:
        """What a policy can be called by; two may bear the same name, but not the same id."""
        called = self.policies.get(name)
        if called is None or called.policy_id is None:
            return frozenset((name,))
        return frozenset((name, str(called.policy_id)))
