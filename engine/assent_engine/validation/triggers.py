"""Triggers: their expressions, zones and moments mean something."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from assent_engine.due import is_valid_cron, spelt_out
from assent_engine.moments import moment
from assent_engine.validation.machines import Json, listed
from assent_engine.validation.problems import misspelt, problem
from assent_schemas.errors import Problem, replacing
from assent_schemas.spelling import nearest


def trigger_problems(triggers: Any) -> Iterator[Problem]:
    """What is wrong with a policy's triggers."""
    for at, trigger in enumerate(listed(triggers)):
        if isinstance(trigger, dict):
            yield from _trigger(trigger, f"/triggers/{at}")


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
    if isinstance(zone, str) and zone not in _zones():
        detail, otherwise = f"There is no time zone {zone!r}.", "Use an IANA name: Europe/Zurich."
        near = nearest(zone, _zones())
        yield misspelt("trigger.unknown_zone", f"{where}/timezone", detail, near, otherwise)


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())
