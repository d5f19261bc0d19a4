"""assent pause, assent resume: let nothing start or go on for a while, and go on."""

import asyncio
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from assent_service.cli.options import standard

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


class Moment(click.ParamType[datetime]):
    """A moment as RFC 3339 text."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        from assent_engine.moments import moment

        if isinstance(value, datetime):
            return value
        try:
            return moment(str(value))
        except ValueError as error:
            self.fail(f"{error}, such as 2026-01-31T16:00:00Z", param, ctx)


@click.command()
@click.argument("policy", required=False)
@click.option("--for", "span", type=Span(), help="How long: 30m, 1h, 2d, 1w.")
@click.option("--until", type=Moment(), help="Until when: 2026-01-31T16:00:00Z.")
@standard
def pause(
    policy: str | None,
    span: timedelta | None,
    until: datetime | None,
    home: Path | None,
    as_json: bool,
) -> None:
    """Let nothing start or go on: of one POLICY, or of all.

    Runs under way stop before their next step. Without a time it stays so until: assent resume.
    """
    from assent_engine.moments import timestamp
    from assent_service.cli.opening import acting, person
    from assent_service.cli.output import emit
    from assent_service.cli.text import shown

    if span is not None and until is not None:
        raise click.UsageError("Give --for or --until, not both.")

    async def act() -> tuple[str, datetime | None]:
        async with acting(home) as engine:
            row = None if policy is None else await engine.policies.find(policy)
            ends = engine.clock.now() + span if span is not None else until
            await engine.pauses.pause(row.policy_id if row else None, until=ends, by=person())
            return (row.name if row else "Everything"), ends

    name, ends = asyncio.run(act())
    data = {"paused": name, "until": None if ends is None else timestamp(ends)}
    when = "" if ends is None else f" until {timestamp(ends)}"
    emit(data, lambda: f"{shown(name)} is paused{when}.", as_json=as_json)


@click.command()
@click.argument("policy", required=False)
@standard
def resume(policy: str | None, home: Path | None, as_json: bool) -> None:
    """End a pause, and go on with the runs that it stopped."""
    from assent_service.cli.opening import acting, person
    from assent_service.cli.output import emit
    from assent_service.cli.progress import live
    from assent_service.cli.run_reports import open_cases, reports_view
    from assent_service.cli.text import shown

    async def act() -> tuple[str, list[Any], Any]:
        with live(silent=as_json) as tell:
            async with acting(home, tell) as engine:
                row = None if policy is None else await engine.policies.find(policy)
                await engine.pauses.end(row.policy_id if row else None, by=person())
                held = [one for one in await engine.runs.open_runs() if one.status == "PAUSED"]
                mine = [one.id for one in held if row is None or one.policy_id == row.policy_id]
                reports = [await engine.runs.resume(one) for one in mine]
                return (row.name if row else ""), reports, await open_cases(engine.store.read)

    name, reports, cases = asyncio.run(act())
    data = {
        "resumed": name or None,
        "runs": [{"run_id": one.run_id, "status": one.status} for one in reports],
    }
    said = f"{shown(name) if name else 'Everything'} is no longer paused."
    emit(data, lambda: reports_view(reports, cases) if reports else said, as_json=as_json)
    sys.exit(0 if all(one.status in ("COMPLETED", "WAITING") for one in reports) else 1)
