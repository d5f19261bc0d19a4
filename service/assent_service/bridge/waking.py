"""Starting the service for a client, as `assent service start` does, and why it did not start."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from assent_schemas.errors import Problem, Refused

COMMAND = (sys.executable, "-m", "assent_service", "service", "start", "--json", "--home")


class Waking:
    """A start under way; of several at once the home's lock lets one win, and all are content."""

    def __init__(self, home: Path) -> None:
        self._process = subprocess.Popen(
            [*COMMAND, str(home)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd=Path(home.anchor),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def refuse_if_it_failed(self) -> None:
        """Raise Refused once it has said why the service does not run."""
        if self._process.poll():
            said, _ = self._process.communicate()
            raise Refused(_problems(said))


def _problems(said: bytes) -> list[Problem]:
    """What the command said, or that it said nothing."""
    with suppress(ValueError, TypeError, KeyError):
        return [Problem(**one) for one in json.loads(said)["problems"]]
    detail, remedy = "It ended without a word.", "See why: assent service logs"
    return [Problem("service.not_ready", "The service did not get ready", detail, remedy)]
