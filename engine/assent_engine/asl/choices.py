"""The rules of a Choice: one test each, over values of the right kind, leading somewhere."""

from typing import Any

from assent_engine.asl import values
from assent_engine.asl.names import COMPARISONS, CONNECTIVES
from assent_engine.asl.paths import template_problems
from assent_engine.asl.verdict import JSONATA, JSONPATH, Json, Problems, is_open, problem

_KINDS = {"String": values.text, "Timestamp": values.moment_literal, "Is": values.flag} | {
    "Numeric": values.number,
    "Boolean": values.flag,
}


def choice_problems(state: Json, where: str, language: str | None) -> Problems:
    """The problems of a Choice state's rules; without a known language only their frame is read."""
    rules = state.get("Choices")
    if is_open(rules):
        return
    if not isinstance(rules, list) or not rules:
        inside = f"{where}/Choices" if "Choices" in state else where
        yield problem("choice.no_rules", inside, '"Choices" must be a list of at least one rule.')
        return
    for at, rule in enumerate(rules):
        yield from _rule(rule, f"{where}/Choices/{at}", language)


def _rule(rule: Any, where: str, language: str | None) -> Problems:
    yield from values.check("Choices", rule, values.an_object, where)
    if not isinstance(rule, dict) or is_open(rule):
        return
    if rule.get("Next") is None:
        yield problem("transition.missing", where, 'A rule needs "Next".')
    if language == JSONATA:
        yield from _condition(rule, where)
    elif language == JSONPATH:
        yield from _test(rule, where)
        yield from template_problems(rule.get("Assign"), f"{where}/Assign")


def _condition(rule: Json, where: str) -> Problems:
    condition = rule.get("Condition")
    if condition is None:
        yield problem("choice.no_condition", where, 'A JSONata rule needs "Condition".')
    elif not isinstance(condition, bool | str):
        detail = '"Condition" must be true, false or a JSONata expression.'
        yield problem(values.TYPE, f"{where}/Condition", detail)


def _test(rule: Json, where: str) -> Problems:
    """A comparison, or tests joined by And, Or, Not."""
    if "Condition" in rule:
        return  # reported as a field of the other language
    tests = [name for name in rule if name in COMPARISONS or name in CONNECTIVES]
    if len(tests) != 1:
        found = "none" if not tests else " and ".join(sorted(tests))
        yield problem("choice.one_test", where, f"A rule makes exactly one test, not {found}.")
        return
    if tests[0] in CONNECTIVES:
        yield from _joined(tests[0], rule[tests[0]], f"{where}/{tests[0]}")
        return
    yield from _variable(rule, where)
    form = values.path if tests[0].endswith("Path") else _literal(tests[0])
    yield from values.check(tests[0], rule[tests[0]], form, f"{where}/{tests[0]}")


def _literal(test: str) -> values.Check:
    return next(form for kind, form in _KINDS.items() if test.startswith(kind))


def _variable(rule: Json, where: str) -> Problems:
    if rule.get("Variable") is None:
        yield problem("choice.no_variable", where, 'A comparison needs "Variable".')
    yield from values.check("Variable", rule.get("Variable"), values.path, f"{where}/Variable")


def _joined(name: str, inner: Any, where: str) -> Problems:
    if is_open(inner):
        return
    if name == "Not":
        yield from values.check(name, inner, values.an_object, where)
        yield from _inner(inner, where)
        return
    if not isinstance(inner, list) or not inner:
        yield problem("choice.empty", where, f'"{name}" must be a list of at least one test.')
        return
    for at, test in enumerate(inner):
        yield from values.check(name, test, values.an_object, f"{where}/{at}")
        yield from _inner(test, f"{where}/{at}")


def _inner(test: Any, where: str) -> Problems:
    if not isinstance(test, dict) or is_open(test):
        return
    if "Next" in test:
        detail = "Only the outermost rule says where to go."
        yield problem("choice.nested_next", f"{where}/Next", detail, 'Remove this "Next".')
    yield from _test(test, where)
