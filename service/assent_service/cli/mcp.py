"""assent mcp: what an MCP client starts to reach the service."""

from pathlib import Path

import click

from assent_service.cli.options import standard


@click.command()
@click.option("--client", help="The client that this is, as assent connect has made it.")
@standard
def mcp(client: str | None, home: Path | None, as_json: bool) -> None:  # noqa: ARG001 - as everywhere
    """Pass MCP on between a client, here, and the service.

    A client starts this by itself: see assent connect. It reads and writes MCP, and nothing else;
    without --client nothing can be done but read. The service is started where none runs.
    """
    import re

    from assent_engine.refusals import refused
    from assent_schemas.clients import NAME
    from assent_schemas.places import home_folder
    from assent_service.bridge.pump import run

    if client is not None and re.fullmatch(NAME, client) is None:
        raise refused("client.name", f"A client cannot be called {client[:40]!r}.")
    run(home_folder(home), client)
