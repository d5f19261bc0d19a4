"""The connection: who is at its other end, how many there are, how long they may take to ask."""

import asyncio
import base64
import binascii
import logging
from http import HTTPStatus
from typing import Any, cast

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from assent_schemas.errors import Problem, Refused
from assent_service import peers
from assent_service.web.bounds import DoorBounds
from assent_service.web.refusals import JSON, TITLE, body, status_of

PEER = "peer"
"""Where the scope's state names the user at the other end; None on the loopback interface."""
_LOG = logging.getLogger(__name__)
_NONCE_BYTES = 16


class Connection(H11Protocol):
    """A connection for requests; one that asks for events is handed on to EventsConnection."""

    def __init__(self, config: Config, server_state: ServerState, bounds: DoorBounds) -> None:
        super().__init__(config, server_state, {})
        self._bounds = bounds
        self._patience: asyncio.TimerHandle | None = None
        # Until it is known who is there: whatever fails before, nothing is read.
        self._refused = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        uid = peers.peer_uid(transport.get_extra_info("socket"))
        self.app_state = {PEER: uid}
        if peers.is_stranger(uid):
            _LOG.warning("user %s was turned away", uid)
            self._turn_away("door.stranger", "This door is for its owner alone.")
        elif len(self.connections) > self._bounds.connections:
            detail = f"{self._bounds.connections} connections are open; that is the most."
            self._turn_away("door.full", detail)
        else:
            self._refused = False
            self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._hurry_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        # uvicorn declares it as always there; before the first request it is not.
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None and not cycle.response_complete:
            self._hurry_no_more()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing() and self.conn.our_state is h11.IDLE:
            self._wait_for_request(self._bounds.seconds_idle)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._hurry_no_more()
        if _is_handshake(dict(self.headers)):
            super().handle_websocket_upgrade(event)
        else:
            self._turn_away("door.form", "This is no handshake of WebSocket version 13.")

    def send_400_response(self, msg: str) -> None:
        self._turn_away("door.form", msg)

    def _wait_for_request(self, more: float = 0) -> None:
        self._hurry_no_more()
        seconds = self._bounds.seconds_to_ask + more
        self._patience = self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self.transport.close()
            return
        self._turn_away("door.slow", f"No request came in {self._bounds.seconds_to_ask:g} s.")

    def _hurry_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _turn_away(self, code: str, detail: str) -> None:
        """Say why in the one form, and hang up."""
        self._refused = True
        self._hurry_no_more()
        problem = Problem(code, TITLE, detail)
        self.transport.write(_answer(status_of(Refused(problem), problem), body([problem])))
        self.transport.close()


class EventsConnection(WebSocketsSansIOProtocol):
    """A connection for events; what a client does not take in time is thrown away with it."""

    async def run_asgi(self) -> None:
        await super().run_asgi()
        if self.transport.get_write_buffer_size():
            self.transport.abort()


def _answer(status: HTTPStatus, content: bytes) -> bytes:
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"content-type: {JSON}",
        f"content-length: {len(content)}",
        "connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + content


def _is_handshake(headers: dict[bytes, Any]) -> bool:
    try:
        nonce = base64.b64decode(headers.get(b"sec-websocket-key", b""), validate=True)
    except binascii.Error:
        return False
    version = headers.get(b"sec-websocket-version", b"").strip()
    return len(nonce) == _NONCE_BYTES and bool(version == b"13")
