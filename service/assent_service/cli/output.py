"""What a command writes: rich text on a terminal, or exact JSON for a program."""

import io
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from assent_schemas.errors import Problem

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_UNBOUNDED = 100_000
"""The width where there is no terminal: nothing is cut for a file or a pipe."""
_LONGEST = 4000
_MOST_CODES = 5


def console(*, err: bool = False) -> "Console":
    """The terminal, made when something is written to it; plain text where it is none."""
    from rich.console import Console

    terminal = (sys.stderr if err else sys.stdout).isatty()
    return Console(
        stderr=err, highlight=False, markup=False, width=None if terminal else _UNBOUNDED
    )


def accept_any_text() -> None:
    """Let a stream that lacks a character get its escape rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def emit(data: Any, render: Callable[[], "RenderableType"], *, as_json: bool) -> None:
    """Write a result in the form that was asked for."""
    if as_json:
        write_json(data)
    else:
        show(render())


def show(view: "RenderableType", *, err: bool = False) -> None:
    """Write to the terminal; what is too wide for it is left to it, never cut."""
    console(err=err).print(view, crop=False)


def note(text: str, *, err: bool = False) -> None:
    """Say something beside the result, to a reader."""
    from rich.text import Text

    from assent_service.cli.text import shown

    show(Text(shown(text, _LONGEST), "dim"), err=err)


def write_json(data: Any) -> None:
    """Write exact JSON, indented and in UTF-8, to standard output."""
    import msgspec

    from assent_schemas import exact_json

    click.echo(msgspec.json.format(exact_json.encode(exact_json.plain(data)), indent=2))


def write_ordered_json(document: Any) -> None:
    """Write a document as its author ordered it, exact and indented."""
    import msgspec

    from assent_schemas import exact_json

    click.echo(msgspec.json.format(exact_json.encode(document, as_ordered=True), indent=2))


def show_problems(problems: Sequence[Problem], *, as_json: bool) -> None:
    """Write every problem: to standard error for a reader, to standard output as JSON."""
    if as_json:
        write_json({"problems": [problem.as_json() for problem in problems]})
        return
    for problem in problems:
        show(_problem(problem), err=True)
    show(_where_to_look(problems), err=True)


def warning_lines(warnings: Sequence[Problem]) -> list[str]:
    """Each warning in a line: which, what, and where or what to do."""
    from assent_service.cli.text import shown

    def more(one: Problem) -> str:
        return one.remedy if one.pointer is None else f"At {one.pointer}"

    return [
        f"Warning {one.code}: {shown(one.detail, _LONGEST)} {shown(more(one), _LONGEST)}"
        for one in warnings
    ]


def _where_to_look(problems: Sequence[Problem]) -> "RenderableType":
    from rich.text import Text

    codes = list(dict.fromkeys(problem.code for problem in problems))
    return Text(f"More: assent errors {' '.join(codes[:_MOST_CODES])}", "dim")


def _problem(problem: Problem) -> "RenderableType":
    from rich.text import Text

    from assent_service.cli.text import shown

    text = Text.assemble((problem.title, "bold red"), f"  {problem.code}\n")
    text.append(shown(problem.detail, _LONGEST))
    if problem.pointer:
        text.append(f"\n  at {shown(problem.pointer, _LONGEST)}", "dim")
    if problem.remedy:
        text.append(f"\n  {shown(problem.remedy, _LONGEST)}", "green")
    return text
