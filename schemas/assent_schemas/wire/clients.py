"""MCP clients on the wire of the owner door, and what they say that they lack."""

from typing import Annotated

from pydantic import Field

from assent_schemas.clients import NAME, SCOPES, Scope
from assent_schemas.errors import Problem
from assent_schemas.gaps import GapReport
from assent_schemas.wire.frame import Answer, Asked

ClientName = Annotated[str, Field(pattern=f"^{NAME}$")]


class ClientTold(Answer):
    """A client; its token is never told again."""

    name: str
    scopes: list[Scope]
    made_by: str
    made_at: str
    used_at: str | None
    revoked_at: str | None


class ClientAsked(Asked):
    """One client."""

    client: ClientName


class Adding(ClientAsked):
    """A new client; with `anew` one of that name gets another token and these scopes."""

    scopes: Annotated[list[Scope], Field(max_length=len(SCOPES))]
    anew: bool = False


class Granting(ClientAsked):
    """What a client may do from now on, beside what it may."""

    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES))]


class Added(Answer):
    """The client's token, which is told only here."""

    name: str
    scopes: list[Scope]
    token: str


class HttpAsked(Asked):
    """Whether clients may come by HTTP; without a port it is the last one, or a free one."""

    on: bool
    port: Annotated[int, Field(ge=1024, le=65535)] | None = None


class HttpTold(Answer):
    """Streamable HTTP: what the owner has set, and whether it is so."""

    on: bool
    url: str | None
    listens: bool
    trouble: Problem | None = None
    """Why it does not listen although it is on."""


class Gap(Answer):
    """Tools that agents lack: the last report, and how often it came."""

    key: str
    client: str
    count: int
    first_at: str
    last_at: str
    report: GapReport
