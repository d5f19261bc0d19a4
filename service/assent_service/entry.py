"""The entry of `assent`: the bridge starts at once, everything else by the command line."""

import sys

from assent_service.bridge.words import asked


def main() -> None:
    """Run what the words of this process ask for."""
    if (found := asked(sys.argv[1:])) is not None:
        from assent_schemas.places import home_folder
        from assent_service.bridge.pump import run

        run(home_folder(found.home), found.client)
    from assent_service.cli.main import main as command_line

    command_line()
