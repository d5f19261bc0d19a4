"""The zone data of this computer: what it says of a zone, and whether it has been replaced."""

import os
import zoneinfo
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

Marks = frozenset[tuple[str, int, int]]
"""The folders of the data, each with its inode and when it was last changed."""
_PACKAGE = "tzdata"


def forget() -> None:
    """Read every zone anew when it is next asked for."""
    zoneinfo.ZoneInfo.clear_cache()
    names.cache_clear()


@cache
def names() -> list[str]:
    """Every zone that the data knows, in order."""
    return sorted(zoneinfo.available_timezones())


def digest(zone: str) -> str:
    """A digest of what the data says of a zone of a known name; empty where it says nothing."""
    for folder in _folders():
        try:
            return sha256((folder / zone).read_bytes()).hexdigest()
        except OSError:
            continue
    return ""


def marks() -> Marks:
    """What is another set once a package has replaced files of the data; cheap to look at."""
    return frozenset(mark for folder in _folders() for mark in _marks(folder))


def release() -> str:
    """Which release the data names itself, such as `2025b`; empty where it names none."""
    for folder in _folders():
        for name, prefix in (("tzdata.zi", "# version "), ("+VERSION", "")):
            try:
                with (folder / name).open(encoding="ascii") as file:
                    return file.readline(64).removeprefix(prefix).strip()
            except (OSError, UnicodeDecodeError):
                continue
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return ""


def _folders() -> Iterator[Path]:
    """Where zones are looked up, in this order: the system's data, then the package's."""
    yield from (Path(one) for one in zoneinfo.TZPATH)
    package = find_spec(_PACKAGE)
    for one in (package.submodule_search_locations or []) if package else []:
        yield Path(one) / "zoneinfo"


def _marks(folder: Path) -> Iterator[tuple[str, int, int]]:
    """A folder and those in it: whoever puts a file in its place changes its folder."""
    try:
        with os.scandir(folder) as entries:
            inside = [one.path for one in entries if one.is_dir()]
    except OSError:
        return
    for one in (str(folder), *inside):
        with suppress(OSError):
            found = Path(one).stat()
            yield one, found.st_ino, found.st_mtime_ns
