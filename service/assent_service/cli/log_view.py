"""How the service's log looks on a terminal, all at once or as it is written."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

import click

from assent_client.finding import not_running
from assent_service.cli.text import shown, shown_json
from assent_service.process.log import entry
from assent_service.process.log_following import following

_SHOWN_FIRST = ("at", "level", "message")
_NOT_SHOWN = ("from", "stack")
_LONGEST = 300


def log_view(entries: Sequence[dict[str, Any]]) -> str:
    """A line for each entry."""
    return "\n".join(map(_line, entries)) or "Nothing yet."


def follow_log(home: Path, lines: int, *, as_json: bool) -> None:
    """Write the last lines, and then what comes, until the reader stops it; raises Refused."""

    def write(line: str) -> None:
        click.echo(line if as_json else _line(entry(line)))

    try:
        with following(home) as follower, suppress(KeyboardInterrupt):
            for line in chain(follower.last(lines), follower.lines()):
                write(line)
    except FileNotFoundError as error:
        raise not_running(home) from error


def _line(told: dict[str, Any]) -> str:
    """When, how grave, what, and all that was given with it."""
    first = f"{told['at']} {told['level']:8} {shown(told['message'])}"
    more = {key: value for key, value in told.items() if key not in (*_SHOWN_FIRST, *_NOT_SHOWN)}
    return "  ".join([first, *(f"{shown(key)}={_value(key, more[key])}" for key in more)])


def _value(key: str, value: Any) -> str:
    if key == "error":
        return shown(str(value).strip().rpartition("\n")[2], _LONGEST)
    if key == "problem" and isinstance(value, dict):
        return shown(f"{value.get('code')}: {value.get('detail')}", _LONGEST)
    return shown(value, _LONGEST) if isinstance(value, str) else shown_json(value, _LONGEST)
