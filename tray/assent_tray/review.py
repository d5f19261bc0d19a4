"""The way to see everything of what is decided on: the one place that knows where that is."""

from assent_schemas.wire.approvals import Approval
from assent_tray.words import command


def way_to_review(one: Approval) -> str:
    """What the owner does to read and decide: the command that shows it whole, then asks."""
    if one.version is None:
        return command("assent approvals approve", one.id)
    return f"{command('assent policy approve', one.id)} {command('--version', one.version)}"
