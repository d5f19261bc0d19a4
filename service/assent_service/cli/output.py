"""What a command writes: rich text on a terminal, or exact JSON for a program."""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from assent_schemas import exact_json
from assent_schemas.errors import Problem

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def console(*, err: bool = False) -> "Console":
    """The terminal, made when something is written to it; plain text where it is none."""
    from rich.console import Console

    return Console(stderr=err, highlight=False, markup=False, soft_wrap=not sys.stdout.isatty())


def emit(data: Any, render: Callable[[], "RenderableType"], *, as_json: bool) -> None:
    """Write a result in the form that was asked for."""
    if as_json:
        write_json(data)
    else:
        console().print(render())


def write_json(data: Any) -> None:
    """Write exact JSON, indented, to standard output."""
    text = msgspec.json.format(exact_json.encode(exact_json.plain(data)), indent=2)
    sys.stdout.write(text.decode() + "\n")


def show_problems(problems: Sequence[Problem], *, as_json: bool) -> None:
    """Write every problem: to standard error for a reader, to standard output as JSON."""
    if as_json:
        write_json({"problems": [problem.as_json() for problem in problems]})
        return
    for problem in problems:
        console(err=True).print(_problem(problem))


def _problem(problem: Problem) -> "RenderableType":
    from rich.text import Text

    text = Text.assemble((problem.title, "bold red"), f"  {problem.code}\n", problem.detail)
    if problem.pointer:
        text.append(f"\n  at {problem.pointer}", "dim")
    if problem.remedy:
        text.append(f"\n  {problem.remedy}", "green")
    return text
