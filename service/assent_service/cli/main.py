"""The entry of `assent`: finds its commands by entry point and turns errors into exit codes.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
"""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points, version

import click

from assent_schemas.errors import AssentError, Problem

GROUP = "assent.commands"
DISTRIBUTION = "assent"
TRACEBACK = "ASSENT_TRACEBACK"


class Commands(click.Group):
    """Commands that the installed parts offer; each is imported only when it is needed.

    Only our own distribution is trusted to add commands.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(point.name for point in entry_points(group=GROUP) if _is_ours(point.dist))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for point in entry_points(group=GROUP, name=cmd_name):
            if _is_ours(point.dist):
                command: click.Command = point.load()
                return command
        if not ctx.resilient_parsing and not cmd_name.startswith("-"):
            ctx.fail(f"No such command {cmd_name!r}. {_meant(cmd_name, self.list_commands(ctx))}")
        return None


def _is_ours(distribution: object) -> bool:
    return getattr(distribution, "name", None) == DISTRIBUTION


def _meant(name: str, known: Sequence[str]) -> str:
    from assent_schemas.spelling import did_you_mean

    return did_you_mean(name, known, f"The commands are {', '.join(known)}.")


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(DISTRIBUTION), prog_name="assent")
def assent() -> None:
    """Carry out automation policies that an agent wrote and you approved.

    What was shown is what runs, no more than was agreed, once, or you hear why not.
    """


def main() -> None:
    """Run the command line of this process."""
    from assent_service.cli.output import accept_any_text

    accept_any_text()
    try:
        code = assent.main(standalone_mode=False)
    except AssentError as error:
        code = _tell(error.problems)
    except click.ClickException as error:
        code = _complain(error)
    except (click.Abort, KeyboardInterrupt):
        detail = "This command does nothing further; what was done until now is recorded."
        remedy = (
            "A run under way goes on by the service, where one runs; see: assent run list."
            " Without a service it goes on with: assent run resume"
        )
        code = _tell([Problem("stopped", "Stopped", detail, remedy)])
    except Exception as error:
        if TRACEBACK in os.environ:
            raise
        code = _tell(_mistyped(error) or [_unexpected(error)])
    sys.exit(code if isinstance(code, int) else 0)


def _tell(problems: Sequence[Problem]) -> int:
    from assent_service.cli.output import show_problems

    show_problems(problems, as_json=_as_json())
    return 1


def _unexpected(error: Exception) -> Problem:
    detail = f"{type(error).__name__}: {error}"
    remedy = f"This is a fault of Assent itself. For its details set {TRACEBACK}=1."
    return Problem("internal", "Something unexpected happened", detail, remedy)


def _mistyped(error: Exception) -> list[Problem]:
    """What is wrong with words that no question to the owner's desk can be made of."""
    from pydantic import ValidationError

    from assent_schemas.errors import pointer
    from assent_schemas.wire.operations import OPERATIONS

    asked = {one.asks.__name__ for one in OPERATIONS.values()}
    if not isinstance(error, ValidationError) or error.title not in asked:
        return []
    title, remedy = "The command cannot be understood", f"See: assent {sys.argv[1]} --help"
    return [
        Problem("usage", title, f"{row['msg']}.", remedy, pointer(*row["loc"]))
        for row in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _complain(error: click.ClickException) -> int:
    """Wrong usage in click's own form, or as a problem for a program."""
    if not _as_json():
        error.show()
        return error.exit_code
    context = error.ctx if isinstance(error, click.UsageError) else None
    remedy = f"See: {context.command_path} --help" if context else ""
    _tell([Problem("usage", "The command cannot be understood", error.format_message(), remedy)])
    return error.exit_code


def _as_json() -> bool:
    return "--json" in sys.argv
