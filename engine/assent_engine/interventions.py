"""Interventions: cases that only the owner can settle, their choices, and the one decision."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assent_engine.clock import Clock
from assent_engine.effects import Failed
from assent_engine.ids import choose
from assent_engine.moments import timestamp
from assent_engine.ports import Randomness
from assent_engine.refusals import refused
from assent_engine.registry import StepRegistry
from assent_engine.registry.invocation import to_outcome
from assent_engine.store import Store
from assent_engine.store.records import (
    AuditEntry,
    CancelRequested,
    InterventionDecided,
    NewIntervention,
    Record,
)
from assent_engine.store.rows import InterventionRow
from assent_schemas import exact_json
from assent_schemas.errors import Refused

LONGEST_NOTE = 4096
OPEN = "open"
DECIDED = "decided"
RESTORED = "run.restored"
"""The code of a run that stood open in a backup, from which the home was restored since."""


class Choice(StrEnum):
    """What the owner can say about a case."""

    RETRY = "retry"
    DONE = "done"
    SKIP = "skip"
    COMPENSATE = "compensate"
    ABORT = "abort"


_MEANINGS = {
    Choice.RETRY: "try again",
    Choice.DONE: "it was done, go on (say in a note how you know)",
    Choice.SKIP: "it was not done and shall not be, go on",
    Choice.COMPENSATE: "end the run and reverse what it did",
    Choice.ABORT: "end the run and keep what it did",
}
_IF_UNSURE = {
    Choice.COMPENSATE: (
        "end the run and reverse what it did; this is looked up once more, and kept where"
        " nobody can tell"
    ),
    Choice.ABORT: "end the run and keep what it did, and this if it happened",
}
_SAID_OTHERWISE = {
    "effect.unsure": _IF_UNSURE,
    RESTORED: {Choice.RETRY: "go on with it; the outside is asked before every side effect"},
}
_CHOICES = {
    "effect.unsure": tuple(Choice),
    "compensation.failed": (Choice.RETRY, Choice.DONE, Choice.SKIP),
    "compensation.unsure": (Choice.RETRY, Choice.DONE, Choice.SKIP),
    "run.failed": (Choice.COMPENSATE, Choice.ABORT),
    RESTORED: (Choice.RETRY, Choice.COMPENSATE, Choice.ABORT),
    "journal.broken": (Choice.RETRY,),
    "journal.diverged": (Choice.RETRY, Choice.COMPENSATE, Choice.ABORT),
}
# Where the approval is in doubt, nothing may act, not even a compensation.
_WITHOUT_PERMISSION = (Choice.RETRY, Choice.ABORT)


def choices_for(code: str) -> tuple[Choice, ...]:
    """What can be said about a case of this code."""
    return _CHOICES.get(code, _WITHOUT_PERMISSION)


def meanings(code: str) -> dict[Choice, str]:
    """What can be said about a case of this code, and what comes of it."""
    said = {**_MEANINGS, **_SAID_OTHERWISE.get(code, {})}
    return {choice: said[choice] for choice in choices_for(code)}


def choice_words(code: str) -> str:
    """The choices in a sentence, each with its meaning."""
    said = ", ".join(f"{one} ({meaning})" for one, meaning in meanings(code).items())
    return f"Choose: {said}."


@dataclass(frozen=True, slots=True)
class Decision:
    """The owner's word on a case."""

    choice: Choice
    by: str
    how: str
    note: str | None = None
    result: Any = None


