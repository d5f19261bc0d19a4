"""assent approvals review, assent policy review: what waits, whole, in the owner's browser."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_schemas.wire.approvals import ReviewOpened

PRINT = click.option("--print", "printed", is_flag=True, help="Print the address instead.")


@click.command("review")
@click.argument("request_id", metavar="ID")
@PRINT
@standard
def review_approval(request_id: str, printed: bool, home: Path | None, as_json: bool) -> None:
    """Look at it whole in your browser, and decide there.

    The address is good once and for a minute, on this computer only. A service has to run.
    """
    _review(home, request_id, None, printed, as_json)


@click.command("review")
@click.argument("name")
@click.option("--version", "version", help="Which version; else the newest that waits.")
@PRINT
@standard
def review_policy(
    name: str, version: str | None, printed: bool, home: Path | None, as_json: bool
) -> None:
    """Look at a proposal whole in your browser, and decide there.

    The address is good once and for a minute, on this computer only. A service has to run.
    """
    _review(home, name, version, printed, as_json)


def _review(
    home: Path | None, approval: str, version: str | None, printed: bool, as_json: bool
) -> None:
    from assent_service.cli.output import emit

    told = asyncio.run(_opened(home, approval, version))
    shown = not (printed or as_json) and _browser_shows(told.url)
    text = (
        "It is open in your browser."
        if shown
        else f"{told.url}\nOpen it on this computer within {told.seconds} seconds; it opens once."
    )
    emit({"url": told.url, "seconds": told.seconds}, lambda: text, as_json=as_json)


async def _opened(home: Path | None, approval: str, version: str | None) -> "ReviewOpened":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.approvals import ApprovalAsked
    from assent_service.cli.owner import owner

    async with owner(home) as to:
        return await to.call(ops.OPEN_REVIEW, ApprovalAsked(approval=approval, version=version))


def _browser_shows(url: str) -> bool:
    """Whether there is a browser that was told to show it."""
    import webbrowser

    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False
