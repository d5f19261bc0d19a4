"""What a new version of a policy may do that the old one could not, and the other way round."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from assent_engine.reading import item_files, reached, reversing, schedule, wording
from assent_engine.reading.bounds import Bound, Unbounded, grew
from assent_engine.reading.called import callee
from assent_engine.reading.documents import FieldChange, same
from assent_engine.reading.failing import catchers
from assent_engine.reading.guards import changed_guards
from assent_engine.reading.shapes import is_number
from assent_engine.reading.trigger_words import trigger_words
from assent_engine.reading.ways import machines
from assent_engine.reading.worst import WorstCase
from assent_engine.registry import StepRegistry
from assent_schemas.errors import pointer
from assent_schemas.policy import Policy
from assent_schemas.states import ApprovalState, Machine, TaskState
from assent_schemas.triggers import AnyTrigger, TimedTrigger

Weight = Literal["worse", "unclear", "better", "also"]
MOST_STEPS = "/max_transitions"
ORDER: tuple[Weight, ...] = ("worse", "unclear", "better", "also")


@dataclass(frozen=True, slots=True)
class RiskChange:
    """One change of what may happen. "also" changes no side effect and counts for nothing.

    `pointer` is where it comes from, if that is one place of the new version.
    """

    weight: Weight
    text: str
    pointer: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"weight": self.weight, "text": self.text, "pointer": self.pointer}


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two versions with what is proven about it."""

    policy: Policy
    machine: Machine
    """The states; in the old version renamed ones have their new names."""
    worst: WorstCase


def risk_changes(
    old: Version, new: Version, fields: list[FieldChange], registry: StepRegistry
) -> list[RiskChange]:
    """Every change of risk, the worse first."""
    found = [
        *_effects(old, new, registry),
        *_folders(old.machine, new.machine),
        *_amounts(old.worst, new.worst),
        *_asking(old.machine, new.machine, registry),
        *_calls(old.machine, new.machine),
        *_guards(old.machine, new.machine, registry),
        *_reversals(old, new, registry),
        *_money(new.machine, fields, registry),
        *_triggers(old.policy.triggers, new.policy.triggers),
        *_budget(old, new),
        *_sizes(old.worst, new.worst),
    ]
    return sorted(dict.fromkeys(found), key=lambda one: ORDER.index(one.weight))


def explained(new: Machine, fields: list[FieldChange], registry: StepRegistry) -> set[str]:
    """Pointers of money fields that were lowered or raised: a change of risk tells which.

    So it does for the run's own bound, and for what is reversed.
    """
    amounts = _money_fields(new, registry)
    known = {one.pointer for one in fields if one.pointer in amounts and _both_numbers(one)}
    undone = {f"{where}/compensate" for where in catchers(new)}
    return {*known, MOST_STEPS, *reversing.FIELDS, *undone}


def _effects(old: Version, new: Version, registry: StepRegistry) -> Iterator[RiskChange]:
    before, after = _may_do(old, registry), _may_do(new, registry)
    for name in sorted(after - before):
        yield RiskChange("worse", f"new side effect: {_what(name, registry)}")
    for name in sorted(before - after):
        yield RiskChange("better", f"side effect gone: {_what(name, registry)}")


def _folders(old: Machine, new: Machine) -> Iterator[RiskChange]:
    before, after = item_files.written(old), item_files.written(new)
    for folder, where in after.items():
        if folder not in before:
            yield RiskChange("worse", f"newly writes results below {folder}", where)
    for folder in before:
        if folder not in after:
            yield RiskChange("better", f"no longer writes results below {folder}")


def _may_do(version: Version, registry: StepRegistry) -> set[str]:
    return {*version.worst.effects, *reached.unregistered(version.machine, registry)}


def _what(name: str, registry: StepRegistry) -> str:
    step = registry.step(name)
    about = f"{step.risk} risk" if step is not None else "not registered here"
    return f"{wording.name(name)} ({about})"


def _amounts(old: WorstCase, new: WorstCase) -> Iterator[RiskChange]:
    for name in sorted({*old.effects} & {*new.effects}):
        shown = wording.name(name)
        yield from _number(f"most {shown} in a run", old.effects, new.effects, name)
        yield from _number(f"most money in one {shown}", old.largest, new.largest, name)
        yield from _number(f"most money in all {shown}", old.money_by, new.money_by, name)


def _number(
    label: str, old: Mapping[str, Bound], new: Mapping[str, Bound], name: str
) -> Iterator[RiskChange]:
    yield from _moved(label, old.get(name, 0), new.get(name, 0), "worse", "better")


def _moved(label: str, old: Bound, new: Bound, more: Weight, less: Weight) -> Iterator[RiskChange]:
    text = f"{label}: {_shown(old)} -> {_shown(new)}"
    where = new.pointer if isinstance(new, Unbounded) else None
    if grew(old, new):
        yield RiskChange(more, text, where)
    elif grew(new, old):
        yield RiskChange(less, text, where)


def _shown(bound: Bound) -> str:
    return "no bound" if isinstance(bound, Unbounded) else wording.number(bound)


def _asking(old: Machine, new: Machine, registry: StepRegistry) -> Iterator[RiskChange]:
    before, after = (reached.unasked_effects(one, registry) for one in (old, new))
    did, does = (_done(one, registry) for one in (old, new))
    for name in sorted((after - before) & did):
        yield RiskChange("worse", f"{wording.name(name)} no longer waits for your yes")
    for name in sorted((before - after) & does):
        yield RiskChange("better", f"{wording.name(name)} now waits for your yes")
    held = {*_held(old).values()} - {*_held(new).values()}
    for name in sorted(held & does):
        yield RiskChange("worse", f"{wording.name(name)} is no longer held to what you were shown")
    questions = _questions(new)
    for at, title in _questions(old).items():
        if at not in questions:
            yield RiskChange("worse" if does else "also", f"approval removed: {title}")


