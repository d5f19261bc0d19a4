"""A disk that is full, or broken, from any write or sync on; then it is mended."""

import atexit
import json
import random
import shutil
import subprocess
from functools import cache
from pathlib import Path

from torture import shim

CASES = 500
WRITES, SYNCS = 90, 12
"""About how many there are in a life."""


def case(number: int, seed: str, folder: Path) -> str:
    """Three in five are full disks; the others fail at a sync, or at a write.

    A fault that comes after the runs have ended is none: such a case says "undisturbed".
    """
    chance = random.Random(f"{seed}/{number}")
    operation, error = [
        (shim.WRITE, shim.FULL),
        (shim.WRITE, shim.FULL),
        (shim.WRITE, shim.FULL),
        (shim.SYNC, shim.BROKEN),
        (shim.WRITE, shim.BROKEN),
    ][number % 5]
    after = chance.randrange(WRITES if operation == shim.WRITE else SYNCS)
    times = 1_000_000 if error == shim.BROKEN else chance.choice([1, 3, 1_000_000])
    home = folder / f"home-{number}"
    hit, wrong = answered([str(home), operation, after, times, error, f"{seed}/{number}"], folder)
    assert wrong == "", wrong
    shutil.rmtree(home)
    return "disturbed" if hit else "undisturbed"


def answered(asked: list[object], folder: Path) -> tuple[bool, str]:
    """Whether the disk failed while it was in use, and what the child program found wrong."""
    child = _child(folder)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps(asked) + "\n")
    child.stdin.flush()
    hit, wrong = json.loads(child.stdout.readline())
    return hit, wrong


@cache
def _child(folder: Path) -> "subprocess.Popen[str]":
    child = shim.started("faulty_life", folder)
    atexit.register(end, folder)
    return child


def end(folder: Path) -> None:
    """End the child program of a folder."""
    child = _child(folder)
    child.communicate()
