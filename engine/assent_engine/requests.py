"""Requests: what runs ask the owner, with exactly what was shown, and the one answer to each."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from assent_engine.clock import Clock
from assent_engine.effects import APPROVED, REJECTED, TIMED_OUT
from assent_engine.ids import choose
from assent_engine.moments import moment, timestamp
from assent_engine.ports import Randomness
from assent_engine.refusals import refused
from assent_engine.store import Store
from assent_engine.store.records import (
    AuditEntry,
    NewRequest,
    RequestDecided,
    RequestTimedOut,
)
from assent_engine.store.rows import RequestRow
from assent_schemas import exact_json
from assent_schemas.errors import Refused

LONGEST_NOTE = 4096
OPEN = "open"
WITHDRAWN = "withdrawn"
EFFECT = "effect"
QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Answer:
    """The owner's word on a request: `decision` is APPROVED or REJECTED."""

    decision: str
    by: str
    how: str
    note: str | None = None


@dataclass(slots=True)
class Requests:
    """The owner's side and the runs' side of every question; each is answered once."""

    store: Store
    clock: Clock
    randomness: Randomness
    # Who asks and then writes must not be overtaken, or two would believe that they decided.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _watchers: dict[str, Callable[[], None]] = field(default_factory=dict)

    def question(self, run_id: str, subject: str, shown: dict[str, Any], until: str) -> NewRequest:
        """The record of a new question; its hash binds all that is shown, `until` included."""
        return NewRequest(
            id=self.randomness.identifier(),
            run_id=run_id,
            subject=subject,
            title=shown["title"],
            shown=exact_json.encode(shown).decode(),
            hash=exact_json.digest(shown),
            deadline=until,
            at=timestamp(self.clock.now()),
        )

    async def approve(
        self, request_id: str, digest: str, *, by: str, how: str, note: str | None = None
    ) -> RequestRow:
        """The owner's yes to exactly what the hash was shown for.

        Raises Refused where it is answered already, and says by whom, where its time is up,
        where it was altered, or where something else was shown.
        """
        return await self._decide(request_id, digest, Answer(APPROVED, by, how, note))

    async def reject(
        self, request_id: str, *, by: str, how: str, note: str | None = None
    ) -> RequestRow:
        """The owner's no; raises Refused where it is answered already or its time is up."""
        return await self._decide(request_id, None, Answer(REJECTED, by, how, note))

    async def answered(self, request_id: str, digest: str) -> dict[str, Any] | None:
        """What came of a question: as WaitDecision is answered; None while it is open.

        Past the deadline it is closed here: silence is a no. Raises Refused where what stands
        in the store is not what was asked.
        """
        async with self._turn:
            row = await self._whole(request_id, digest)
            if row.status == OPEN and self.clock.now() >= moment(row.deadline):
                row = await self._time_out(row)
        return None if row.status == OPEN else _record(row)

    @contextmanager
    def watched(self, request_id: str, wake: Callable[[], None]) -> Iterator[None]:
        """Call `wake` when the request is decided in this process."""
        self._watchers[request_id] = wake
        try:
            yield
        finally:
            del self._watchers[request_id]

    async def _decide(self, request_id: str, digest: str | None, answer: Answer) -> RequestRow:
        async with self._turn:
            row = await self._open(request_id)
            _check(row, digest, answer)
            await self.store.commit(*self._records(row, answer))
            decided = await self._row(request_id)
            if decided.status != answer.decision:
                # The run needed no answer any more by the time that this one was written.
                raise _closed(decided)
        if (wake := self._watchers.get(request_id)) is not None:
            wake()
        return decided

    async def _open(self, request_id: str) -> RequestRow:
        row = await self._row(request_id)
        if row.status == OPEN and self.clock.now() >= moment(row.deadline):
            row = await self._time_out(row)
        if row.status != OPEN:
            raise _closed(row)
        return _intact(row)

    async def _time_out(self, row: RequestRow) -> RequestRow:
        """Close it for good: a clock that is set back does not open it again."""
        await self.store.commit(RequestTimedOut(row.id, timestamp(self.clock.now())))
        return await self._row(row.id)

    async def _row(self, request_id: str) -> RequestRow:
        row = await self.store.read.request(request_id)
        if row is None:
            detail = f"There is no request {request_id}."
            raise refused("approval.unknown", detail, "List them: assent approvals list")
        return row

    async def _whole(self, request_id: str, digest: str) -> RequestRow:
        row = _intact(await self._row(request_id))
        if row.hash != digest:
            raise refused("approval.tampered", f"Request {row.id} is not what the run asked.")
        return row

    def _records(self, row: RequestRow, answer: Answer) -> tuple[RequestDecided, AuditEntry]:
        at = timestamp(self.clock.now())
        note = (answer.note or "").strip() or None
        decided = RequestDecided(row.id, answer.decision, note, answer.by, answer.how, at)
        verb = "approve" if answer.decision == APPROVED else "reject"
        detail = f"{row.kind} {row.subject} {row.hash} {note or ''}".strip()
        return decided, AuditEntry(at, answer.by, verb, row.run_id, detail)


