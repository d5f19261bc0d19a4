"""The fields of one state: their values, those that exclude each other, those of its type."""

from typing import Any, Final

from assent_engine.asl import values
from assent_engine.asl.choices import choice_problems
from assent_engine.asl.languages import language_problems
from assent_engine.asl.maps import map_problems
from assent_engine.asl.paths import template_problems
from assent_engine.asl.recovery import recovery_problems
from assent_engine.asl.shapes import STATES
from assent_engine.asl.verdict import JSONATA, JSONPATH, LANGUAGES, Json, Problems, is_open, problem
from assent_schemas.spelling import did_you_mean

_SECONDS = values.whole(1, values.LONG_TIME)
_VALUES: Final[dict[str, values.Check]] = {
    "Comment": values.text,
    "Next": values.text,
    "Default": values.text,
    "End": values.flag,
    "InputPath": values.path,
    "OutputPath": values.path,
    "ResultPath": values.reference,
    "ItemsPath": values.path,
    "SecondsPath": values.path,
    "TimestampPath": values.path,
    "TimeoutSecondsPath": values.path,
    "HeartbeatSecondsPath": values.path,
    "ErrorPath": values.expression,
    "CausePath": values.expression,
    "MaxConcurrencyPath": values.inner_path,
    "ToleratedFailureCountPath": values.inner_path,
    "ToleratedFailurePercentagePath": values.inner_path,
    "TimeoutSeconds": _SECONDS,
    "HeartbeatSeconds": _SECONDS,
    "Seconds": values.whole(0, values.LONG_TIME),
    "Timestamp": values.moment_text,
    "MaxConcurrency": values.whole(0),
    "ToleratedFailureCount": values.whole(0),
    "ToleratedFailurePercentage": values.Between(0, 100),
    "Error": values.text,
    "Cause": values.text,
    "Assign": values.an_object,
    "Credentials": values.an_object,
}
_SHAPES: Final = ("Parameters", "ResultSelector", "ItemSelector")
_TEMPLATES: Final = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials")
_PAIRS: Final = (
    ("TimeoutSeconds", "TimeoutSecondsPath"),
    ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    ("Error", "ErrorPath"),
    ("Cause", "CausePath"),
    ("MaxConcurrency", "MaxConcurrencyPath"),
    ("ToleratedFailureCount", "ToleratedFailureCountPath"),
    ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
)
_WORK: Final = ("Task", "Map", "Parallel")
# Only fields that AWS was seen to refuse elsewhere, or whose page forbids them.
_RESERVED: Final = {
    "TimeoutSeconds": ("Task",),
    "TimeoutSecondsPath": ("Task",),
    "HeartbeatSeconds": ("Task",),
    "HeartbeatSecondsPath": ("Task",),
    "Retry": _WORK,
    "Catch": _WORK,
    "ResultPath": (*_WORK, "Pass"),
    "Assign": (*_WORK, "Pass", "Choice", "Wait"),
    "Choices": ("Choice",),
    "Branches": ("Parallel",),
    "Iterator": ("Map",),
    "ItemProcessor": ("Map",),
    "Next": (*_WORK, "Pass", "Wait", "Succeed", "Fail"),
    "End": (*_WORK, "Pass", "Wait", "Succeed", "Fail"),
}
_LEADING: Final = (*_WORK, "Pass", "Wait")
_WAITS: Final = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")


def state_problems(state: Any, where: str, machine_language: str) -> Problems:
    """The problems of one state, those of the machines in it left out."""
    if is_open(state):
        return
    if not isinstance(state, dict):
        yield problem("state.not_an_object", where, "A state must be an object.")
        return
    kind = state.get("Type")
    if not isinstance(kind, str) or kind not in STATES:
        yield from _unknown_type(kind, where)
        return
    yield from language_problems(state, where, machine_language)
    language = state.get("QueryLanguage") or machine_language
    language = language if language in LANGUAGES else None
    yield from _fields(state, where, jsonata=language == JSONATA)
    yield from _exclusions(state, kind, where)
    yield from _transition(state, kind, where)
    if language == JSONPATH:
        for name in _TEMPLATES:
            yield from template_problems(state.get(name), f"{where}/{name}")
        for name in _SHAPES:
            yield from values.check(name, state.get(name), values.a_template, f"{where}/{name}")
    yield from recovery_problems(state, where, language)
    yield from _own_rules(state, kind, where, language)


def _unknown_type(kind: Any, where: str) -> Problems:
    if is_open(kind):
        return
    if kind is None:
        yield problem("state.no_type", where, 'A state needs a "Type".')
        return
    remedy = did_you_mean(kind, STATES) if isinstance(kind, str) else ""
    yield problem("state.unknown_type", f"{where}/Type", f"There is no type {kind!r}.", remedy)


def _fields(state: Json, where: str, *, jsonata: bool) -> Problems:
    for name, form in _VALUES.items():
        yield from values.check(name, state.get(name), form, f"{where}/{name}", jsonata=jsonata)


def _exclusions(state: Json, kind: str, where: str) -> Problems:
    for name, kinds in _RESERVED.items():
        if state.get(name) is not None and kind not in kinds:
            yield problem("field.unsupported", f"{where}/{name}", f'{kind} has no "{name}".')
    for pair in _PAIRS:
        if all(state.get(name) is not None for name in pair):
            detail = f'Only one of "{pair[0]}" and "{pair[1]}" may be given.'
            yield problem("field.conflict", f"{where}/{pair[1]}", detail)


def _transition(state: Json, kind: str, where: str) -> Problems:
    leads, ends = state.get("Next") is not None, state.get("End")
    if kind not in _LEADING or is_open(ends):
        return
    if leads and ends is True:
        yield problem("transition.both", f"{where}/End", 'Only one of "Next" and "End" may be.')
    elif not leads and ends is not True:
        yield problem("transition.missing", where, 'A state needs "Next" or "End": true.')


def _own_rules(state: Json, kind: str, where: str, language: str | None) -> Problems:
    match kind:
        case "Task":
            yield from _task(state, where)
        case "Choice":
            yield from choice_problems(state, where, language)
        case "Wait":
            yield from _wait(state, where)
        case "Map":
            yield from map_problems(state, where, language)
        case "Parallel":
            yield from _parallel(state, where)


def _task(state: Json, where: str) -> Problems:
    resource = state.get("Resource")
    if resource is None:
        yield problem("task.no_resource", where, 'A Task needs a "Resource".')
    yield from values.check("Resource", resource, values.filled_text, f"{where}/Resource")
    times: list[Any] = [state.get("HeartbeatSeconds"), state.get("TimeoutSeconds")]
    if all(values.number(seconds) is None for seconds in times) and times[0] > times[1]:
        detail = "The heartbeat must be shorter than the timeout."
        yield problem("task.heartbeat", f"{where}/HeartbeatSeconds", detail)


def _wait(state: Json, where: str) -> Problems:
    given = [name for name in _WAITS if state.get(name) is not None]
    if len(given) != 1:
        detail = f"A Wait has exactly one of {', '.join(_WAITS)}."
        yield problem("wait.one_form", where, detail)


def _parallel(state: Json, where: str) -> Problems:
    branches = state.get("Branches")
    if branches is None:
        yield problem("parallel.no_branches", where, 'A Parallel needs "Branches".')
    yield from values.check("Branches", branches, values.a_list, f"{where}/Branches")
    if branches == []:
        yield problem("parallel.no_branches", f"{where}/Branches", '"Branches" holds none.')