def _done(machine: Machine, registry: StepRegistry) -> set[str]:
    return reached.effects_from(machine, machine.start_at, registry)


def _questions(machine: Machine) -> dict[str, str]:
    return {
        where + pointer("states", name): wording.quoted(state.title)
        for where, inner in machines(machine)
        for name, state in inner.states.items()
        if isinstance(state, ApprovalState)
    }


def _held(machine: Machine) -> dict[str, str]:
    """The resource of every Task that a yes must cover, by the Task's place."""
    return {
        where + pointer("states", name): state.resource
        for where, inner in machines(machine)
        for name, state in inner.states.items()
        if isinstance(state, TaskState) and state.requires_approval is not None
    }


def _calls(old: Machine, new: Machine) -> Iterator[RiskChange]:
    before, after = _callees(old), _callees(new)
    for name in sorted({*after} - {*before}):
        text = f"now runs the policy {wording.quoted(name)}"
        yield RiskChange("unclear", text, after[name])
    for name in sorted({*before} - {*after}):
        yield RiskChange("also", f"no longer runs the policy {wording.quoted(name)}")


def _callees(machine: Machine) -> dict[str, str]:
    """The called policies, each with the place of a Task that runs it."""
    found = {}
    for where, inner in machines(machine):
        for name, state in inner.states.items():
            if (policy := callee(state)) is not None:
                found[policy] = where + pointer("states", name)
    return found


def _guards(old: Machine, new: Machine, registry: StepRegistry) -> Iterator[RiskChange]:
    for guard in changed_guards(old, new, registry):
        effects = wording.joined([wording.name(name) for name in guard.effects])
        weight: Weight = "unclear"
        if guard.worse is not None:
            weight = "worse" if guard.worse else "better"
        text = f"what decides about {effects}: {guard.old} -> {guard.new}"
        yield RiskChange(weight, text, guard.pointer)


def _reversals(old: Version, new: Version, registry: StepRegistry) -> Iterator[RiskChange]:
    acting = any(one.worst.side_effects != 0 for one in (old, new))
    policies = reversing.of_failure(old.policy, new.policy, acts=acting)
    for one in (*policies, *reversing.of_catchers(old.machine, new.machine, registry)):
        weight: Weight = "unclear"
        if one.worse is not None:
            weight = "worse" if one.worse else "better"
        yield RiskChange(weight if one.acts else "also", one.text, one.pointer)


def _money(new: Machine, fields: list[FieldChange], registry: StepRegistry) -> Iterator[RiskChange]:
    amounts = _money_fields(new, registry)
    for one in fields:
        if one.pointer in amounts and _both_numbers(one) and not same(one.old, one.new):
            moved = f"{wording.number(one.old)} -> {wording.number(one.new)}"
            weight: Weight = "worse" if one.new > one.old else "better"
            yield RiskChange(weight, f"money given to {amounts[one.pointer]}: {moved}", one.pointer)


def _money_fields(machine: Machine, registry: StepRegistry) -> dict[str, str]:
    found = {}
    for where, inner in machines(machine):
        for name, state in inner.states.items():
            step = registry.step(state.resource) if isinstance(state, TaskState) else None
            if step is not None and step.money is not None:
                found[where + pointer("states", name, "parameters", step.money)] = step.name
    return found


def _both_numbers(change: FieldChange) -> bool:
    return is_number(change.old) and is_number(change.new)


def _triggers(old: list[AnyTrigger], new: list[AnyTrigger]) -> Iterator[RiskChange]:
    before, after = _by_words(old), _by_words(new)
    rates = [sum(map(schedule.starts_in_four_years, one)) for one in (old, new)]
    more = rates[1] > rates[0]
    for one, words in zip(new, after, strict=True):
        if words not in before:
            worse = more or not isinstance(one, TimedTrigger)
            yield RiskChange("worse" if worse else "unclear", f"new trigger: {words}")
    for words in before:
        if words not in after:
            yield RiskChange("better" if rates[1] < rates[0] else "also", f"trigger gone: {words}")
    if more and old:
        year = [wording.number(round(rate / 4)) for rate in rates]
        yield RiskChange("worse", f"starts in a year: about {year[0]} -> {year[1]}")


def _by_words(triggers: list[AnyTrigger]) -> list[str]:
    return [trigger_words(one) for one in triggers]


def _budget(old: Version, new: Version) -> Iterator[RiskChange]:
    acts = new.worst.side_effects != 0
    before, after = old.policy.max_transitions, new.policy.max_transitions
    weights: tuple[Weight, Weight] = ("worse", "better") if acts else ("also", "also")
    yield from _moved("steps that a run may make", before, after, *weights)


def _sizes(old: WorstCase, new: WorstCase) -> Iterator[RiskChange]:
    yield from _moved("steps in a run", old.transitions, new.transitions, "also", "also")
    yield from _moved("parts at once", old.at_once, new.at_once, "also", "also")
    for name in sorted({*old.calls, *new.calls} - {*old.effects, *new.effects}):
        before, after = old.calls.get(name, 0), new.calls.get(name, 0)
        yield from _moved(f"calls of {wording.name(name)}", before, after, "also", "also")
