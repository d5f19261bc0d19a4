"""assent doctor: what is well, what is not, and what to do about it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assent_service.cli.options import standard

if TYPE_CHECKING:
    from rich.console import RenderableType

    from assent_schemas.checks import Finding

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command()
@click.option("--only", help="The name of one check.")
@standard
def doctor(only: str | None, home: Path | None, as_json: bool) -> None:
    """Look at everything that Assent needs.

    Nothing is changed. Exits 1 where something fails.
    """
    from assent_engine.home import Home
    from assent_service.cli.output import emit
    from assent_service.doctor.rounds import examined

    _refuse_unknown(only)
    found = list(examined(Home.find(home).path, only))
    data = {"checks": [{"check": name, **one.as_json()} for name, one in found]}
    emit(data, lambda: _table(found), as_json=as_json)
    sys.exit(1 if any(one.verdict == "fail" for _, one in found) else 0)


def _refuse_unknown(name: str | None) -> None:
    from assent_engine.refusals import refused
    from assent_schemas.spelling import did_you_mean
    from assent_service.doctor.rounds import offered

    if name is not None and name not in offered():
        remedy = did_you_mean(name, list(offered()), f"The checks are {', '.join(offered())}.")
        raise refused("doctor.unknown", f"There is no check {name!r}.", remedy)


def _table(found: "list[tuple[str, Finding]]") -> "RenderableType":
    from rich.table import Table
    from rich.text import Text

    from assent_service.cli.text import shown

    table = Table(box=None, pad_edge=False)
    for heading in ("check", "", "found"):
        table.add_column(heading, overflow="fold")
    for name, one in found:
        words = "\n".join(shown(part) for part in (one.finding, one.remedy) if part)
        table.add_row(name, Text(one.verdict, _STYLES[one.verdict]), words)
    return table