@dataclass(slots=True)
class Interventions:
    """The owner's inbox; every case is decided once."""

    store: Store
    clock: Clock
    randomness: Randomness
    registry: StepRegistry
    # Who asks and then writes must not be overtaken, or two would believe that they decided.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def case(
        self, run_id: str, code: str, subject: str, text: str, about: dict[str, Any]
    ) -> NewIntervention:
        """The record of a new case; it changes nothing where one about the subject is open."""
        return NewIntervention(
            id=self.randomness.identifier(),
            run_id=run_id,
            code=code,
            subject=subject,
            text=text,
            about=_text(about),
            choices=_text(list(choices_for(code))),
            at=timestamp(self.clock.now()),
        )

    async def resolve(self, intervention_id: str, decision: Decision) -> InterventionRow:
        """Settle an open case; the run goes on when it is resumed.

        Raises Refused where it is decided already, and says by whom, or where the choice does
        not fit.
        """
        async with self._turn:
            row = await self._open(intervention_id)
            self._check(row, decision)
            await self.store.commit(*self._records(row, decision))
            decided = await self._row(intervention_id)
            if decided.status != DECIDED:
                # It settled itself while the decision was on its way.
                raise _closed(decided)
        return row

    async def _open(self, intervention_id: str) -> InterventionRow:
        if (row := await self._row(intervention_id)).status != OPEN:
            raise _closed(row)
        return row

    async def _row(self, intervention_id: str) -> InterventionRow:
        row = await self.store.read.intervention(intervention_id)
        if row is None:
            raise refused("intervention.unknown", f"There is no intervention {intervention_id}.")
        return row

    def _check(self, row: InterventionRow, decision: Decision) -> None:
        if decision.choice not in row.choices:
            detail = f"{decision.choice} is no choice here."
            raise refused("intervention.no_choice", detail, f"Choose: {', '.join(row.choices)}.")
        note = decision.note or ""
        if len(note) > LONGEST_NOTE:
            detail = f"The note has {len(note)} characters; {LONGEST_NOTE} are allowed."
            raise refused("intervention.note", detail, "Shorten it.")
        if decision.choice is Choice.DONE:
            self._check_done(row, decision)

    def _check_done(self, row: InterventionRow, decision: Decision) -> None:
        """What the owner says was done needs a reason, and a result that the run can go on with."""
        if not (decision.note or "").strip():
            detail = "That it was done needs a note: how do you know?"
            raise refused("intervention.note", detail, "Give one, such as an order number.")
        step = self.registry.step(row.about.get("resource", ""))
        if row.code != "effect.unsure" or step is None:
            return
        outcome = to_outcome(step, decision.result)
        if isinstance(outcome, Failed):
            remedy = f"Give the result of {step.name}; see: assent inbox show {row.id}"
            raise refused("intervention.result", f"{outcome.cause}.", remedy)

    def _records(self, row: InterventionRow, decision: Decision) -> list[Record]:
        at = timestamp(self.clock.now())
        result = None if decision.result is None else _text(decision.result)
        decided = InterventionDecided(
            row.id, decision.choice, decision.note, result, decision.by, decision.how, at
        )
        detail = f"{row.code} {row.subject} {decision.choice} {decision.note or ''}".strip()
        audit = AuditEntry(at, decision.by, "resolve", row.run_id, detail)
        if decision.choice is Choice.ABORT:
            return [decided, CancelRequested(row.run_id, "keep", at), audit]
        if decision.choice is Choice.COMPENSATE:
            return [decided, CancelRequested(row.run_id, "compensate", at), audit]
        return [decided, audit]


def _closed(row: InterventionRow) -> Refused:
    """Why a case can be decided no more."""
    if row.status == DECIDED:
        who = f"{row.decided_by} ({row.decided_how}) on {row.closed_at}"
        return refused("intervention.decided", f"It was decided: {row.choice}, by {who}.")
    detail = f"It settled itself on {row.closed_at}."
    return refused("intervention.withdrawn", detail, "There is nothing left to decide.")


def choose_intervention(rows: Iterable[InterventionRow], start: str) -> InterventionRow:
    """The one case whose id starts so; raises Refused."""
    remedy = "List them: assent inbox list"
    return choose(rows, start, "intervention", "intervention", remedy)


def _text(value: Any) -> str:
    return exact_json.encode(exact_json.plain(value)).decode()
