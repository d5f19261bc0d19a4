"""assent pause, assent resume: let nothing start or go on for a while, and go on."""

import asyncio
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_schemas.wire.policies import Pause, Pausing
    from assent_schemas.wire.runs import RunDetail

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"([0-9]{1,4})([mhdw])")


class Span(click.ParamType[timedelta]):
    """A span of time: 30m, 1h, 2d, 1w."""

    name = "span"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = _SPAN.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no span such as 30m, 1h, 2d or 1w", param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


class Moment(click.ParamType["datetime | str"]):
    """A moment as RFC 3339 text, or a word for one."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | str:
        from assent_engine.moments import moment
        from assent_engine.pauses import NAMED_ENDS

        if isinstance(value, datetime):
            return value
        if value in NAMED_ENDS:
            return str(value)
        try:
            return moment(str(value))
        except ValueError as error:
            self.fail(f"{error}, tomorrow or market-open, such as 2026-01-31T16:00:00Z", param, ctx)


@click.command()
@click.argument("policy", required=False)
@click.option("--for", "span", type=Span(), help="How long: 30m, 1h, 2d, 1w.")
@click.option(
    "--until", type=Moment(), help="Until when: 2026-01-31T16:00:00Z, tomorrow, or market-open."
)
@standard
def pause(
    policy: str | None,
    span: timedelta | None,
    until: datetime | str | None,
    home: Path | None,
    as_json: bool,
) -> None:
    """Let nothing start or go on: of one POLICY, or of all.

    Runs under way stop before their next step. Without a time it stays so until: assent resume.
    """
    from assent_engine.moments import timestamp
    from assent_schemas.wire.policies import Pausing
    from assent_service.cli.output import emit
    from assent_service.cli.text import shown

    if span is not None and until is not None:
        raise click.UsageError("Give --for or --until, not both.")
    seconds = None if span is None else int(span.total_seconds())
    ends = timestamp(until) if isinstance(until, datetime) else until
    found = asyncio.run(_paused(home, Pausing(policy=policy, seconds=seconds, until=ends)))
    when = "" if found.until is None else f" until {found.until}"
    data = {"paused": found.name, "until": found.until}
    emit(data, lambda: f"{shown(found.name)} is paused{when}.", as_json=as_json)


async def _paused(home: Path | None, asked: "Pausing") -> "Pause":
    from assent_schemas.wire import operations as ops
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to:
        return await to.call(ops.PAUSE, asked)


@click.command()
@click.argument("policy", required=False)
@standard
def resume(policy: str | None, home: Path | None, as_json: bool) -> None:
    """End a pause, and go on with the runs that it stopped."""
    from assent_service.cli.output import emit
    from assent_service.cli.run_reports import reports_view
    from assent_service.cli.text import shown

    name, runs = asyncio.run(_resumed(home, policy, silent=as_json))
    data = {
        "resumed": name,
        "runs": [{"run_id": one.run_id, "status": one.status} for one in runs],
    }
    said = f"{shown(name) if name else 'Everything'} is no longer paused."
    emit(data, lambda: reports_view(runs) if runs else said, as_json=as_json)
    sys.exit(0 if all(one.status in ("COMPLETED", "WAITING") for one in runs) else 1)


async def _resumed(
    home: Path | None, policy: str | None, *, silent: bool
) -> "tuple[str | None, list[RunDetail]]":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.policies import Unpausing
    from assent_service.cli.following import following
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to, following(to, silent=silent) as seen:
        begun = await to.call(ops.UNPAUSE, Unpausing(policy=policy))
        return begun.name, await seen.until_they_stop(begun.runs)
