"""The checks that a schema cannot make: references, reachability, resources, paths, triggers.

They walk the raw document and skip what has no proper form, so that one answer holds the
problems of both layers.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError

from assent_engine.interpreter.faults import ALL
from assent_engine.interpreter.paths import PathSyntaxError, compile_path
from assent_engine.moments import moment
from assent_schemas import exact_schema
from assent_schemas.document import read_policy
from assent_schemas.errors import PolicyInvalid, Problem, pointer
from assent_schemas.policy import Policy
from assent_schemas.spelling import did_you_mean

Knows = Callable[[str], bool]
Nearest = Callable[[str], str | None]
Json = dict[str, Any]

TITLE = "The policy cannot be carried out"
MOST_PROBLEMS = 100
CRON_FIELDS = 5
_PATH_FIELDS = (
    "input_path",
    "output_path",
    "result_path",
    "items_path",
    "seconds_path",
    "timestamp_path",
    "error_path",
    "cause_path",
)
_TEMPLATES = ("parameters", "result_selector", "item_selector")


def validate(document: Any, knows: Knows, nearest: Nearest = lambda _name: None) -> Policy:
    """Read a policy document; raises PolicyInvalid with the problems of both layers at once.

    Each layer stops at a hundred: what is worse than that is not read to its end.
    `knows` tells whether a resource can be called, `nearest` what a misspelt one may have meant.
    """
    found: list[Problem] = []
    policy: Policy | None = None
    try:
        policy = read_policy(document)
    except PolicyInvalid as invalid:
        found.extend(invalid.problems)
    if isinstance(document, dict):
        found.extend(islice(_semantic_problems(document, knows, nearest), MOST_PROBLEMS))
    if found or policy is None:
        raise PolicyInvalid(found)
    return policy


def machines(document: Any, where: str = "") -> Iterator[tuple[str, Json]]:
    """Every machine of a raw document with its pointer: the root first, then inner ones."""
    if not isinstance(document, dict):
        return
    yield where, document
    for name, state in _objects(document.get("states")):
        inside = where + pointer("states", name)
        for key in ("iterator", "item_processor"):
            yield from machines(state.get(key), f"{inside}/{key}")
        branches = state.get("branches")
        for at, branch in enumerate(branches if isinstance(branches, list) else ()):
            yield from machines(branch, f"{inside}/branches/{at}")


def _semantic_problems(document: Json, knows: Knows, nearest: Nearest) -> Iterator[Problem]:
    for where, machine in machines(document):
        yield from _references(machine, where)
        for name, state in _objects(machine.get("states")):
            at = where + pointer("states", name)
            yield from _resource(state, at, knows, nearest)
            yield from _paths(state, at)
            yield from _recovery(state, at)
            yield from _moment(state.get("timestamp"), "wait.bad_timestamp", f"{at}/timestamp")
            if state.get("type") == "Approval":
                detail = "Approval states cannot be run by this version of Assent."
                yield Problem("state.unsupported", TITLE, detail, "", f"{at}/type")
    yield from _triggers(document.get("triggers"))
    schema = document.get("input_schema")
    reason = exact_schema.schema_problem(schema) if isinstance(schema, dict) else None
    if reason is not None:
        yield Problem("input_schema.invalid", TITLE, f"{reason}.", "", "/input_schema")


def _references(machine: Json, where: str) -> Iterator[Problem]:
    states = dict(_objects(machine.get("states")))
    if not states:
        return
    links = [("/start_at", machine.get("start_at"))]
    reached: dict[str, list[str]] = {}
    for name, state in states.items():
        targets = list(_links(state))
        links += [(pointer("states", name) + at, target) for at, target in targets]
        reached[name] = [str(target) for _, target in targets]
    for at, target in links:
        if isinstance(target, str) and target not in states:
            remedy = did_you_mean(target, states)
            detail = f'There is no state "{target}" in this machine.'
            yield Problem("reference.unknown_state", TITLE, detail, remedy, where + at)
    start = machine.get("start_at")
    if isinstance(start, str) and start in states:
        yield from _unreachable(states, start, reached, where)


def _links(state: Json) -> Iterator[tuple[str, Any]]:
    """Where a state can lead, with pointers relative to it."""
    for key in ("next", "default", "on_reject", "on_timeout"):
        if key in state:
            yield f"/{key}", state[key]
    for key in ("choices", "catch"):
        rules = state.get(key)
        for at, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and "next" in rule:
                yield f"/{key}/{at}/next", rule["next"]


def _unreachable(
    states: dict[str, Json], start: str, links: dict[str, list[str]], where: str
) -> Iterator[Problem]:
    seen, waiting = {start}, [start]
    while waiting:
        new = [name for name in links[waiting.pop()] if name in states and name not in seen]
        seen.update(new)
        waiting.extend(new)
    for name in states:
        if name not in seen:
            at = where + pointer("states", name)
            detail = f'No way leads from "{start}" to "{name}".'
            yield Problem("state.unreachable", TITLE, detail, "Link it or remove it.", at)


def _resource(state: Json, where: str, knows: Knows, nearest: Nearest) -> Iterator[Problem]:
    name = state.get("resource")
    if state.get("type") == "Task" and isinstance(name, str) and not knows(name):
        near = nearest(name)
        remedy = f'Did you mean "{near}"?' if near else ""
        detail = f'There is no step or macro "{name}".'
        yield Problem("resource.unknown", TITLE, detail, remedy, f"{where}/resource")


def _paths(state: Json, where: str) -> Iterator[Problem]:
    for key in _PATH_FIELDS:
        yield from _path(state.get(key), f"{where}/{key}")
    for key in _TEMPLATES:
        yield from _template(state.get(key), f"{where}/{key}")
    for key in ("choices", "catch"):
        rules = state.get(key)
        for at, rule in enumerate(rules if isinstance(rules, list) else ()):
            yield from _rule_paths(rule, f"{where}/{key}/{at}")


def _rule_paths(rule: Any, where: str) -> Iterator[Problem]:
    if not isinstance(rule, dict):
        return
    for key, item in rule.items():
        if key == "variable" or key.endswith("_path"):
            yield from _path(item, f"{where}/{key}")
        elif key in ("and", "or") and isinstance(item, list):
            for at, inner in enumerate(item):
                yield from _rule_paths(inner, f"{where}/{key}/{at}")
        elif key == "not":
            yield from _rule_paths(item, f"{where}/{key}")


def _path(text: Any, where: str) -> Iterator[Problem]:
    if isinstance(text, str):
        try:
            compile_path(text)
        except PathSyntaxError as error:
            remedy = "Use names and indexes: $.orders[0].price"
            yield Problem("path.syntax", TITLE, f"The path {error}.", remedy, where)


def _template(node: Any, where: str) -> Iterator[Problem]:
    for index, item in enumerate(node if isinstance(node, list) else ()):
        yield from _template(item, f"{where}/{index}")
    for name, item in node.items() if isinstance(node, dict) else ():
        at = where + pointer(name)
        if not name.endswith(".$"):
            yield from _template(item, at)
            continue
        yield from _path(item, at)
        if not isinstance(item, str):
            detail = f'"{name}" ends in .$, so its value is a path.'
            yield Problem("template.not_a_path", TITLE, detail, "", at)
        if name[:-2] in node:
            detail = f'"{name}" and "{name[:-2]}" give the same key.'
            yield Problem("template.duplicate_key", TITLE, detail, "Keep one of the two.", at)


def _recovery(state: Json, where: str) -> Iterator[Problem]:
    for key in ("retry", "catch"):
        rules = state.get(key)
        last = len(rules) - 1 if isinstance(rules, list) else -1
        for at, rule in enumerate(rules if isinstance(rules, list) else ()):
            names = rule.get("error_equals") if isinstance(rule, dict) else None
            if isinstance(names, list) and ALL in names and (names != [ALL] or at != last):
                detail = f"{ALL} stands alone, in the last rule."
                pointed = f"{where}/{key}/{at}/error_equals"
                yield Problem("recovery.all_not_last", TITLE, detail, "", pointed)


def _moment(text: Any, code: str, where: str) -> Iterator[Problem]:
    try:
        if isinstance(text, str):
            moment(text)
    except ValueError as error:
        remedy = "Write it like 2026-01-31T09:00:00+01:00"
        yield Problem(code, TITLE, f"{error}.", remedy, where)


def _triggers(triggers: Any) -> Iterator[Problem]:
    for at, trigger in enumerate(triggers if isinstance(triggers, list) else ()):
        if isinstance(trigger, dict):
            yield from _trigger(trigger, f"/triggers/{at}")


def _trigger(trigger: Json, where: str) -> Iterator[Problem]:
    yield from _moment(trigger.get("at"), "trigger.bad_time", f"{where}/at")
    expression, zone = trigger.get("expression"), trigger.get("timezone")
    if isinstance(expression, str) and (reason := _cron_fault(expression)):
        detail = f"{expression!r} is no crontab expression: {reason}."
        yield Problem("trigger.bad_cron", TITLE, detail, "", f"{where}/expression")
    if isinstance(zone, str) and zone not in _zones():
        remedy = did_you_mean(zone, _zones(), "Use an IANA name: Europe/Zurich.")
        detail = f"There is no time zone {zone!r}."
        yield Problem("trigger.unknown_zone", TITLE, detail, remedy, f"{where}/timezone")


def _cron_fault(expression: str) -> str | None:
    # The library reads a sixth field as seconds; crontab(5) knows five.
    if len(expression.split()) != CRON_FIELDS:
        return "it needs five fields"
    try:
        CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        return str(error)
    return None


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())


def _objects(node: Any) -> Iterator[tuple[str, Json]]:
    for name, item in node.items() if isinstance(node, dict) else ():
        if isinstance(item, dict):
            yield name, item