def _closed(row: RequestRow) -> Refused:
    """Why a request takes no answer any more."""
    if row.status == TIMED_OUT:
        detail = f"Its time was up at {row.deadline}: it counts as not approved."
        remedy = "Without your yes the run takes its other way when it goes on: assent run list"
        return refused("approval.expired", detail, remedy)
    if row.status == WITHDRAWN:
        detail = f"The run needs no answer any more since {row.closed_at}."
        return refused("approval.withdrawn", detail, "There is nothing left to decide.")
    who = f"{row.decided_by} ({row.decided_how}) on {row.closed_at}"
    return refused(
        "approval.decided", f"It was {row.status} by {who}.", "A decision is given once."
    )


def _check(row: RequestRow, digest: str | None, answer: Answer) -> None:
    if digest is not None and digest != row.hash:
        detail = f"What was shown had the hash {digest}, this has {row.hash}."
        raise refused("approval.other_document", detail, "Look at it again, then decide.")
    length = len(answer.note or "")
    if length > LONGEST_NOTE:
        detail = f"The note has {length} characters; {LONGEST_NOTE} are allowed."
        raise refused("approval.note", detail, "Shorten it.")


def _intact(row: RequestRow) -> RequestRow:
    """The row, if its columns say what was hashed; raises Refused."""
    shown = what_is_shown(row)
    told = (shown.get("run"), shown.get("asked_at"), shown.get("title"), shown.get("until"))
    if told != (row.run_id, row.subject, row.title, row.deadline):
        raise _tampered(row)
    return row


def what_is_shown(row: RequestRow) -> dict[str, Any]:
    """The JSON that a request is decided on; raises Refused where it is not that of its hash."""
    try:
        shown = exact_json.decode(row.shown)
    except ValueError as error:
        raise _tampered(row) from error
    if not isinstance(shown, dict) or exact_json.digest(shown) != row.hash:
        raise _tampered(row)
    return shown


def can_be_answered(row: RequestRow, now: str) -> bool:
    """Whether an answer is still taken; past its time a question counts as not approved."""
    return row.status == OPEN and now < row.deadline


def kind_told(kind: str, shown: str) -> str:
    """What a request is about: one without calls that a yes would cover is a mere question."""
    if kind != EFFECT:
        return kind
    try:
        return EFFECT if exact_json.decode(shown).get("effects") else QUESTION
    except (ValueError, AttributeError):
        # Whoever shows or decides it refuses what is no JSON.
        return kind


def _tampered(row: RequestRow) -> Exception:
    detail = f"Request {row.id} is not what its hash was made of."
    return refused("approval.tampered", detail, "Somebody changed the database: end the run.")


def _record(row: RequestRow) -> dict[str, Any]:
    """The answer as the interpreter knows it; whatever is not a yes or a no is silence."""
    if row.status in (APPROVED, REJECTED) and row.closed_at is not None:
        by, at, decision = row.decided_by, row.closed_at, row.status
    else:
        by, at, decision = None, row.deadline, TIMED_OUT
    return {"decision": decision, "decided_by": by, "decided_at": at, "note": row.note}


def choose_request(rows: Iterable[RequestRow], start: str) -> RequestRow:
    """The one request whose id starts so; raises Refused."""
    return choose(rows, start, "approval", "request", "List them: assent approvals list")
