"""Choice: go to the state of the first rule whose condition is true."""

from dataclasses import dataclass

from assent_engine.interpreter.faults import NO_CHOICE_MATCHED, StateFault
from assent_engine.interpreter.jsonata import Ending, Field
from assent_engine.interpreter.states.base import Run
from assent_engine.interpreter.states.jsonata.fields import ending
from assent_engine.interpreter.visit import Visit
from assent_schemas.jsonata_states import JsonataChoice, JsonataRule


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; its own output and assignments count, not the state's."""

    condition: Field
    next: str
    ending: Ending

    @classmethod
    def of(cls, at: int, rule: JsonataRule) -> "Rule":
        where = f"Choices[{at}]/"
        condition = Field.of(f"{where}Condition", rule.condition)
        return cls(condition, rule.next, ending(rule, where))


@dataclass(frozen=True, slots=True)
class Choice:
    """Rules in order; the state's own ending is that of the default."""

    rules: tuple[Rule, ...]
    default: str | None
    ending: Ending
    needs_entry_time: bool

    @classmethod
    def of(cls, state: JsonataChoice) -> "Choice":
        rules = tuple(Rule.of(at, rule) for at, rule in enumerate(state.choices))
        own = ending(state)
        fields = [*own.fields, *(rule.condition for rule in rules)]
        fields += [one for rule in rules for one in rule.ending.fields]
        return cls(rules, state.default, own, any(one.is_timed for one in fields))

    def run(self, visit: Visit) -> Run:
        if self.needs_entry_time:
            yield from visit.enter()
        states = {"input": visit.raw}
        for at, rule in enumerate(self.rules):
            if rule.condition.flag(states, visit):
                visit.took(f"/choices/{at}")
                return rule.ending.leads(rule.next, visit, states, visit.raw)
        if self.default is None:
            raise StateFault(NO_CHOICE_MATCHED, f"No rule of {visit.name} holds for the data.")
        visit.took("/default")
        return self.ending.leads(self.default, visit, states, visit.raw)
