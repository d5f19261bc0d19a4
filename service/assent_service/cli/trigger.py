"""assent trigger: when what is due next, and what became of every due time."""

import asyncio
from pathlib import Path

import click

from assent_service.cli.options import standard


@click.group()
def trigger() -> None:
    """Look at what starts runs by itself."""


@trigger.command("list")
@click.argument("policy", required=False)
@standard
def list_triggers(policy: str | None, home: Path | None, as_json: bool) -> None:
    """List the triggers in force with their next due times.

    Of one POLICY, or of all.
    """
    from assent_service.cli.output import emit
    from assent_service.cli.trigger_views import standings, triggers_view

    found = asyncio.run(standings(home, policy))
    emit([one.model_dump() for one in found], lambda: triggers_view(found), as_json=as_json)


@trigger.command()
@click.argument("policy", required=False)
@click.option("--last", type=click.IntRange(min=1), default=50, help="How many [default: 50].")
@standard
def history(policy: str | None, last: int, home: Path | None, as_json: bool) -> None:
    """Show what became of each due time, the newest last.

    Of one POLICY, or of all.
    """
    from assent_service.cli.output import emit
    from assent_service.cli.trigger_views import history_view, records

    found = asyncio.run(records(home, policy, last))
    emit([one.model_dump() for one in found], lambda: history_view(found), as_json=as_json)


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=7, help="How far [default: 7].")
@standard
def forecast(days: int, home: Path | None, as_json: bool) -> None:
    """Show what will be due, in the order of time."""
    from assent_service.cli.output import emit
    from assent_service.cli.trigger_views import forecast_view, foreseen

    found = asyncio.run(foreseen(home, days))
    emit(found.model_dump(), lambda: forecast_view(found), as_json=as_json)
