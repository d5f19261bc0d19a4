"""The client: says hello, asks for operations with typed answers, and follows the events."""

import hmac
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ValidationError

from assent_client import transport
from assent_client.finding import Found, find, not_running
from assent_client.following import Events, following
from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused
from assent_schemas.wire.events import Cursor
from assent_schemas.wire.frame import (
    CLIENT_HEADER,
    NONCE_HEADER,
    PROOF_HEADER,
    PROTOCOL,
    PROTOCOL_HEADER,
)
from assent_schemas.wire.operations import HELLO, Operation
from assent_schemas.wire.service import Hello

Question = TypeVar("Question", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)
SECONDS_FOR_HELLO = 5
SECONDS_FOR_ANSWER = 60
_DONE = 200


@asynccontextmanager
async def connected(home: Path, name: str) -> AsyncIterator["Client"]:
    """The service of a home; `name` says who asks, such as `cli/0.1.0`.

    Raises Refused where none runs, where it speaks other messages, or where what answers cannot
    show that it is the service.
    """
    found, hello = await greeted(home, name)
    yield Client(home, name, found, hello)


async def greeted(home: Path, name: str) -> tuple[Found, Hello]:
    """Find the service, and have it prove who it is; raises Refused."""
    found = find(home)
    if found is None:
        raise not_running(home)
    nonce = secrets.token_hex(16)
    headers = [(NONCE_HEADER, nonce), (CLIENT_HEADER, name)]
    request = transport.Request(HELLO.verb, HELLO.path, headers)
    try:
        answer = await transport.ask(found.address, request, SECONDS_FOR_HELLO)
    except transport.NoAnswer as error:
        raise not_running(home) from error
    _check(answer, found.token, nonce)
    return found, _typed(HELLO, answer)


def _check(answer: transport.Answer, token: str, nonce: str) -> None:
    """Whether the service answers, in messages that are known here; raises Refused."""
    proof = hmac.new(token.encode(), nonce.encode(), sha256).hexdigest()
    if not hmac.compare_digest(answer.headers.get(PROOF_HEADER, ""), proof):
        detail = "What answers at its address cannot show that it is the service."
        raise Refused(Problem("service.stranger", "This is not the service", detail))
    spoken = answer.headers.get(PROTOCOL_HEADER)
    if spoken != str(PROTOCOL):
        detail = f"The service speaks version {spoken} of the messages, this program {PROTOCOL}."
        remedy = "Start the service again, so that both are of the same version."
        raise Refused(Problem("service.version", "Service and client differ", detail, remedy))


@dataclass(slots=True)
class Client:
    """A service that said hello."""

    home: Path
    name: str
    found: Found
    hello: Hello

    async def call(self, operation: Operation[Question, Reply], asked: Question) -> Reply:
        """Ask for one operation; raises Refused with what the service says against it."""
        request = _request(operation, asked, self._headers())
        try:
            answer = await transport.ask(self.found.address, request, SECONDS_FOR_ANSWER)
        except transport.NoAnswer as error:
            raise _silent(f"{error}.") from error
        if answer.status != _DONE:
            raise Refused(_problems(answer))
        return _typed(operation, answer)

    def events(
        self, since: Cursor | None = None, *, patience: float | None = None
    ) -> AbstractAsyncContextManager[Events]:
        """Events from now on, or after one; through restarts of the service.

        `patience` are the seconds that it may be gone for, None any; then Refused is raised.
        """
        return following(self._again, since, patience)

    async def _again(self) -> tuple[Found, list[tuple[str, str]]]:
        """The service as it is now: after a restart its token is another one."""
        self.found, self.hello = await greeted(self.home, self.name)
        return self.found, self._headers()

    def _headers(self) -> list[tuple[str, str]]:
        return [
            ("authorization", f"Bearer {self.found.token}"),
            (PROTOCOL_HEADER, str(PROTOCOL)),
            (CLIENT_HEADER, self.name),
        ]


def _request(
    operation: Operation[Any, Any], asked: BaseModel, headers: Sequence[tuple[str, str]]
) -> transport.Request:
    fields = asked.model_dump(exclude_unset=True)
    in_path = {name: quote(str(fields.pop(name)), safe="") for name in operation.in_path}
    path = operation.path.format_map(in_path)
    if operation.changes:
        body = exact_json.encode(exact_json.plain(fields), as_ordered=True)
        return transport.Request(operation.verb, path, headers, body)
    query = {name: _word(value) for name, value in fields.items() if value is not None}
    target = f"{path}?{urlencode(query)}" if query else path
    return transport.Request(operation.verb, target, headers)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(operation: Operation[Any, Reply], answer: transport.Answer) -> Reply:
    try:
        return operation.answers.model_validate(exact_json.decode(answer.body))
    except (ValueError, ValidationError) as error:
        raise _silent(f"Its answer cannot be read ({type(error).__name__}).") from error


def _problems(answer: transport.Answer) -> list[Problem]:
    try:
        told = exact_json.decode(answer.body)["problems"]
        return [_problem(one) for one in told]
    except (ValueError, TypeError, KeyError):
        return [_silent(f"It said {answer.status} without a reason.").problem]


def _problem(told: dict[str, Any]) -> Problem:
    fix = told.pop("fix", None)
    return Problem(**told, fix=None if fix is None else tuple(fix))


def _silent(detail: str) -> Refused:
    remedy = "See what it is doing: assent service logs"
    return Refused(Problem("service.no_answer", "The service did not answer", detail, remedy))
