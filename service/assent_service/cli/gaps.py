"""assent gaps: the tools that agents said they lack."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_schemas.wire.clients import Gap


@click.command()
@standard
def gaps(home: Path | None, as_json: bool) -> None:
    """Show what agents lacked for what you asked of them."""
    from assent_service.cli.clients_view import gaps_view
    from assent_service.cli.output import emit

    found = asyncio.run(_gaps(home))
    emit([one.model_dump() for one in found], lambda: gaps_view(found), as_json=as_json)


async def _gaps(home: Path | None) -> "list[Gap]":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.frame import PageAsked
    from assent_service.cli.owner import everything, owner

    async with owner(home) as to:
        return await everything(to, ops.LIST_GAPS, PageAsked())
