"""Deciding: a form that was shown becomes one decision, by the same way as everywhere else."""

from typing import Any

from pydantic import BaseModel

from assent_schemas.errors import AssentError, Problem
from assent_schemas.wire import operations as ops
from assent_schemas.wire.approvals import Approving, Rejecting
from assent_schemas.wire.operations import Operation
from assent_schemas.wire.policies import ApprovingPolicy, RejectingPolicy
from assent_service.desk.audited import carried_out
from assent_service.desk.desk import Desk
from assent_service.desk.reviewing import Subject
from assent_service.desk.room import Caller
from assent_service.review.answers import Answer
from assent_service.review.looking import look
from assent_service.review.session import Session, Ticket
from assent_service.review.standing import HOW

USED = Problem(
    "review.used",
    "This form was sent before",
    "A form counts once, so nothing was done a second time. This is how it stands now.",
)
LATE = Problem(
    "review.late",
    "It was decided before you did",
    "A decision is given once, so yours was not taken. This is how it stands now.",
)
CHANGED = Problem(
    "review.changed",
    "It has changed since you looked",
    "Nothing was decided. This is how it stands now.",
    "Look again, then decide.",
)


async def decide(desk: Desk, session: Session, answer: Answer) -> None:
    """Decide as the form says; what keeps that from being done is told with the next look."""
    ticket = session.take(answer.ticket)
    if ticket is None:
        session.told = USED
        return
    try:
        if await _is_as_shown(desk, session, ticket, answer):
            await _decide(desk, session, answer)
        else:
            session.told = CHANGED
    except AssentError as error:
        session.told = LATE if error.problem.code == "approval.decided" else error.problem


async def _is_as_shown(desk: Desk, session: Session, ticket: Ticket, answer: Answer) -> bool:
    """Whether the form is of what stands now; what was decided elsewhere is refused as such."""
    room = desk.room
    seen = await look(room, session.subject, room.behind.clock.now())
    same = ticket.hash == answer.hash == seen.hash
    return same and (ticket.basis == seen.basis or not seen.standing.waits)


async def _decide(desk: Desk, session: Session, answer: Answer) -> None:
    operation, asked = _asked(session.subject, answer)
    await carried_out(desk, operation, asked, Caller(session.by, HOW))


def _asked(subject: Subject, answer: Answer) -> tuple[Operation[Any, Any], BaseModel]:
    """What the desk is asked: of a proposal or of a question, yes or no."""
    if subject.version is not None:
        named = {"policy": subject.id, "version": subject.version}
        if answer.yes:
            return ops.APPROVE_POLICY, ApprovingPolicy(**named, hash=answer.hash)
        return ops.REJECT_POLICY, RejectingPolicy(**named)
    if answer.yes:
        yes = Approving(approval=subject.id, hash=answer.hash, note=answer.note)
        return ops.APPROVE, yes
    return ops.REJECT, Rejecting(approval=subject.id, note=answer.note)
