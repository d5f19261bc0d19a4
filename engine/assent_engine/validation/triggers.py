"""Triggers: their expressions, zones and moments mean something."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from assent_engine.due import is_valid_cron
from assent_engine.moments import moment
from assent_engine.validation.machines import Json, listed
from assent_engine.validation.problems import problem
from assent_schemas.errors import Problem
from assent_schemas.spelling import did_you_mean


def trigger_problems(triggers: Any) -> Iterator[Problem]:
    """What is wrong with a policy's triggers."""
    for at, trigger in enumerate(listed(triggers)):
        if isinstance(trigger, dict):
            yield from _trigger(trigger, f"/triggers/{at}")


def moment_problem(text: Any, code: str, where: str) -> Iterator[Problem]:
    """What is wrong with an RFC 3339 time."""
    try:
        if isinstance(text, str):
            moment(text)
    except ValueError as error:
        yield problem(code, where, f"{error}.", "Write it like 2026-01-31T09:00:00+01:00")


def _trigger(trigger: Json, where: str) -> Iterator[Problem]:
    yield from moment_problem(trigger.get("at"), "trigger.bad_time", f"{where}/at")
    expression, zone = trigger.get("expression"), trigger.get("timezone")
    if isinstance(expression, str) and (reason := is_valid_cron(expression)):
        detail = f"{expression!r} is no crontab expression: {reason}."
        yield problem("trigger.bad_cron", f"{where}/expression", detail)
    if isinstance(zone, str) and zone not in _zones():
        remedy = did_you_mean(zone, _zones(), "Use an IANA name: Europe/Zurich.")
        yield problem(
            "trigger.unknown_zone", f"{where}/timezone", f"There is no time zone {zone!r}.", remedy
        )


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())
