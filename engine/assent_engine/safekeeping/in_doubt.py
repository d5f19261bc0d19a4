"""Runs in doubt: what a restore leaves to the owner of each run that stood open in the backup."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from assent_engine.interventions import RESTORED, choice_words, choices_for
from assent_engine.notices import NoticeLevel
from assent_engine.ports import SystemRandomness
from assent_engine.store.records import NewIntervention, NewNotice, Record
from assent_schemas import exact_json

_EXPIRED = """
WITH RECURSIVE family (id) AS (
    SELECT ? UNION SELECT e.id FROM workflow_executions e JOIN family f ON e.parent_run = f.id
)
SELECT title, deadline FROM requests JOIN family ON family.id = run_id
    WHERE status = 'timed_out' AND closed_at = ? ORDER BY deadline
"""


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A restore at a moment, within the transaction that marks what it is about."""

    connection: sqlite3.Connection
    at: str
    made: str

    def close_questions(self) -> None:
        """Close what cannot be answered: too late, or about a due time that is skipped."""
        self.connection.execute(
            "UPDATE requests SET status = 'withdrawn', closed_at = ?"
            " WHERE status = 'open' AND kind = 'occurrence'",
            (self.at,),
        )
        self.connection.execute(
            "UPDATE requests SET status = 'timed_out', closed_at = ?1"
            " WHERE status = 'open' AND deadline <= ?1",
            (self.at,),
        )

    def cases(self) -> Iterator[Record]:
        """A case and its notice for each of the runs; a called one goes on with its caller."""
        sql = (
            "SELECT e.id, p.name FROM workflow_executions e LEFT JOIN policies p USING (policy_id)"
            " WHERE e.error = ? AND e.restored_at = ? AND e.parent_run IS NULL ORDER BY e.rowid"
        )
        for run_id, name in self.connection.execute(sql, (RESTORED, self.at)).fetchall():
            yield from self._case(run_id, name)

    def _case(self, run_id: str, name: str) -> Iterator[Record]:
        text = (
            f"This run of {name!r} stood open in the backup made {self.made}, from which the home"
            f" was restored: the outside may know more than it does.{self._expired(run_id)}"
        )
        choices = exact_json.encode([str(one) for one in choices_for(RESTORED)]).decode()
        case = NewIntervention(
            id=SystemRandomness().identifier(),
            run_id=run_id,
            code=RESTORED,
            subject=RESTORED,
            text=text,
            about="{}",
            choices=choices,
            at=self.at,
        )
        yield case
        words = f"A run needs you: {text} {choice_words(RESTORED)}"
        yield NewNotice(f"{run_id}/case/{case.id}", words, NoticeLevel.PROBLEM, run_id, self.at)

    def _expired(self, run_id: str) -> str:
        """What it had asked that is too late to be answered now."""
        found = self.connection.execute(_EXPIRED, (run_id, self.at)).fetchall()
        return "".join(
            f" Its question {title!r} could be answered until {until}: it counts as not approved."
            for title, until in found
        )
