"""assent notices: what was told to you, whether or not you saw it."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_schemas.wire.service import NoticeTold


@click.group()
def notices() -> None:
    """Look at what was told to you."""


@notices.command("list")
@click.option("--policy", help="Only of this policy.")
@click.option("--newest", type=click.IntRange(min=1), default=50, help="How many [default: 50].")
@standard
def list_notices(policy: str | None, newest: int, home: Path | None, as_json: bool) -> None:
    """List what you should see, the newest last.

    What runs tell, problems, and what agents ask of you.
    """
    from assent_service.cli.notices_view import notices_view
    from assent_service.cli.output import emit

    found = asyncio.run(_newest(home, policy, newest))
    emit([one.model_dump() for one in found], lambda: notices_view(found), as_json=as_json)


async def _newest(home: Path | None, policy: str | None, most: int) -> "list[NoticeTold]":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.frame import MOST_ON_A_PAGE
    from assent_schemas.wire.service import NoticesAsked
    from assent_service.cli.owner import newest, owner

    asked = NoticesAsked(policy=policy, limit=min(most, MOST_ON_A_PAGE), newest=True)
    async with owner(home) as of:
        return await newest(of, ops.LIST_NOTICES, asked, most)
