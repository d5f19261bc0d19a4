"""The rules of Retry and Catch: which errors they name, their numbers and where they lead."""

from typing import Any, Final

from assent_engine.asl import values
from assent_engine.asl.paths import template_problems
from assent_engine.asl.verdict import JSONATA, Json, Problems, objects, problem

ALL: Final = "States.ALL"
LONGEST_DELAY: Final = 31_622_400

_RETRIER: Final[dict[str, values.Check]] = {
    "IntervalSeconds": values.whole(0, values.LONG_TIME),
    "MaxAttempts": values.whole(0, values.LONG_TIME),
    "BackoffRate": values.Between(1),
    "MaxDelaySeconds": values.whole(1, LONGEST_DELAY),
    "JitterStrategy": values.OneOf(("FULL", "NONE")),
}


def recovery_problems(state: Json, where: str, language: str | None) -> Problems:
    """The problems of a state's retriers and catchers."""
    for name in ("Retry", "Catch"):
        rules = state.get(name)
        yield from values.check(name, rules, values.a_list, f"{where}/{name}")
        for at, rule in enumerate(rules if isinstance(rules, list) else ()):
            inside = f"{where}/{name}/{at}"
            yield from values.check(name, rule, values.an_object, inside)
        for at, rule in objects(rules):
            inside = f"{where}/{name}/{at}"
            yield from _errors(rule, inside, last=at == len(state[name]) - 1)
    for at, rule in objects(state.get("Retry")):
        for name, form in _RETRIER.items():
            inside = f"{where}/Retry/{at}/{name}"
            yield from values.check(name, rule.get(name), form, inside)
    for at, rule in objects(state.get("Catch")):
        yield from _catcher(rule, f"{where}/Catch/{at}", language)


def _errors(rule: Json, where: str, *, last: bool) -> Problems:
    names: Any = rule.get("ErrorEquals")
    inside = f"{where}/ErrorEquals"
    if names is None or names == []:
        at = where if names is None else inside
        yield problem("recovery.no_errors", at, '"ErrorEquals" must name at least one error.')
        return
    yield from values.check("ErrorEquals", names, values.texts, inside)
    if isinstance(names, list) and ALL in names and (len(names) > 1 or not last):
        yield problem("recovery.all_not_last", inside, f"{ALL} stands alone, in the last rule.")


def _catcher(rule: Json, where: str, language: str | None) -> Problems:
    if rule.get("Next") is None:
        yield problem("transition.missing", where, 'A catcher needs "Next".')
    if language == JSONATA:
        return
    inside = f"{where}/ResultPath"
    yield from values.check("ResultPath", rule.get("ResultPath"), values.reference, inside)
    yield from template_problems(rule.get("Assign"), f"{where}/Assign")
