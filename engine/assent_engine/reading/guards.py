"""Thresholds that decide whether a side effect happens, and which way a new one moves."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from assent_engine.reading.conditions import comparison, condition
from assent_engine.reading.costs import is_message
from assent_engine.reading.reached import effects_from
from assent_engine.reading.ways import links, machines
from assent_engine.registry import Risk, StepRegistry
from assent_schemas.choice import ChoiceRule
from assent_schemas.errors import pointer
from assent_schemas.states import ChoiceState, Machine

_WIDENS = {"less_than": 1, "less_than_equals": 1, "greater_than": -1, "greater_than_equals": -1}
_RANKS = {Risk.LOW: 2, Risk.MEDIUM: 3, Risk.HIGH: 4}


@dataclass(frozen=True, slots=True)
class Guard:
    """A changed rule: what it decides about, its words before and after.

    `worse` tells whether the riskier way is taken more easily now; None: that cannot be told.
    """

    pointer: str
    effects: tuple[str, ...]
    old: str
    new: str
    worse: bool | None


def changed_guards(old: Machine, new: Machine, registry: StepRegistry) -> Iterator[Guard]:
    """Every simple rule that decides about side effects and has another threshold now."""
    before = dict(machines(old))
    for where, machine in machines(new):
        others = before[where].states if where in before else {}
        for name in links(machine):
            state, other = machine.states[name], others.get(name)
            if isinstance(state, ChoiceState) and isinstance(other, ChoiceState):
                at = where + pointer("states", name)
                yield from _changed(other, state, at, machine, registry)


def _changed(
    old: ChoiceState, new: ChoiceState, where: str, machine: Machine, registry: StepRegistry
) -> Iterator[Guard]:
    for at, (before, after) in enumerate(zip(old.choices, new.choices, strict=False)):
        (key, _), (other, _) = comparison(before), comparison(after)
        moved = key == other and before.variable == after.variable and before != after
        if not moved or before.next != after.next or before.variable is None:
            continue
        effects, tilt = _stakes(new, at, machine, registry)
        if effects:
            pointed = f"{where}/choices/{at}{pointer(key)}"
            worse = _worse(before, after, tilt)
            yield Guard(pointed, effects, condition(before), condition(after), worse)


def _stakes(
    state: ChoiceState, at: int, machine: Machine, registry: StepRegistry
) -> tuple[tuple[str, ...], int]:
    """The effects in question; 1 where the rule leads to the riskier way, -1 where around it."""
    here = effects_from(machine, state.choices[at].next, registry)
    targets = [one.next for one in state.choices[at + 1 :]]
    if state.default is not None:
        targets.append(state.default)
    others = set[str]().union(*(effects_from(machine, one, registry) for one in targets))
    mine, theirs = _rank(here - others, registry), _rank(others - here, registry)
    tilt = (mine > theirs) - (mine < theirs)
    decided = here - others if tilt > 0 else others - here if tilt < 0 else here ^ others
    return tuple(sorted(decided)), tilt


def _rank(effects: set[str], registry: StepRegistry) -> int:
    return max((_risk(name, registry) for name in effects), default=0)


def _risk(name: str, registry: StepRegistry) -> int:
    step = registry.step(name)
    if step is None:
        return 1 + max(_RANKS.values())
    return 1 if is_message(name) else _RANKS[step.risk]


def _worse(old: ChoiceRule, new: ChoiceRule, tilt: int) -> bool | None:
    key, before = comparison(old)
    _, after = comparison(new)
    kind, _, order = key.partition("_")
    direction = _WIDENS.get(order) if kind == "numeric" else None
    if direction is None or not tilt or before is None or after is None:
        return None
    return _sign(after, before) * direction * tilt > 0


def _sign(one: int | Decimal, other: int | Decimal) -> int:
    return (one > other) - (one < other)
