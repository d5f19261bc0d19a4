"""assent errors: what an error code means, and what to do about it."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

    from assent_schemas.error_catalogue import Row


@click.command()
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Write JSON for a program.")
def errors(codes: tuple[str, ...], as_json: bool) -> None:
    """Say what error codes mean; without one, list them."""
    from assent_schemas.error_catalogue import CATALOGUE
    from assent_service.cli.output import emit

    rows = [_row(code) for code in codes] or list(CATALOGUE.values())
    data = {"errors": [row.as_json() for row in rows]}
    emit(data, lambda: _rows(rows) if codes else _list(rows), as_json=as_json)


def _row(code: str) -> "Row":
    """The row of a code; raises Refused with the nearest one."""
    from assent_schemas.error_catalogue import CATALOGUE
    from assent_schemas.errors import Problem, Refused
    from assent_schemas.spelling import did_you_mean

    if code in CATALOGUE:
        return CATALOGUE[code]
    detail = f"There is no error code {code!r}; a Fail state of a policy makes up its own."
    remedy = did_you_mean(code, CATALOGUE, "See them all: assent errors")
    raise Refused(Problem("errors.unknown", "No such error code", detail, remedy))


def _rows(rows: list["Row"]) -> "RenderableType":
    from rich.text import Text

    text = Text("\n")
    parts = [
        Text.assemble((row.title, "bold"), f"  {row.code}\n{row.meaning}\n", (row.remedy, "green"))
        for row in rows
    ]
    return text.join(parts)


def _list(rows: list["Row"]) -> "RenderableType":
    from rich.text import Text

    widest = max(len(row.code) for row in rows)
    return Text("\n").join(Text(f"{row.code:<{widest}}  {row.title}") for row in rows)
