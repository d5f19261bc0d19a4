"""The application: a code becomes a session, a session a page, and its form one decision."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assent_schemas.errors import AssentError, Problem, Refused
from assent_service.desk.carriers import problem_of
from assent_service.desk.desk import Desk
from assent_service.pace import Pace
from assent_service.review import answering, pages
from assent_service.review.answers import parse
from assent_service.review.bounds import ReviewBounds
from assent_service.review.deciding import decide
from assent_service.review.gate import NOTHING_HERE, Wanted, keys_of, passing
from assent_service.review.keys import Keys
from assent_service.review.neighbours import is_stranger
from assent_service.review.session import Session
from assent_service.review.showing import Showing
from assent_service.web.bodies import whole

_LOG = logging.getLogger("assent.review")
_TOO_OFTEN = Problem("review.too_often", "Too many requests", "Wait a moment, then look again.")


@dataclass(slots=True)
class Reviews:
    """Answers every request of one port; `used` hears of each that somebody let in has made."""

    desk: Desk
    keys: Keys
    port: int
    bounds: ReviewBounds
    used: Callable[[], None]
    _showing: Showing = field(init=False)
    _strangers: Pace = field(init=False)

    def __post_init__(self) -> None:
        self._showing = Showing(self.desk.room)
        self._strangers = Pace(self.bounds.strangers, self.keys.seconds)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            wanted = passing(request, self.origin, self.bounds.door.header)
            session = self._session(request, wanted)
            try:
                return await self._heard(request, wanted, session)
            finally:
                self.used()
        except AssentError as error:
            return answering.refusal(self._counted(error.problem))
        except Exception as error:  # noqa: BLE001 - whatever it is, the browser hears in one form
            return answering.refusal(problem_of(error))

    def _session(self, request: Request, wanted: Wanted) -> Session:
        """Who may see it, by a code or by the key that it was swapped for; raises Refused."""
        if wanted.what == "open":
            self._refuse_stranger(request)
            session = self.keys.swap(wanted.name)
        else:
            session = self.keys.session(wanted.name, keys_of(request))
        if session is None:
            raise Refused(NOTHING_HERE)
        return session

    async def _heard(self, request: Request, wanted: Wanted, session: Session) -> Response:
        if wanted.what == "open":
            return answering.opening(session)
        if session.pace.wait:
            return answering.refusal(_TOO_OFTEN)
        session.pace.take()
        if wanted.what == "decide":
            answer = parse(await whole(request, self.bounds.door), self.bounds.fields)
            await decide(self.desk, session, answer)
            return answering.back_to(session)
        return await self._look(session)

    async def _look(self, session: Session) -> Response:
        page = await self._showing.page(session)
        # In a thread: a document may be long, and every character of it is looked at.
        return await asyncio.to_thread(answering.page, partial(pages.review, page))

    def _refuse_stranger(self, request: Request) -> None:
        if request.client is not None and is_stranger(request.client.port, self.port):
            _LOG.warning("another user was turned away")
            raise Refused(NOTHING_HERE)

    def _counted(self, problem: Problem) -> Problem:
        """What is told to somebody who brought nothing that is known; not more than so often."""
        if problem != NOTHING_HERE:
            return problem
        if self._strangers.wait:
            return _TOO_OFTEN
        self._strangers.take()
        return problem
