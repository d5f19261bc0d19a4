"""Putting a configuration in its place: at once, the old one kept beside it."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assent_engine import durable
from assent_schemas.errors import InputFileError, Problem, Refused
from assent_service.connect.merging import NotMergeable, merged
from assent_service.connect.programs import Launch, Program

TITLE = "The configuration is left as it is"


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one file; `path` is where links lead."""

    path: Path
    before: bytes | None
    after: bytes

    def carry_out(self, now: datetime) -> Path | None:
        """Write it; where the old one is kept, if there was one and it changed. Raises Refused."""
        if self.before == self.after:
            return None
        try:
            return self._replaced(f"{now:%Y%m%dT%H%M%S.%fZ}")
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def _replaced(self, stamp: str) -> Path | None:
        kept = None if self.before is None else self.path.with_name(f"{self.path.name}.{stamp}.bak")
        part = self.path.with_name(f"{self.path.name}.{stamp}.part")
        part.touch(mode=0o600, exist_ok=False)
        try:
            part.write_bytes(self.after)
            if kept is not None:
                shutil.copy2(self.path, kept)
                shutil.copymode(self.path, part)
            if _content(self.path) != self.before:
                raise _changed(self.path)
            durable.put(part, self.path)
        finally:
            part.unlink(missing_ok=True)
        return kept


def planned(program: Program, path: Path, launch: Launch) -> Plan:
    """What it would look like; raises InputFileError where nothing can be added to it."""
    place = path.resolve()
    try:
        before = _content(place)
        after = merged(program, before, program.entry(launch))
    except NotMergeable as why:
        raise _unreadable(path, str(why)) from why
    except OSError as error:
        raise _unreadable(path, f"{error.strerror or error}.") from error
    if not place.parent.is_dir():
        raise _not_there(program, place.parent)
    return Plan(place, before, after)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _unreadable(path: Path, why: str) -> InputFileError:
    remedy = "Add what assent connect shows without --write to it yourself."
    return InputFileError(Problem("connect.unreadable", TITLE, f"{path}: {why}", remedy))


def _not_there(program: Program, folder: Path) -> Refused:
    detail = f"There is no folder {folder}: {program.title} was never started here."
    return Refused(Problem("connect.not_there", TITLE, detail, "Start it once, then try again."))


def _changed(path: Path) -> Refused:
    detail = f"{path} was changed by somebody else meanwhile."
    return Refused(Problem("connect.changed", TITLE, detail, "Quit that program, then try again."))


def _unwritable(path: Path, error: OSError) -> Refused:
    detail = f"{path} cannot be written: {error.strerror or error}."
    return Refused(Problem("connect.unwritable", TITLE, detail, "Give yourself write access."))
