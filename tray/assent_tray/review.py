"""The way to see everything of what is decided on: the review page, in the owner's browser."""

import asyncio
import webbrowser
from typing import TYPE_CHECKING

from assent_schemas.wire import operations as ops
from assent_schemas.wire.approvals import Approval, ApprovalAsked
from assent_tray.words import command, label

if TYPE_CHECKING:
    from assent_client.client import Client


async def open_review(one: Approval, client: "Client") -> str:
    """Open its page; what came of it, in a line. Raises Refused where the service has none."""
    asked = ApprovalAsked(approval=one.id, version=one.version)
    opened = await client.call(ops.OPEN_REVIEW, asked)
    if await asyncio.to_thread(_browser_shows, opened.url):
        return f"In your browser: {label(one.what)}"
    return f"No browser was found. Decide with: {way_without_browser(one)}"


def way_without_browser(one: Approval) -> str:
    """The command that shows it whole, then asks."""
    if one.version is None:
        return command("assent approvals approve", one.id)
    return f"{command('assent policy approve', one.id)} {command('--version', one.version)}"


def _browser_shows(url: str) -> bool:
    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False
