"""The entry of `assent`: finds its commands by entry point and turns errors into exit codes.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
"""

import sys
from importlib.metadata import entry_points, version

import click

GROUP = "assent.commands"
DISTRIBUTION = "assent"


class Commands(click.Group):
    """Commands that the installed parts offer; each is imported only when it is needed.

    Only our own distribution is trusted to add commands.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(point.name for point in entry_points(group=GROUP) if _is_ours(point.dist))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        for point in entry_points(group=GROUP, name=cmd_name):
            if _is_ours(point.dist):
                command: click.Command = point.load()
                return command
        return None


def _is_ours(distribution: object) -> bool:
    return getattr(distribution, "name", None) == DISTRIBUTION


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(DISTRIBUTION), prog_name="assent")
def assent() -> None:
    """Carry out automation policies that an agent wrote and you approved.

    What was shown is what runs, no more than was agreed, once, or you hear why not.
    """


def main() -> None:
    """Run the command line of this process."""
    from assent_schemas.errors import AssentError

    try:
        code = assent.main(standalone_mode=False)
    except AssentError as error:
        from assent_service.cli.output import show_problems

        show_problems(error.problems, as_json="--json" in sys.argv)
        code = 1
    except click.UsageError as error:
        error.show()
        code = 2
    except click.ClickException as error:
        error.show()
        code = 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. A run that was under way goes on with: assent run resume", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
