"""Triggers: their expressions, zones and moments mean something."""

from collections.abc import Iterator
from typing import Any

from assent_engine.due import is_valid_cron, spelt_out, zone_data
from assent_engine.files.paths import path_fault
from assent_engine.interpreter.paths import Path, compile_path
from assent_engine.moments import moment
from assent_engine.validation.expressions import condition_problems
from assent_engine.validation.machines import Json, listed
from assent_engine.validation.problems import misspelt, problem
from assent_schemas.errors import Problem, replacing
from assent_schemas.spelling import nearest


def trigger_problems(document: Json) -> Iterator[Problem]:
    """What is wrong with a policy's triggers."""
    own = [document[key] for key in ("policy_id", "name") if key in document]
    for at, trigger in enumerate(listed(document.get("triggers"))):
        if isinstance(trigger, dict):
            where = f"/triggers/{at}"
            yield from _trigger(trigger, where)
            yield from _manner(trigger, where)
            if trigger.get("type") == "run_end" and trigger.get("policy") in own:
                detail = "A policy that its own end starts would never end."
                yield problem("trigger.own_end", f"{where}/policy", detail, "Name another policy.")


def moment_problem(text: Any, code: str, where: str) -> Iterator[Problem]:
    """What is wrong with an RFC 3339 time."""
    if not isinstance(text, str) or (reason := _not_a_moment(text)) is None:
        return
    joined = text.strip().replace(" ", "T", 1).upper()
    fix = replacing(where, joined) if _not_a_moment(joined) is None else None
    yield problem(code, where, f"{reason}.", "Write it like 2026-01-31T09:00:00+01:00", fix)


def _not_a_moment(text: str) -> str | None:
    try:
        moment(text)
    except ValueError as error:
        return str(error)
    return None


def _trigger(trigger: Json, where: str) -> Iterator[Problem]:
    yield from moment_problem(trigger.get("at"), "trigger.bad_time", f"{where}/at")
    expression, zone = trigger.get("expression"), trigger.get("timezone")
    if isinstance(expression, str) and (reason := is_valid_cron(expression)):
        detail = f"{expression!r} is no crontab expression: {reason}."
        near = spelt_out(expression)
        yield misspelt("trigger.bad_cron", f"{where}/expression", detail, near)
    if isinstance(zone, str) and zone not in zone_data.names():
        detail, otherwise = f"There is no time zone {zone!r}.", "Use an IANA name: Europe/Zurich."
        near = nearest(zone, zone_data.names())
        yield misspelt("trigger.unknown_zone", f"{where}/timezone", detail, near, otherwise)


def _manner(trigger: Json, where: str) -> Iterator[Problem]:
    """What is wrong with how a trigger starts runs, and with what only some types have."""
    yield from _session(trigger, where)
    yield from _filter(trigger.get("when"), f"{where}/when")
    path = trigger.get("path")
    if isinstance(path, str) and (fault := path_fault(path)) is not None:
        remedy = "Write it like in/orders.csv, relative to the folder files."
        yield problem("trigger.bad_path", f"{where}/path", f"{path!a} {fault}.", remedy)
    catch_up = trigger.get("catch_up")
    if isinstance(catch_up, dict) and "most" in catch_up and catch_up.get("missed") != "all":
        detail = 'Only "missed": "all" catches up more than one.'
        yield problem("trigger.most_of_one", f"{where}/catch_up/most", detail, "Leave it out.")
    if trigger.get("only_while") == {}:
        detail = "It says no deadline and no exchange."
        remedy = 'Write {"deadline_seconds": 3600}, or leave it out.'
        yield problem("trigger.only_while_nothing", f"{where}/only_while", detail, remedy)


def _session(trigger: Json, where: str) -> Iterator[Problem]:
    given = {"minutes_after_open", "minutes_before_close"} & trigger.keys()
    if trigger.get("type") == "session" and len(given) != 1:
        detail = "A session trigger has one moment: so long after the open, or before the close."
        remedy = 'Write "minutes_after_open": 15, or "minutes_before_close": 15.'
        yield problem("trigger.no_moment", where, detail, remedy)


def _filter(condition: Any, where: str) -> Iterator[Problem]:
    """A condition that can be read, and looks only at what the trigger brings."""
    found = list(condition_problems(condition, where))
    yield from found
    if found or not isinstance(condition, dict):
        return
    for at, path in _paths(condition, where):
        if path.in_context or path.variable is not None:
            detail = "It looks at the run, which is not there yet."
            yield problem("trigger.filter_of_run", at, detail, "Write it like $.amount.")


def _paths(condition: Json, where: str) -> Iterator[tuple[str, Path]]:
    for key, item in condition.items():
        if isinstance(item, str) and (key == "variable" or key.endswith("_path")):
            yield f"{where}/{key}", compile_path(item)
        inner = listed(item) if key in {"and", "or"} else [item] if key == "not" else []
        for at, one in enumerate(inner):
            if isinstance(one, dict):
                yield from _paths(one, f"{where}/{key}" + f"/{at}" * (key != "not"))
