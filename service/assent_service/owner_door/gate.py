"""The gate: who may pass, before anything is read of what they ask."""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from assent_schemas.errors import Problem, Refused
from assent_schemas.places import HOST
from assent_schemas.wire.frame import (
    CLIENT_HEADER,
    CLIENT_NAME,
    NONCE_HEADER,
    PROOF_HEADER,
    PROTOCOL,
    PROTOCOL_HEADER,
)
from assent_schemas.wire.operations import HELLO
from assent_service.desk.room import Caller
from assent_service.peers import user_name
from assent_service.web.protocol import PEER
from assent_service.web.refusals import TITLE, refusal

CALLER = "caller"
"""Where the scope's state names who asks."""
_NONCE = re.compile(r"[0-9a-f]{32,128}")
_NAME = re.compile(CLIENT_NAME)


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets through who has the token and speaks these messages; `/hello` is open to the owner.

    It proves that it has the token to whoever gives it a nonce: a client may ask before it
    hands its own over.
    """

    app: ASGIApp
    token: str
    largest_header: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        # Names stand in paths: a slash in one of them must not become one of the path.
        scope["path"] = scope["raw_path"].decode("ascii")
        answer = self._proving(headers, send)
        try:
            scope["state"][CALLER] = self._caller(scope, headers)
        except Refused as error:
            if scope["type"] == "websocket":
                await WebSocket(scope, receive, answer).send_denial_response(refusal(error))
            else:
                await refusal(error)(scope, receive, answer)
            return
        await self.app(scope, receive, answer)

    def _caller(self, scope: Scope, headers: Headers) -> Caller:
        """Who asks; raises Refused."""
        # The parser bounds only what comes in pieces.
        if sum(len(name) + len(value) for name, value in headers.raw) > self.largest_header:
            detail = f"The headers have at most {self.largest_header} bytes."
            raise _refused("door.too_large", detail)
        if headers.getlist("host") != [HOST] or "origin" in headers:
            raise _refused("door.host", "This door answers to no browser, and to one name only.")
        name = headers.get(CLIENT_HEADER, "")
        by = user_name(scope["state"].get(PEER))
        if scope["path"] == HELLO.path:
            return Caller(by, "owner door")
        self._check_token(headers)
        if headers.get(PROTOCOL_HEADER) != str(PROTOCOL):
            detail = f"The client speaks version {headers.get(PROTOCOL_HEADER, '?')[:8]}; "
            remedy = "Install the same version of both: assent --version"
            raise _refused("door.version", f"{detail}the service {PROTOCOL}.", remedy)
        if _NAME.fullmatch(name) is None:
            raise _refused("door.client", f"A client names itself in {CLIENT_HEADER}.")
        return Caller(by, f"owner door, {name}")

    def _check_token(self, headers: Headers) -> None:
        given = headers.getlist("authorization")
        expected = f"Bearer {self.token}".encode()
        if len(given) != 1 or not hmac.compare_digest(given[0].encode("latin-1"), expected):
            remedy = "Read it anew: the service makes another one at each start."
            raise _refused("door.token", "This is not the owner's token.", remedy)

    def _proving(self, headers: Headers, send: Send) -> Send:
        """Send, with the proof that was asked for."""
        nonce = headers.get(NONCE_HEADER, "")
        proof = prove(self.token, nonce) if _NONCE.fullmatch(nonce) else None

        async def proving(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = MutableHeaders(scope=message)
                more[PROTOCOL_HEADER] = str(PROTOCOL)
                more["cache-control"] = "no-store"
                if proof is not None:
                    more[PROOF_HEADER] = proof
            await send(message)

        return proving


def prove(token: str, nonce: str) -> str:
    """What only who has the token can say to a nonce."""
    return hmac.new(token.encode(), nonce.encode(), sha256).hexdigest()


def _refused(code: str, detail: str, remedy: str = "") -> Refused:
    return Refused(Problem(code, TITLE, detail, remedy))
