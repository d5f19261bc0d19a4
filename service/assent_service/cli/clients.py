"""assent clients: the MCP clients that you have let in, and what each may do."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_schemas.clients import NOBODY, SCOPES, Scope
from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_schemas.wire.clients import Added, ClientTold, HttpTold


class Scopes(click.ParamType["tuple[Scope, ...]"]):
    """Scopes with commas between them, or none."""

    name = "scopes"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "tuple[Scope, ...]":
        from assent_schemas.spelling import did_you_mean

        if isinstance(value, tuple):
            return value
        words = [] if value == "none" else str(value).split(",")
        for word in words:
            if word not in SCOPES:
                listed = f"The scopes are {', '.join(SCOPES)}, or none."
                asked = did_you_mean(word, SCOPES, listed)
                self.fail(f"No such scope {word!r}. {asked}", param, ctx)
        return tuple(scope for scope in SCOPES if scope in words)


DEFAULT: tuple[Scope, ...] = ("propose", "run")
"""Proposals wait for the owner, and only what the owner approved can be run."""
SCOPES_OPTION = click.option(
    "--scopes",
    type=Scopes(),
    help="What it may do beyond reading: propose,run,call,emit, or none [default: propose,run].",
)


@click.group()
def clients() -> None:
    """List, make and cut off the programs that come by MCP."""


@clients.command("list")
@click.option("--all", "revoked", is_flag=True, help="Also those that were revoked.")
@standard
def list_clients(revoked: bool, home: Path | None, as_json: bool) -> None:
    """List the clients with what each may do, and its last use."""
    from assent_service.cli.clients_view import clients_view
    from assent_service.cli.output import emit

    found = [one for one in asyncio.run(known(home)) if revoked or one.revoked_at is None]
    emit([one.model_dump() for one in found], lambda: clients_view(found), as_json=as_json)


@clients.command()
@click.argument("name")
@SCOPES_OPTION
@click.option("--anew", is_flag=True, help="Another token and these scopes for one that is there.")
@standard
def add(
    name: str, scopes: "tuple[Scope, ...] | None", anew: bool, home: Path | None, as_json: bool
) -> None:
    """Make a client of this NAME and keep its token in the home.

    Its program is then to start: assent mcp --client NAME. For known programs assent connect does
    all of it.
    """
    from assent_service.cli.output import emit
    from assent_service.cli.text import shown

    granted = DEFAULT if scopes is None else scopes
    made, path = asyncio.run(_made_and_kept(home, name, granted, anew=anew))
    data = {"name": made.name, "scopes": made.scopes, "token_file": str(path)}
    can = ", ".join(made.scopes) or "nothing"
    said = f"{made.name} may read; beyond that: {can}. Its token: {shown(path)}"
    emit(data, lambda: said, as_json=as_json)


@clients.command()
@click.argument("name")
@click.argument("scopes", metavar="SCOPE...", nargs=-1, required=True, type=click.Choice(SCOPES))
@standard
def grant(name: str, scopes: "tuple[Scope, ...]", home: Path | None, as_json: bool) -> None:
    """Let a client do more, from its next call on.

    It keeps its token and what it may do already: propose, run, call or emit.
    """
    from assent_service.cli.output import emit

    told = asyncio.run(_granted(home, name, scopes))
    said = f"{told.name} may read; beyond that: {', '.join(told.scopes)}."
    emit(told.model_dump(), lambda: said, as_json=as_json)


@clients.command()
@click.argument("name")
@standard
def revoke(name: str, home: Path | None, as_json: bool) -> None:
    """Cut a client off, from its next call on."""
    from assent_engine.home import Home
    from assent_service.cli import tokens
    from assent_service.cli.output import emit

    told = asyncio.run(_revoked(home, name))
    tokens.forget(Home.find(home).path, told.name)
    emit(told.model_dump(), lambda: f"{told.name} can no longer do anything.", as_json=as_json)


@clients.command()
@click.argument("what", type=click.Choice(["on", "off", "status"]), default="status")
@click.option("--port", type=click.IntRange(1024, 65535), help="[default: the last, or a free one]")
@standard
def http(what: str, port: int | None, home: Path | None, as_json: bool) -> None:
    """Let programs come by HTTP, too, at a port of this computer alone.

    It is off until you switch it on, and for programs that cannot start assent mcp. Every request
    needs a client's token; assent connect other --http shows what such a program needs.
    """
    from assent_service.cli.clients_view import http_said
    from assent_service.cli.output import emit

    if port is not None and what != "on":
        raise click.UsageError("A port is for: http on.")
    told = asyncio.run(_switched(home, what, port))
    emit(told.model_dump(), lambda: http_said(told), as_json=as_json)


async def _switched(home: Path | None, what: str, port: int | None) -> "HttpTold":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.clients import HttpAsked
    from assent_schemas.wire.frame import Nothing
    from assent_service.cli.owner import owner

    if what == "status":
        async with owner(home) as to:
            return await to.call(ops.AGENT_HTTP, Nothing())
    async with owner(home, acts=True, new=True) as to:
        return await to.call(ops.SET_AGENT_HTTP, HttpAsked(on=what == "on", port=port))


async def known(home: Path | None) -> "list[ClientTold]":
    """Every client, revoked ones too."""
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.frame import PageAsked
    from assent_service.cli.owner import everything, owner

    async with owner(home) as to:
        return await everything(to, ops.LIST_CLIENTS, PageAsked())


async def let_in(
    home: Path | None, name: str, scopes: "tuple[Scope, ...] | None"
) -> "tuple[list[Scope], Path]":
    """A client as it is, if it may do just this; else it is made, or made anew.

    Without `scopes` it keeps those that it has. Raises Refused, StoreError.
    """
    from assent_engine.home import Home
    from assent_schemas.places import token_file

    path = Home.find(home).path
    there = await known(home) if Home(path).database.exists() else []
    before = next((one for one in there if one.name == name and one.revoked_at is None), None)
    granted = scopes if scopes is not None else tuple(before.scopes) if before else DEFAULT
    token = token_file(path, name)
    if before and set(before.scopes) == set(granted) and token.exists():
        return before.scopes, token
    made, token = await _made_and_kept(home, name, granted, anew=before is not None)
    return made.scopes, token


async def _made_and_kept(
    home: Path | None, name: str, scopes: "tuple[Scope, ...]", *, anew: bool
) -> "tuple[Added, Path]":
    """A client with its token in the home; raises Refused, StoreError."""
    from assent_engine.home import Home
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.clients import Adding
    from assent_service.cli import tokens
    from assent_service.cli.owner import owner

    _refuse_no_name(name)
    asked = Adding(client=name, scopes=list(scopes), anew=anew)
    async with owner(home, acts=True, new=True) as to:
        made = await to.call(ops.ADD_CLIENT, asked)
    return made, tokens.keep(Home.find(home).path, made.name, made.token)


async def _granted(home: Path | None, name: str, scopes: "tuple[Scope, ...]") -> "ClientTold":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.clients import Granting
    from assent_service.cli.owner import owner

    _refuse_no_name(name)
    async with owner(home, acts=True) as to:
        return await to.call(ops.GRANT_CLIENT, Granting(client=name, scopes=list(set(scopes))))


async def _revoked(home: Path | None, name: str) -> "ClientTold":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.clients import ClientAsked
    from assent_service.cli.owner import owner

    _refuse_no_name(name)
    async with owner(home, acts=True) as to:
        return await to.call(ops.REVOKE_CLIENT, ClientAsked(client=name))


def _refuse_no_name(name: str) -> None:
    import re

    from assent_engine.refusals import refused
    from assent_schemas.clients import NAME

    if re.fullmatch(NAME, name) is None or name == NOBODY:
        raise refused("client.name", f"A client cannot be called {name[:40]!r}.")
