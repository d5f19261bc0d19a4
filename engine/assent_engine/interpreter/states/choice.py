"""Choice: go to the state of the first rule that holds."""

from dataclasses import dataclass

from assent_engine.interpreter.comparisons import Test, compile_condition, condition_paths
from assent_engine.interpreter.faults import NO_CHOICE_MATCHED, StateFault, runtime
from assent_engine.interpreter.flow import Flow, optional_template, select
from assent_engine.interpreter.states.base import Run, names_entry_time
from assent_engine.interpreter.templates import Template
from assent_engine.interpreter.transition import Transition
from assent_engine.interpreter.visit import Visit
from assent_schemas.choice import ChoiceRule
from assent_schemas.states import ChoiceState


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule; its own assign counts, not the state's."""

    test: Test
    next: str
    assign: Template | None

    @classmethod
    def of(cls, rule: ChoiceRule) -> "Rule":
        return cls(compile_condition(rule), rule.next, optional_template(rule.assign))


@dataclass(frozen=True, slots=True)
class Choice:
    """Compiled rules in order, each with where it leads."""

    flow: Flow
    rules: tuple["Rule", ...]
    default: str | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: ChoiceState) -> "Choice":
        flow = Flow.of(state)
        rules = tuple(Rule.of(rule) for rule in state.choices)
        paths = [path for rule in state.choices for path in condition_paths(rule)]
        paths += [path for rule in rules if rule.assign for path in rule.assign.paths]
        needs_time = names_entry_time([*flow.paths(), *paths])
        return cls(flow, rules, state.default, needs_time)

    def run(self, visit: Visit) -> Run:
        if self.needs_entry_time:
            yield from visit.enter()
        seen = self.flow.effective_input(visit)
        rules = enumerate(self.rules)
        at, rule = next((one for one in rules if one[1].test(seen, visit)), (0, None))
        if rule is not None:
            visit.took(f"/choices/{at}")
            assigned = None if rule.assign is None else rule.assign.fill(seen, visit)
            output = select(self.flow.output_path, seen, visit)
            return Transition(rule.next, output, assigned, visit.weight)
        if self.default is None:
            raise _unmatched(visit)
        visit.took("/default")
        return self.flow.passes(self.default, visit, seen)


def _unmatched(visit: Visit) -> StateFault:
    if not visit.dialect.snake_case:
        # The service never uses the specification's name; the words are its own.
        return runtime(
            "Failed to transition out of the state. The state does not point to a next state."
        )
    return StateFault(NO_CHOICE_MATCHED, f"No rule of {visit.name} holds for the data.")
