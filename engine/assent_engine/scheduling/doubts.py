"""Doubts about triggers: what starts nothing, or twice, in this home and at this time."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from assent_engine.moments import timestamp
from assent_engine.scheduling import keys
from assent_engine.store.rows import PolicyRow
from assent_engine.validation.problems import problem
from assent_schemas.errors import Problem
from assent_schemas.statuses import PolicyStatus
from assent_schemas.triggers import OnceTrigger, RunEndTrigger


def known_policies(rows: Iterable[PolicyRow]) -> set[str]:
    """The names and ids of the policies whose runs can end."""
    there = [row for row in rows if row.status is not PolicyStatus.REMOVED]
    return {name for row in there for name in (row.policy_id, row.name)}


def trigger_warnings(
    document: dict[str, Any], known: Collection[str] | None, now: datetime
) -> list[Problem]:
    """The warnings for the triggers of a policy in which no problems were found.

    `known` are the names and ids of the policies that are there; None: it is not known.
    """
    return list(_warnings(document, known, now))


def _warnings(
    document: dict[str, Any], known: Collection[str] | None, now: datetime
) -> Iterator[Problem]:
    rules = [keys.of_json(one) for one in document.get("triggers", [])]
    for at, (name, rule) in enumerate(keys.keyed(rules).items()):
        where = f"/triggers/{at}"
        if "." in name:
            detail = "Another trigger is due at the same times: each starts a run of its own."
            yield problem("trigger.twice", where, detail, "Leave one of them out.")
        if isinstance(rule, OnceTrigger) and rule.at <= now:
            detail = f"{timestamp(rule.at)} has passed: it starts nothing."
            yield problem("trigger.past", f"{where}/at", detail, "Give a moment to come.")
        if isinstance(rule, RunEndTrigger) and known is not None and rule.policy not in known:
            detail = f"There is no policy {rule.policy!a} here whose end it could wait for."
            remedy = "See which there are: assent policy list"
            yield problem("trigger.no_such_policy", f"{where}/policy", detail, remedy)
