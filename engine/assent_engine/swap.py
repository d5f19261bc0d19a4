"""Exchanging a home's files for others so that a crash in between is made good by whoever is next.

The plan is a synced file. While it says `aside`, every file of the home is an old one and goes to
the folder for what was replaced; once it says `place`, what is left in the folder of new files
goes into the home. Each half can be repeated.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from assent_engine import durable

PLAN = "restore.json"
_COMPANIONS = ("", "-wal", "-shm", "-journal")


def begin(home: Path, staged: Path, replaced: Path, names: tuple[str, ...]) -> None:
    """Exchange what has these names, logs included, for what is in `staged`; it comes to pass.

    Files and folders without a new one go too: they belong to what was replaced.
    """
    durable.sync_tree(staged)
    plan = {"stage": "aside", "staged": staged.name, "replaced": replaced.name, "names": names}
    durable.write(home / PLAN, json.dumps(plan))
    finish(home)


def pending(home: Path) -> bool:
    """Whether an exchange is under way or was interrupted."""
    return (home / PLAN).exists()


def finish(home: Path) -> None:
    """Carry on with an exchange where it stopped; the caller holds the home's lock."""
    if not pending(home):
        return
    plan = json.loads((home / PLAN).read_text(encoding="utf-8"))
    if plan["stage"] == "aside":
        _aside(home, home / plan["replaced"], plan["names"])
        plan |= {"stage": "place"}
        durable.write(home / PLAN, json.dumps(plan))
    _place(home, home / plan["staged"])
    (home / PLAN).unlink()
    durable.sync_folder(home)


def _aside(home: Path, replaced: Path, names: Any) -> None:
    known = (f"{one}{more}" for one in names for more in _COMPANIONS)
    for name in (one for one in known if (home / one).exists()):
        replaced.mkdir(mode=0o700, exist_ok=True)
        (home / name).replace(replaced / name)
    if replaced.exists():
        durable.sync_folder(replaced)
    durable.sync_folder(home)


def _place(home: Path, staged: Path) -> None:
    if not staged.exists():
        return
    for one in staged.iterdir():
        one.replace(home / one.name)
    durable.sync_folder(home)
    shutil.rmtree(staged)
