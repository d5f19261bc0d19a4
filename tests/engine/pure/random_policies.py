"""Random policies that are valid by construction, and a driver that carries them out by hand."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from hypothesis import strategies as st

from assent_engine.budget import Budget
from assent_engine.effects import (
    CANCELLED,
    Checkpoint,
    Effect,
    Failed,
    Fork,
    Now,
    Ok,
    Outcome,
    RunStep,
    ScopeSpec,
    Sleep,
    child_path,
)
from assent_engine.interpreter import ROOT, Program, RunHeader, run_scope
from assent_schemas import exact_json
from engine.pure.policies import policy

RESOURCES = ("a.sure", "a.shaky", "a.broken")
ERRORS = ("Own.Error", "States.TaskFailed", "States.Timeout", "nothing like it")
HEADER = RunHeader("run", "policy", "A policy", "2026-01-01T12:00:00.000000Z", "seed", {"n": 1})
Json = dict[str, Any]
FLAT = -1
TRANSITIONS = 12
WAITS: list[Json] = [
    {"seconds": 3},
    {"seconds_path": "$.n"},
    {"timestamp": "2026-01-01T13:00:00Z"},
]

paths = st.sampled_from(["$", "$.n", "$.list", "$.list[0]", "$.missing.x", "$$.execution.input"])
written = st.sampled_from(["$", "$.out", "$.out.deep", "$.list[1]", None])
templates = st.fixed_dictionaries(
    {},
    optional={
        "n": st.integers(0, 3),
        "n.$": paths,
        "list": st.lists(st.integers(0, 2), max_size=3),
        "deep": st.fixed_dictionaries({"all.$": st.just("$$")}),
    },
).filter(lambda body: not {"n", "n.$"} <= body.keys())


def _flow() -> Json:
    return {"input_path": st.sampled_from(["$", "$.n", "$$.execution", None])}


retries = st.lists(
    st.fixed_dictionaries(
        {"error_equals": st.lists(st.sampled_from(ERRORS), min_size=1, max_size=2)},
        optional={
            "max_attempts": st.integers(0, 2),
            "backoff_rate": st.sampled_from([1, 2]),
            "interval_seconds": st.integers(0, 5),
            "jitter_strategy": st.sampled_from(["FULL", "NONE"]),
        },
    ),
    max_size=2,
)
comparisons = st.one_of(
    st.builds(lambda path: {"variable": path, "is_present": True}, paths),
    st.builds(lambda path, n: {"variable": path, "numeric_less_than": n}, paths, st.integers(0, 3)),
    st.builds(lambda a, b: {"variable": a, "string_equals_path": b}, paths, paths),
    st.builds(lambda path: {"variable": path, "string_matches": "a*\\"}, paths),
)
conditions = st.recursive(
    comparisons,
    lambda inner: (
        st.builds(lambda rules: {"and": rules}, st.lists(inner, min_size=1, max_size=2))
        | st.builds(lambda rules: {"or": rules}, st.lists(inner, min_size=1, max_size=2))
        | st.builds(lambda rule: {"not": rule}, inner)
    ),
    max_leaves=3,
)


@st.composite
def machines(draw: st.DrawFn, depth: int) -> Json:
    """A chain of states, so that all can be reached, with choices and catchers across it.

    Only a flat machine has loops: nested ones would let the data grow beyond all memory.
    """
    names = [f"S{at}" for at in range(draw(st.integers(1, 4)))]
    states = {}
    for at, following in enumerate([*names[1:], None]):
        targets = names[at + 1 :] if depth != FLAT else names
        states[names[at]] = draw(_state(following, targets, depth))
    return {"start_at": names[0], "states": states}


@st.composite
def _state(draw: st.DrawFn, following: str | None, names: list[str], depth: int) -> Json:
    plain = ["Task", "Pass", "Wait"]
    kinds = [*plain, *(["Map", "Parallel"] if depth > 0 else [])]
    kinds += ["Choice"] if following else ["Succeed", "Fail"]
    kind = draw(st.sampled_from(kinds))
    leading: Json = {"next": following} if following else {"end": True}
    fields: Json = draw(st.fixed_dictionaries({}, optional=_flow()))
    match kind:
        case "Choice":
            rule = {**draw(conditions), "next": draw(st.sampled_from(names))}
            return {"type": kind, "choices": [rule], "default": following}
        case "Succeed":
            return {"type": kind, **fields}
        case "Fail":
            return {
                "type": kind,
                **draw(st.fixed_dictionaries({}, optional={"error": st.sampled_from(ERRORS)})),
            }
        case "Wait":
            return {"type": kind, **draw(st.sampled_from(WAITS)), **leading}
    retrying: dict[str, st.SearchStrategy[Any]] = {"retry": retries}
    placing: dict[str, st.SearchStrategy[Any]] = {"parameters": templates, "result_path": written}
    fields |= draw(st.fixed_dictionaries({}, optional=placing))
    if kind == "Pass":
        return {"type": kind, **fields, **leading}
    fields |= draw(st.fixed_dictionaries({}, optional=retrying))
    catches = draw(st.booleans())
    if names and catches:
        target = draw(st.sampled_from(names))
        fields["catch"] = [{"error_equals": ["States.ALL"], "next": target, "result_path": "$"}]
    return {"type": kind, **fields, **leading, **draw(_work(kind, depth))}


@st.composite
def _work(draw: st.DrawFn, kind: str, depth: int) -> Json:
    if kind == "Task":
        return {"resource": draw(st.sampled_from(RESOURCES))}
    inner, small = machines(depth - 1), {"result_selector": {"n": 1, "list": [1, 2]}}
    if kind == "Parallel":
        return {"branches": draw(st.lists(inner, min_size=1, max_size=2)), **small}
    items = draw(st.sampled_from(["$.list", "$$.execution.input.list"]))
    selector: Json = {"n.$": "$$.map.item.value", "list": [1]}
    more = draw(st.fixed_dictionaries({}, optional={"item_selector": st.just(selector)}))
    return {"iterator": draw(inner), "items_path": items, **small, **more}


straight = machines(2).map(lambda one: policy(one["states"]))
"""Policies with nested machines, each of which ends."""
looping = machines(FLAT).map(lambda one: policy(one["states"], max_transitions=TRANSITIONS))
"""Policies of one machine, which may come back to a state."""
documents = straight | looping


def _told(effect: Effect) -> Any:
    """An effect as something to compare: a cursor as a store keeps it, scopes made at once."""
    match effect:
        case Checkpoint():
            return exact_json.decode(exact_json.encode(effect.cursor.as_json()))
        case Fork():
            return list(effect.scopes), effect.limit, effect.tolerate
    return effect


def answer(path: str, effect: RunStep) -> Outcome:
    """What a step answers: a pure function of where it stands and what it is given."""
    key = f"{path}{effect.key}".encode()
    if effect.resource == "a.broken" or (
        effect.resource == "a.shaky" and sha256(key).digest()[0] % 2
    ):
        return Failed("Own.Error", key.decode())
    return Ok({"n": 1, "list": [1, 2]})


class Spent(Exception):
    """The journey has entered as many states as it may."""


@dataclass(slots=True)
class Journey:
    """All that was asked for on the way, by the path of its scope; the root's cursors."""

    budget: Budget = field(default_factory=lambda: Budget(TRANSITIONS))
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    cursors: list[tuple[Json, int]] = field(default_factory=list)

    def whole(self, program: Program, spec: ScopeSpec, cursor: Json | None = None) -> Outcome:
        """Carry a run out, to its end or that of its budget."""
        try:
            return self.drive(program, spec, cursor=cursor)
        except Spent:
            return self.budget.failure

    def drive(
        self, program: Program, spec: ScopeSpec, path: str = ROOT, cursor: Json | None = None
    ) -> Outcome:
        """Carry one scope out, its forks one branch after the other."""
        effects, sent = run_scope(program, HEADER, spec, path, cursor), None
        while True:
            try:
                effect = effects.send(sent)
            except StopIteration as end:
                outcome: Outcome = end.value
                return outcome
            self.asked.append((path, effect.key, _told(effect)))
            sent = self._perform(program, effect, path)

    def _perform(self, program: Program, effect: Effect, path: str) -> Any:
        match effect:
            case Checkpoint():
                if path == ROOT:
                    self.cursors.append((_told(effect), self.budget.used))
                if not self.budget.spend():
                    raise Spent
            case RunStep():
                return answer(path, effect)
            case Now():
                return HEADER.started
            case Fork():
                return self._fork(program, effect, path)
            case _:
                assert isinstance(effect, Sleep)
        return None

    def _fork(self, program: Program, fork: Fork, path: str) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for spec in fork.scopes:
            failed = any(isinstance(one, Failed) for one in outcomes)
            inner = child_path(path, fork.key, spec.id)
            outcomes.append(Failed(CANCELLED) if failed else self.drive(program, spec, inner))
        return outcomes
