"""assent connect: let a program in, and tell it how to come."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.clients import SCOPES_OPTION
from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_schemas.clients import Scope
    from assent_service.connect.connection import Connection
    from assent_service.connect.programs import Launch, Program
    from assent_service.connect.writing import Plan


class ProgramName(click.ParamType["Program"]):
    """A program that is known."""

    name = "program"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "Program":
        from assent_schemas.spelling import did_you_mean
        from assent_service.connect.programs import BY_NAME

        if (found := BY_NAME.get(str(value))) is not None:
            return found
        asked = did_you_mean(str(value), list(BY_NAME), f"They are {', '.join(BY_NAME)}.")
        raise click.BadParameter(f"No such program {value!r}. {asked}", ctx, param)


@click.command()
@click.argument("programs", metavar="PROGRAM...", nargs=-1, required=True, type=ProgramName())
@click.option("--write", is_flag=True, help="Put it into its configuration; the old one is kept.")
@click.option("--as", "client", help="What the client is called [default: as the program].")
@click.option("--http", is_flag=True, help="For a program that only knows HTTP; shows the token.")
@SCOPES_OPTION
@standard
def connect(
    programs: "tuple[Program, ...]",
    write: bool,
    client: str | None,
    http: bool,
    scopes: "tuple[Scope, ...] | None",
    home: Path | None,
    as_json: bool,
) -> None:
    """Let an MCP client in, and show what its configuration needs.

    PROGRAM is claude, claude-code, cursor, vscode, codex, windsurf, gemini or other. The client
    may then read, put proposals before you, and run what you have approved. It cannot approve.
    """
    import json

    from assent_service.cli.connect_view import connections_view
    from assent_service.cli.output import emit
    from assent_service.cli.text import shown_document

    if client is not None and len(programs) > 1:
        raise click.UsageError("Give one program with --as.")
    if http:
        if write or len(programs) != 1:
            raise click.UsageError("With --http one program's entry is shown, and none is written.")
        entry = asyncio.run(_http_entry(home, client or programs[0].name, scopes))
        emit(entry, lambda: shown_document(json.dumps(entry, indent=2)), as_json=as_json)
        return
    found = [_connected(home, one, client or one.name, scopes, write=write) for one in programs]
    emit([one.as_json() for one in found], lambda: connections_view(found), as_json=as_json)


def _connected(
    home: Path | None,
    program: "Program",
    client: str,
    scopes: "tuple[Scope, ...] | None",
    *,
    write: bool,
) -> "Connection":
    """Let one in; whether its configuration can be written is seen before anything is done."""
    from assent_engine.home import Home
    from assent_service.cli.clients import let_in
    from assent_service.connect.connection import Connection
    from assent_service.connect.programs import Folders, Launch

    launch = Launch.of(Home.find(home).path, client)
    path = None if program.file is None else program.file(Folders.here())
    plan = _plan(program, path, launch) if write else None
    granted, token = asyncio.run(let_in(home, client, scopes))
    kept = plan.carry_out(datetime.now(UTC)) if plan else None
    return Connection(program, client, launch, path, granted, token, plan, kept)


async def _http_entry(
    home: Path | None, client: str, scopes: "tuple[Scope, ...] | None"
) -> dict[str, Any]:
    """What a program needs that comes by HTTP; raises Refused where that is off."""
    from assent_engine.home import Home
    from assent_schemas.errors import Problem, Refused
    from assent_service.cli.clients import let_in
    from assent_service.connect.programs import SERVER
    from assent_service.http_setting import HttpSetting

    setting = HttpSetting.of(Home.find(home).path)
    if not setting.on:
        detail = "Programs cannot come by HTTP yet."
        remedy = "Switch it on: assent clients http on"
        raise Refused(Problem("http.off", "HTTP is off", detail, remedy))
    _, token = await let_in(home, client, scopes)
    bearer = f"Bearer {client}.{token.read_text(encoding='utf-8').strip()}"
    entry = {"type": "http", "url": setting.url, "headers": {"Authorization": bearer}}
    return {"mcpServers": {SERVER: entry}}


def _plan(program: "Program", path: Path | None, launch: "Launch") -> "Plan":
    from assent_schemas.errors import Problem, Refused
    from assent_service.connect.writing import TITLE, planned

    if path is None:
        detail = "Where other programs keep their configuration is not known here."
        remedy = "Add what is shown without --write to it yourself."
        raise Refused(Problem("connect.no_file", TITLE, detail, remedy))
    return planned(program, path, launch)
