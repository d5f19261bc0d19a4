"""Asking before what cannot simply be taken back: a question on the terminal, or --yes."""

import sys

import click

from assent_schemas.errors import Problem, Refused

YES = click.option("--yes", is_flag=True, help="Do not ask.")


def agreed(question: str, declined: Problem, *, yes: bool, err: bool) -> None:
    """Return where the owner says yes; raises Refused with `declined` for a no.

    Off a terminal nobody can be asked: that is wrong usage without `yes`.
    """
    if yes:
        return
    if not asks_here():
        raise click.UsageError("No terminal to ask on. To do it without being asked: --yes")
    if not click.confirm(question, err=err):
        raise Refused(declined)


def asks_here() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()
