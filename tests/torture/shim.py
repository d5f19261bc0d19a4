"""The shim between SQLite and the kernel: built here, loaded by child programs."""

import ctypes
import errno
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")
WRITE, TRUNCATE, SYNC, UNLINK, MARK = range(1, 6)
FULL, BROKEN = errno.ENOSPC, errno.EIO
_HEAD = struct.Struct("=4Q")
HERE = sys.platform == "linux" and shutil.which("cc") is not None


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that reached the kernel; `offset` is the new size of a truncation."""

    kind: int
    path: str
    offset: int
    data: bytes


@cache
def built() -> Path:
    """The shared library."""
    target = Path(tempfile.mkdtemp(prefix="assent-shim-")) / "shim.so"
    command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(target), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return target


def started(program: str, folder: Path) -> "subprocess.Popen[str]":
    """A child program of the tests, under the shim, that is spoken with in lines."""
    tests = Path(__file__).parents[1]
    environment = {
        **os.environ,
        "LD_PRELOAD": str(built()),
        "SHIM": str(built()),
        "SHIM_FOLDER": str(folder),
        "PYTHONPATH": str(tests),
    }
    command = [sys.executable, "-m", f"torture.{program}"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)


def loaded() -> ctypes.CDLL:
    """The shim's own functions, for the child program."""
    return ctypes.CDLL(os.environ["SHIM"])


def read_log(log: bytes) -> Iterator[Happening]:
    """What a child recorded, in order."""
    at = 0
    while at < len(log):
        kind, path_size, offset, size = _HEAD.unpack_from(log, at)
        at += _HEAD.size
        path = log[at : at + path_size].decode()
        at += path_size
        data = log[at : at + size] if kind in (WRITE, MARK) else b""
        at += len(data)
        yield Happening(kind, path, offset, data)
