"""Which steps a policy can reach, itself or through others, and what stands in the way."""

from collections.abc import Iterator
from dataclasses import dataclass

from assent_engine.reading import called
from assent_engine.reading.ways import inner_machines, leads_to, links
from assent_engine.registry import Macro, Risk, StepDeclaration, StepRegistry
from assent_schemas.states import POLICY_RUN, AnyState, ApprovalState, Machine, TaskState

_RISKS = (Risk.LOW, Risk.MEDIUM, Risk.HIGH)


@dataclass(frozen=True, slots=True)
class Reached:
    """A registered step that a policy reaches, and the first macro or policy on the way."""

    step: StepDeclaration
    through: str | None


def reached(machine: Machine, registry: StepRegistry) -> list[Reached]:
    """Every step once, by name."""
    found: dict[str, Reached] = {}
    for name, through in _resources(machine, registry, (), None):
        step = registry.step(name)
        if step is not None and (name not in found or through is None):
            found[name] = Reached(step, through)
    return [found[name] for name in sorted(found)]


def side_effects(machine: Machine, registry: StepRegistry) -> list[Reached]:
    """The steps that change the outside world, the riskiest first."""
    found = [one for one in reached(machine, registry) if one.step.side_effect]
    return sorted(found, key=lambda one: (-_RISKS.index(one.step.risk), one.step.name))


def macros(machine: Machine, registry: StepRegistry) -> list[Macro]:
    """The macros that it runs, by name."""
    names = {name for name, _ in _resources(machine, registry, (), None)}
    found = [registry.macro(name) for name in sorted(names)]
    return [macro for macro in found if macro is not None]


def unregistered(machine: Machine, registry: StepRegistry) -> list[str]:
    """The resources that nothing is known of, by name."""
    names = {name for name, _ in _resources(machine, registry, (), None)}
    return sorted(name for name in names if not registry.step(name) and not registry.macro(name))


def effects_from(machine: Machine, start: str, registry: StepRegistry) -> set[str]:
    """The side effects that may still happen from a state on, unregistered resources included."""
    found: set[str] = set()
    for name in _onwards(machine, start):
        found |= _effects_in(machine.states[name], registry)
    return found


def unasked_effects(machine: Machine, registry: StepRegistry) -> set[str]:
    """The side effects that may happen in a run without the owner having said yes in it."""
    return _unasked(machine, registry, ())


def _unasked(machine: Machine, registry: StepRegistry, within: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    for name in _onwards(machine, machine.start_at, without_yes=True):
        state = machine.states[name]
        if isinstance(state, TaskState):
            found |= _unasked_task(state, registry, within)
        for _, inner in inner_machines(state):
            found |= _unasked(inner, registry, within)
    return found


def _unasked_task(state: TaskState, registry: StepRegistry, within: tuple[str, ...]) -> set[str]:
    macro = registry.macro(state.resource)
    if macro is not None and macro.name not in within:
        return _unasked(macro.machine, registry, (*within, macro.name))
    if POLICY_RUN not in within and (policies := called.everyone(state, registry)):
        inside = (*within, POLICY_RUN)
        return set[str]().union(*(_unasked(one, registry, inside) for one in policies.values()))
    if called.known(state, registry) is not None:
        return set()
    step = registry.step(state.resource)
    return {state.resource} if step is None or step.side_effect else set()


def _onwards(machine: Machine, start: str, *, without_yes: bool = False) -> list[str]:
    found: dict[str, None] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in found or name not in machine.states:
            continue
        found[name] = None
        state = machine.states[name]
        waiting.extend(_not_after_yes(state) if without_yes else leads_to(state))
    return list(found)


def _not_after_yes(state: AnyState) -> Iterator[str]:
    if not isinstance(state, ApprovalState):
        yield from leads_to(state)
        return
    others = (state.on_reject, state.on_timeout, *(one.next for one in getattr(state, "catch", ())))
    yield from (one for one in others if one is not None)


def acts(state: AnyState, registry: StepRegistry) -> bool:
    """Whether a state, or what it runs, may change the outside world."""
    return bool(_effects_in(state, registry))


def _effects_in(state: AnyState, registry: StepRegistry) -> set[str]:
    names = {name for name, _ in _in_state(state, registry, (), None)}
    return {name for name in names if _acts(name, registry)}


def _acts(name: str, registry: StepRegistry) -> bool:
    step = registry.step(name)
    return step.side_effect if step is not None else registry.macro(name) is None


def _resources(
    machine: Machine, registry: StepRegistry, within: tuple[str, ...], through: str | None
) -> Iterator[tuple[str, str | None]]:
    for name in links(machine):
        yield from _in_state(machine.states[name], registry, within, through)


def _in_state(
    state: AnyState, registry: StepRegistry, within: tuple[str, ...], through: str | None
) -> Iterator[tuple[str, str | None]]:
    """Every resource that a state names, in itself or in what it runs, and through which macro."""
    if called.known(state, registry) is not None:
        yield from _in_policies(state, registry, within, through)
    elif isinstance(state, TaskState):
        yield state.resource, through
        macro = registry.macro(state.resource)
        if macro is not None and macro.name not in within:
            deeper = (*within, macro.name)
            yield from _resources(macro.machine, registry, deeper, through or macro.name)
    for _, inner in inner_machines(state):
        yield from _resources(inner, registry, within, through)


def _in_policies(
    state: AnyState, registry: StepRegistry, within: tuple[str, ...], through: str | None
) -> Iterator[tuple[str, str | None]]:
    """What the policies name that a state can reach, each of them looked at once."""
    if POLICY_RUN in within:
        return
    for name, policy in called.everyone(state, registry).items():
        yield from _resources(policy, registry, (*within, POLICY_RUN), through or name)
