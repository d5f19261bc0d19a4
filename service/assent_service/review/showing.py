"""Showing: the page of a session as things stand at this moment, with a form while it waits."""

import asyncio
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from assent_engine.scheduling.zone import owners_zone
from assent_service.desk.room import Room
from assent_service.review.answers import NOTE
from assent_service.review.looking import Proposal, Seen, look
from assent_service.review.page import Form, Page
from assent_service.review.policy_page import policy_page
from assent_service.review.question_page import question_page
from assent_service.review.session import Session, Ticket
from assent_service.review.telling_time import Watch


@dataclass(slots=True)
class Showing:
    """Lays pages out, one at a time: a reading takes what the tests of its policy take."""

    room: Room
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def page(self, session: Session) -> Page:
        """What is reviewed, as it stands now; raises AssentError."""
        now = self.room.behind.clock.now()
        async with self._turn:
            seen = await look(self.room, session.subject, now)
            watch = Watch(now, ZoneInfo(owners_zone()))
            page = await asyncio.to_thread(_laid_out, seen, watch)
        session.over = not seen.standing.waits
        return replace(page, told=session.say(), form=_form(session, seen))


def _laid_out(seen: Seen, watch: Watch) -> Page:
    return policy_page(seen, watch) if isinstance(seen, Proposal) else question_page(seen, watch)


def _form(session: Session, seen: Seen) -> Form | None:
    """A form that is good once; none where there is nothing to decide any more."""
    if not seen.standing.waits:
        return None
    ticket = session.hand_out(Ticket(seen.hash, seen.basis))
    fields = () if isinstance(seen, Proposal) else (NOTE,)
    return Form(ticket, seen.hash, "Approve", "Reject", fields)
