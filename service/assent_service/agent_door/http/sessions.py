"""Sessions: requests that have passed the gate, handed to the MCP server in both eras."""

import asyncio
from dataclasses import dataclass, field
from hashlib import sha256
from weakref import WeakSet

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assent_service.agent_door.bounds import AgentBounds
from assent_service.agent_door.http.bounds import HttpBounds
from assent_service.agent_door.visitors import VISITOR, Visitor
from assent_service.agent_door.wire import MESSAGE, Unread, message_of
from assent_service.web.refusals import JSON

_BAD_REQUEST = 400


@dataclass(slots=True)
class Sessions:
    """What stands behind one port, until it is closed.

    A session belongs to the token that opened it: with any other it is not to be found.
    """

    manager: StreamableHTTPSessionManager
    bounds: AgentBounds
    visitors: WeakSet[Visitor]
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    @classmethod
    async def opened(
        cls,
        server: Server,
        port: int,
        bounds: AgentBounds,
        of_http: HttpBounds,
        visitors: WeakSet[Visitor],
    ) -> "Sessions":
        names = (f"127.0.0.1:{port}", f"localhost:{port}")
        manager = StreamableHTTPSessionManager(
            server,
            security_settings=TransportSecuritySettings(
                allowed_hosts=list(names), allowed_origins=[f"http://{name}" for name in names]
            ),
            session_idle_timeout=of_http.seconds_of_session,
            max_request_body_size=of_http.body,
            max_sessions=of_http.sessions,
        )
        sessions, ready = cls(manager, bounds, visitors), asyncio.Event()
        sessions._task = asyncio.create_task(sessions._run(ready))
        await ready.wait()
        return sessions

    async def serve(
        self, visitor: Visitor, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request; `body` is what `receive` gives."""
        if scope["method"] == "POST":
            # The library's own words on what is no message tell of its inside.
            message = message_of(body, self.bounds)
            if isinstance(message, Unread):
                await Response(message.answer, _BAD_REQUEST, media_type=JSON)(scope, receive, send)
                return
            scope["state"][MESSAGE] = message.message
        self.visitors.add(visitor)
        VISITOR.set(visitor)
        scope["user"] = _user(visitor)
        await self.manager.handle_request(scope, receive, send)

    async def close(self) -> None:
        """End every session."""
        self._closing.set()
        if self._task is not None:
            await self._task

    async def _run(self, ready: asyncio.Event) -> None:
        async with self.manager.run():
            ready.set()
            await self._closing.wait()


def _user(visitor: Visitor) -> AuthenticatedUser:
    shown = visitor.greeting
    assert shown is not None  # noqa: S101 - the gate has looked
    name, subject = shown.client or "", sha256(shown.token.encode()).hexdigest()
    return AuthenticatedUser(AccessToken(token="", client_id=name, scopes=[], subject=subject))
