"""Options that every command has, and the kinds of values that commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def standard(command: Command) -> Command:
    """Add --home and --json."""
    json = click.option("--json", "as_json", is_flag=True, help="Write JSON for a program.")
    home = click.option(
        "--home",
        type=FOLDER,
        help="The folder that holds everything [default: ASSENT_HOME, or the platform's own].",
    )
    return home(json(command))


class JsonValue(click.ParamType[Any]):
    """JSON as text, or @FILE to read it from."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from assent_schemas import exact_json
        from assent_schemas.errors import PolicyInvalid
        from assent_service.bounded import read_bounded

        if not isinstance(value, str):
            return value
        try:
            text = read_bounded(Path(value[1:])) if value.startswith("@") else value
            return exact_json.parse(text)
        except OSError as error:
            self.fail(f"{value[1:]} cannot be read: {error.strerror}", param, ctx)
        except PolicyInvalid as invalid:
            self.fail(invalid.problem.detail, param, ctx)


JSON = JsonValue()
