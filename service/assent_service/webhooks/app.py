"""The application: one call after the other, from the gate to the engine."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assent_schemas import exact_json
from assent_schemas.errors import AssentError, Refused
from assent_service.pace import Pace
from assent_service.web.bodies import whole
from assent_service.webhooks.answers import no, refused, taken
from assent_service.webhooks.book import Book
from assent_service.webhooks.bounds import HookBounds
from assent_service.webhooks.gate import delivery_of, json_only, passing
from assent_service.webhooks.intake import Intake

_LOG = logging.getLogger("assent.webhooks")


@dataclass(slots=True)
class Calls:
    """Answers every call; `book` is replaced when the owner has changed something."""

    port: int
    intake: Intake
    bounds: HookBounds
    book: Book
    seconds: Callable[[], float]
    _each: dict[str, Pace] = field(default_factory=dict)
    _all: Pace = field(init=False)
    _strangers: Pace = field(init=False)

    def __post_init__(self) -> None:
        self._all = Pace(self.bounds.all, self.seconds)
        self._strangers = Pace(self.bounds.strangers, self.seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        response = await self._answer(Request(scope, receive))
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._heard(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller hears in one form
            if not isinstance(error, Refused):
                about = error.problem.as_json() if isinstance(error, AssentError) else repr(error)
                _LOG.warning("a call was not taken", extra={"problem": about})
            return no(error)

    async def _heard(self, request: Request) -> Response:
        name = passing(request, self.port, self.bounds)
        body = await whole(request, self.bounds.door)
        now = self.intake.room.behind.clock.now()
        if not self.book.proven(name, request.headers, body, now):
            return self._stranger()
        if wait := self._too_often(name):
            return no(refused("hook.too_often", "It is called too often."), after=wait)
        json_only(request)
        data = exact_json.parse(body or b"{}", self.bounds.json)
        return taken(anew=await self.intake.take(name, data, delivery_of(request)))

    def _stranger(self) -> Response:
        """The same for a webhook that does not exist, one that is revoked, and a wrong secret."""
        if wait := self._strangers.wait:
            return no(refused("hook.too_often", "Too many calls are refused."), after=wait)
        self._strangers.take()
        _LOG.warning("a call showed no secret of the webhook that it names")
        return no(refused("hook.refused", "There is no such webhook with this secret."))

    def _too_often(self, name: str) -> int:
        """Whole seconds to wait; 0 counts the call."""
        each = self._each.setdefault(name, Pace(self.bounds.each, self.seconds))
        if wait := max(each.wait, self._all.wait):
            return wait
        each.take()
        self._all.take()
        return 0
