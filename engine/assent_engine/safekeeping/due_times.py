"""What is wrong with the records of due times: doubled, without their run, or missing."""

import sqlite3
from collections.abc import Iterator

from assent_engine.moments import moment
from assent_schemas import exact_json

Answers = Iterator[tuple[str, str] | None]
_SINCE = 3
"""The form of the store from which on what was thinned is known."""
_SPANS = (
    "SELECT policy_id, trigger, due, through, count, lead(due) OVER"
    " (PARTITION BY policy_id, trigger ORDER BY due) FROM occurrences"
)
_LOOSE = {
    "it ran, but there is no such run": (
        "status IN ('ran', 'caught_up') AND (run_id IS NULL OR run_id NOT IN"
        " (SELECT id FROM workflow_executions))"
    ),
    "it did not run, but names a run": (
        "status NOT IN ('ran', 'caught_up') AND run_id IS NOT NULL"
    ),
    "the owner is asked, but there is no question": (
        "status = 'asked' AND (request_id IS NULL OR request_id NOT IN (SELECT id FROM requests))"
    ),
}
_INTERVALS = (
    "SELECT t.policy_id, t.trigger, t.document, t.anchor, t.settled, h.through"
    " FROM triggers t LEFT JOIN occurrences_thinned h"
    " ON h.policy_id = t.policy_id AND h.trigger = t.trigger"
    " WHERE t.retired_at IS NULL AND t.trigger LIKE 'interval-%'"
)
_COUNTED = (
    "SELECT coalesce(sum(count), 0) FROM occurrences"
    " WHERE policy_id = ? AND trigger = ? AND due > ? AND through <= ?"
)


def due_times(connection: sqlite3.Connection, form: int) -> Answers:
    """Every due time has one record, with its run where it has one; those of intervals all have.

    When else something was due depends on zones, which may have changed since.
    """
    if form < _SINCE:
        return
    yield from _spans(connection)
    for what, where in _LOOSE.items():
        sql = f"SELECT policy_id, trigger, due FROM occurrences WHERE {where}"  # noqa: S608
        for row in connection.execute(sql):
            yield " ".join(row), what
    for row in connection.execute(_INTERVALS).fetchall():
        yield _gap(connection, *row)


def _spans(connection: sqlite3.Connection) -> Answers:
    for policy_id, trigger, due, through, count, following in connection.execute(_SPANS):
        subject = f"{policy_id} {trigger} {due}"
        if through < due or (count == 1) is not (due == through):
            yield subject, "its number does not fit its first and last due time"
        elif following is not None and following <= through:
            yield subject, f"{following} has two records"
        else:
            yield None


def _gap(
    connection: sqlite3.Connection,
    policy_id: str,
    trigger: str,
    document: str,
    anchor: str,
    settled: str,
    thinned: str | None,
) -> tuple[str, str] | None:
    since = max(anchor, thinned or anchor)
    if settled <= since:
        return None
    start, seconds = moment(anchor), exact_json.decode(document)["seconds"]
    passed = [int((moment(at) - start).total_seconds() // seconds) for at in (since, settled)]
    ((found,),) = connection.execute(_COUNTED, (policy_id, trigger, since, settled))
    missing = passed[1] - passed[0] - found
    if missing <= 0:
        return None
    return f"{policy_id} {trigger}", f"{missing} due times until {settled} have no record"
