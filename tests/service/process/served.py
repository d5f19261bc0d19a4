"""A real service of a home, for tests: started, asked, killed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 60
COMMAND = [sys.executable, "-m", "assent_service"]


@contextmanager
def served(
    home: Path, environment: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A service in the foreground; its words are on its standard output until it is ready."""
    process = subprocess.Popen(
        [*COMMAND, "service", "run", "--json", "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ if environment is None else environment),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def words(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """What it says when it is ready, or its problems."""
    assert process.stdout is not None
    said: dict[str, Any] = json.loads(process.stdout.read())
    return said


def ended(process: "subprocess.Popen[bytes]") -> int:
    process.terminate()
    return process.wait(PATIENCE)
