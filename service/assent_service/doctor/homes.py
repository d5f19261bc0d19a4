"""Checks of a home: who may read it, its sockets, who has it, room on the disk, the last crash."""

import os
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

from assent_engine.home import Home
from assent_schemas.checks import Finding, Verdict
from assent_schemas.places import AGENTS, CLIENTS
from assent_service.process.crashes import CrashLog

LITTLE, TOO_LITTLE = 1024**3, 64 * 1024**2
_OTHERS = 0o077
_LONGEST_PATH = 103
"""Bytes of a Unix socket's path that every system takes."""


def home(path: Path) -> Finding:
    if not path.exists():
        return Finding(Verdict.OK, f"There is no home at {path} yet.")
    found = path.stat()
    if os.name == "posix" and found.st_uid != os.getuid():
        return Finding(Verdict.FAIL, f"{path} belongs to another user.", "Use a home of yours.")
    if os.name == "posix" and found.st_mode & _OTHERS:
        open_to = f"{path} is open to other users ({stat.filemode(found.st_mode)})."
        return Finding(Verdict.FAIL, open_to, f"Close it: chmod 700 {path}")
    return Finding(Verdict.OK, f"{path} is yours alone.")


def sockets(path: Path) -> Finding:
    longest = len(os.fsencode(path / "service.socket"))
    if os.name == "posix" and longest > _LONGEST_PATH:
        found = f"A socket in {path} would have a path of {longest} bytes, over {_LONGEST_PATH}."
        return Finding(Verdict.WARN, found, "Use a home with a shorter path: --home")
    there = [one for one in path.glob("**/*.sock*") if one.is_socket()]
    wide = [one for one in there if one.stat().st_mode & _OTHERS]
    if wide:
        return Finding(Verdict.FAIL, f"{wide[0]} is open to others.", f"chmod 600 {wide[0]}")
    return Finding(Verdict.OK, f"{len(there)} sockets, none open to others.")


def agents(path: Path) -> Finding:
    """Whether the door of agents and the tokens of clients are the owner's alone."""
    if find_spec("mcp") is None:
        return Finding(Verdict.FAIL, "The package mcp is missing.", "Install Assent again.")
    folders = [one for one in (path / AGENTS, path / CLIENTS) if one.exists()]
    tokens = list((path / CLIENTS).glob("*.token"))
    wide = [one for one in (*folders, *tokens) if one.stat().st_mode & _OTHERS]
    if os.name == "posix" and wide:
        mode = "700" if wide[0].is_dir() else "600"
        return Finding(Verdict.FAIL, f"{wide[0]} is open to others.", f"chmod {mode} {wide[0]}")
    return Finding(Verdict.OK, f"{len(tokens)} clients have a token here, for you alone.")


def lock(path: Path) -> Finding:
    if (holder := Home(path).holder()) is None:
        return Finding(Verdict.OK, "Nobody has the home.")
    who = f"Process {holder.pid}, a {holder.what}, has the home since {holder.since}."
    return Finding(Verdict.OK, who)


def disk(path: Path) -> Finding:
    there = next(one for one in (path, *path.parents) if one.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 1024**3:.1f} GiB are free."
    if free < TOO_LITTLE:
        return Finding(Verdict.FAIL, found, "Make room: nothing can be recorded soon.")
    if free < LITTLE:
        return Finding(Verdict.WARN, found, "Make room on the disk.")
    return Finding(Verdict.OK, found)


def last_crash(path: Path) -> Finding:
    log = CrashLog(path).look()
    if not log.crashes:
        return Finding(Verdict.OK, "No crash is known.")
    verdict = Verdict.FAIL if log.too_many else Verdict.OK
    found = f"The last of {len(log.crashes)} was noticed at {log.crashes[-1]:%Y-%m-%d %H:%M} UTC."
    remedy = "See why, and start the service anew: assent service logs" if log.too_many else ""
    return Finding(verdict, f"{found} {log.reason}".strip(), remedy)
