"""assent tray: the icon in the owner's session, for as long as the session lasts."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from assent_tray.ports import Work

_RULES = ("everything", "acting", "nothing")
_PANELS = ("auto", "light", "dark")


@click.command()
@click.option(
    "--show-first",
    type=click.Choice(_RULES),
    default="acting",
    show_default=True,
    help="What the menu does not approve: it has to be read whole first.",
)
@click.option(
    "--panel", type=click.Choice(_PANELS), default="auto", show_default=True, help="Its colour."
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where everything is kept; else ASSENT_HOME, else the platform's own place.",
)
@click.option("--json", "as_json", is_flag=True, help="Write problems as JSON.")
def tray(show_first: str, panel: str, home: Path | None, as_json: bool) -> None:  # noqa: ARG001
    """Be the tray: an icon, and a menu to decide from.

    It needs no service to start, and goes on when the service stops; quitting it stops nothing.
    """
    from assent_schemas.places import home_folder
    from assent_tray.lock import the_only_one
    from assent_tray.opening import Opening

    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.WARNING)
    where = home_folder(home)
    with the_only_one(where):
        _run(Opening(where, show_first).work, panel)


def _run(work: "Work", panel: str) -> None:
    """Take the place on the desktop. Raises Refused where there is no way to."""
    from assent_schemas.errors import Problem, Refused
    from assent_tray.choosing import chosen
    from assent_tray.icon import Panel
    from assent_tray.ports import Unusable

    try:
        chosen(None if panel == "auto" else Panel(panel)).run(work)
    except Unusable as why:
        remedy = "Decide with the command line: assent approvals list"
        problem = Problem("tray.no_icon", "No icon can be shown here", f"{why}.", remedy)
        raise Refused(problem) from why
