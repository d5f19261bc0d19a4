"""The steps of a policy as a numbered outline: what each does and where it leads, in words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from assent_engine.reading import acts, wording
from assent_engine.reading.conditions import condition
from assent_engine.reading.ways import Ways, inner_machines, leads_to
from assent_engine.registry import StepRegistry
from assent_schemas.recovery import Catcher
from assent_schemas.states import (
    AnyState,
    ApprovalState,
    ChoiceState,
    FailState,
    Machine,
    MapState,
    PassState,
    SucceedState,
    TaskState,
)

INDENT = "   "


@dataclass(frozen=True, slots=True)
class Outline:
    """One machine told step by step. A short last step is told where it is chosen, unnumbered."""

    machine: Machine
    registry: StepRegistry
    ways: Ways
    numbers: dict[str, str]
    told: frozenset[str]
    order: dict[str, int]
    groups: dict[str, int]

    @classmethod
    def of(
        cls, machine: Machine, registry: StepRegistry, limit: int, prefix: str = ""
    ) -> "Outline":
        ways = Ways.of(machine, limit)
        told = frozenset(_told_in_place(machine, ways))
        listed = [name for name in ways.links if name not in told]
        numbers = {name: f"{prefix}{at}" for at, name in enumerate(listed, start=1)}
        order = {name: at for at, name in enumerate(listed)}
        groups = {name: at for at, group in enumerate(ways.groups) for name in group}
        return cls(machine, registry, ways, numbers, told, order, groups)

    def lines(self) -> Iterator[str]:
        """Numbered lines, the steps of inner machines indented below theirs."""
        names = list(self.numbers)
        for at, name in enumerate(names):
            following = names[at + 1] if at + 1 < len(names) else None
            state = self.machine.states[name]
            yield f"{self.numbers[name]}. {self._told(name, state, following)}"
            yield from (INDENT + line for line in self._inner(name, state))
        yield from (self._loop(group) for group in self.ways.loops())

    def _told(self, name: str, state: AnyState, following: str | None) -> str:
        sentences = [self._sentence(state, name, following), *acts.recovery(state)]
        sentences += self._catches(state, name)
        return f"{wording.quoted(name)}: {' '.join(sentences)}"

    def _sentence(self, state: AnyState, name: str, following: str | None) -> str:
        if isinstance(state, ChoiceState):
            return wording.capital(f"{self._choice(state, name)}.")
        done = f"{acts.act(state, self.registry)}{self._onwards(state, name, following)}"
        return wording.capital(f"{done}.")

    def _choice(self, state: ChoiceState, name: str) -> str:
        parts = [
            f"if {condition(rule)}, it {self._leads(rule.next, name)}" for rule in state.choices
        ]
        if state.default is None:
            parts.append("otherwise the run fails")
        else:
            parts.append(f"otherwise it {self._leads(state.default, name)}")
        return "; ".join(parts)

    def _onwards(self, state: AnyState, name: str, following: str | None) -> str:
        if isinstance(state, ApprovalState):
            return self._answers(state, name)
        target = getattr(state, "next", None)
        if target is None:
            return "" if isinstance(state, FailState | SucceedState) else ", and ends"
        return "" if target == following else f", and {self._leads(target, name)}"

    def _answers(self, state: ApprovalState, name: str) -> str:
        yes = "ends" if state.next is None else self._leads(state.next, name)
        no = (
            "the run fails"
            if state.on_reject is None
            else f"it {self._leads(state.on_reject, name)}"
        )
        late = state.on_timeout
        silent = "the run fails" if late is None else f"it {self._leads(late, name)}"
        return f"; if you say yes, it {yes}; if you say no, {no}; if nobody answers, {silent}"

    def _leads(self, target: str, source: str) -> str:
        """Where a step leads, after "it"."""
        state = self.machine.states.get(target)
        if state is None:
            return f"goes on with {wording.quoted(target)}, which is not there"
        if target in self.told:
            done = acts.act(state, self.registry)
            return done if isinstance(state, FailState | SucceedState) else f"{done} and ends"
        way = "goes back to" if self._is_back(source, target) else "goes on with"
        return f"{way} step {self.numbers[target]} ({wording.quoted(target)})"

    def _is_back(self, source: str, target: str) -> bool:
        together = self.groups[source] == self.groups[target]
        return together and self.order[target] <= self.order[source]

    def _catches(self, state: AnyState, name: str) -> list[str]:
        left = " that is left then" if acts.recovery(state) else ""
        return [
            f"After {acts.errors(one.error_equals)}{left}, it {_reversing(one)}"
            f"{self._leads(one.next, name)}."
            for one in getattr(state, "catch", ())
        ]

    def _inner(self, name: str, state: AnyState) -> Iterator[str]:
        many = not isinstance(state, MapState)
        for at, (_, machine) in enumerate(inner_machines(state), start=1):
            prefix = f"{self.numbers[name]}.{at}." if many else f"{self.numbers[name]}."
            if many:
                yield f"Branch {wording.number(at)}:"
            yield from Outline.of(machine, self.registry, self.ways.limit, prefix).lines()

    def _loop(self, group: tuple[str, ...]) -> str:
        numbers = [self.numbers[name] for name in self.numbers if name in group]
        steps = f"step {numbers[0]}" if len(numbers) == 1 else f"steps {wording.joined(numbers)}"
        limit = wording.number(self.ways.limit)
        return f"A loop: {steps} may repeat, until the run has made {limit} steps in all."


def _reversing(rule: Catcher) -> str:
    return "first reverses what this step did, then " if rule.compensate else ""


def _told_in_place(machine: Machine, ways: Ways) -> Iterator[str]:
    """Short last steps that one choice, answer or error alone leads to."""
    named = Counter(target for name in ways.links for target in leads_to(machine.states[name]))
    straight = {getattr(machine.states[name], "next", None) for name in ways.links}
    for name in ways.links:
        once = named[name] == 1 and name not in straight and name != machine.start_at
        if once and _is_short_end(machine.states[name]):
            yield name


def _is_short_end(state: AnyState) -> bool:
    if isinstance(state, FailState | SucceedState):
        return True
    if isinstance(state, TaskState) and (state.retry or state.catch):
        return False
    return isinstance(state, TaskState | PassState) and state.end is True
