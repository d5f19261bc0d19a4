"""Choice: go to the state of the first rule that holds."""

from dataclasses import dataclass

from assent_engine.interpreter.comparisons import Test, compile_condition, condition_paths
from assent_engine.interpreter.faults import NO_CHOICE_MATCHED, StateFault
from assent_engine.interpreter.flow import Flow, select
from assent_engine.interpreter.states.base import Run, names_entry_time
from assent_engine.interpreter.transition import Transition
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import ChoiceState


@dataclass(frozen=True, slots=True)
class Choice:
    """Compiled rules in order, each with where it leads."""

    flow: Flow
    rules: tuple[tuple[Test, str], ...]
    default: str | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: ChoiceState) -> "Choice":
        flow = Flow.of(state)
        rules = tuple((compile_condition(rule), rule.next) for rule in state.choices)
        paths = [path for rule in state.choices for path in condition_paths(rule)]
        needs_time = names_entry_time([*flow.paths(), *paths])
        return cls(flow, rules, state.default, needs_time)

    def run(self, visit: Visit) -> Run:
        if self.needs_entry_time:
            yield from visit.enter()
        seen = self.flow.effective_input(visit)
        chosen = next((name for test, name in self.rules if test(seen, visit)), self.default)
        if chosen is None:
            raise StateFault(NO_CHOICE_MATCHED, f"No rule of {visit.name} holds for the data.")
        return Transition(chosen, select(self.flow.output_path, seen, visit))
