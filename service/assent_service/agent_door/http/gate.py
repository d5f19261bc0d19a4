"""The gate of Streamable HTTP: who may pass, before anything is read of what they ask.

Every page in a browser can reach a port, by a name of its own making too. So without a token
nothing is answered, and a request has to name this very address.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from assent_schemas.clients import NAME
from assent_schemas.errors import AssentError, Refused
from assent_service.agent_door.bounds import AgentBounds
from assent_service.agent_door.entrance import Entrance
from assent_service.agent_door.greeting import Greeting
from assent_service.agent_door.http.bounds import HttpBounds
from assent_service.agent_door.http.passing import in_time, replayed
from assent_service.agent_door.http.refusals import refusal, refused
from assent_service.agent_door.rates import Rates
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.visitors import REVOKED, Visitor
from assent_service.http_setting import PATH
from assent_service.web.bodies import whole

_BEARER = re.compile(rf"(?i:bearer) +({NAME})\.([A-Za-z0-9_-]{{1,256}})")
_VERBS = ("GET", "POST", "DELETE")


@dataclass(slots=True)
class Gate:
    """Lets through who shows a client's token, with the whole body of what it asks."""

    port: int
    entrance: Entrance
    reach: Reach
    bounds: HttpBounds
    rates: Rates = field(init=False)
    _sessions: Any = None
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.rates = Rates(AgentBounds(burst=self.bounds.requests))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await WebSocket(scope, receive, send).close()
            return
        answer = in_time(send, self.bounds.seconds_to_take)
        try:
            visitor = await self._admitted(scope, Headers(scope=scope))
            body = await _body(scope, receive, self.bounds)
        except AssentError as error:
            await refusal(error)(scope, receive, answer)
            return
        sessions = await self._opened_sessions()
        await sessions.serve(visitor, body, scope, replayed(body, receive), answer)

    async def close(self) -> None:
        """End what goes on behind it."""
        async with self._opening:
            if self._sessions is not None:
                await self._sessions.close()

    async def _opened_sessions(self) -> Any:
        """What answers; made when the first one has passed."""
        async with self._opening:
            if self._sessions is None:
                hall = await self.entrance.hall()
                self._sessions = await hall.sessions(self.port, self.bounds)
            return self._sessions

    async def _admitted(self, scope: Scope, headers: Headers) -> Visitor:
        """Who asks; raises Refused."""
        self._check_address(scope, headers)
        visitor = Visitor(_greeting(headers))
        if (held := self.reach.held) is not None:
            raise Refused(held)
        try:
            client = await visitor.client(self.reach)
        except Refused as error:
            if error.problem.code == REVOKED:
                raise
            raise _not_known() from None
        try:
            self.rates.take(client.name, changes=False)
        except Refused as error:
            raise refused("http.too_many", error.problem.detail, error.problem.remedy) from None
        return visitor

    def _check_address(self, scope: Scope, headers: Headers) -> None:
        """Raise Refused for a request that is not meant for this address."""
        # The parser bounds only what comes in pieces.
        if sum(len(name) + len(value) for name, value in headers.raw) > self.bounds.header:
            raise refused("door.too_large", f"The headers have at most {self.bounds.header} bytes.")
        names = (f"127.0.0.1:{self.port}", f"localhost:{self.port}")
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in names:
            raise refused("http.host", f"This is {names[0]}, and answers to no other name.")
        if origins and origins not in [[f"http://{name}"] for name in names]:
            raise refused("http.origin", "No other site's pages may ask here.")
        if scope["path"] != PATH:
            raise refused("door.unknown", f"There is only {PATH}.")
        if scope["method"] not in _VERBS:
            raise refused("door.verb", f"{PATH} takes {', '.join(_VERBS)}.")


async def _body(scope: Scope, receive: Receive, bounds: HttpBounds) -> bytes:
    if scope["method"] != "POST":
        return b""
    return await whole(Request(scope, receive), bounds)


def _greeting(headers: Headers) -> Greeting:
    """What names the client and shows its token; raises Refused."""
    given = headers.getlist("authorization")
    found = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
    if found is None:
        raise _not_known()
    return Greeting(found[1], found[2])


def _not_known() -> Refused:
    remedy = "Let it in: assent connect other --http"
    return refused("http.token", "This is no token of a client.", remedy)
