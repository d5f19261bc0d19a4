"""The form of a backup: one zip file with the home's files and a manifest of their hashes."""

import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assent_schemas.errors import Problem, StoreError

FORM = 1
MANIFEST = "manifest.json"
LARGEST = 64 * 1024**3
"""Bytes of a file in a backup beyond which it is refused unread."""
_LONGEST = 64 * 1024**2
"""Bytes of a manifest: room for what 300,000 item readers have read."""
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when it was made (RFC 3339), and each file's SHA-256."""

    made: str
    files: dict[str, str]


def pack(folder: Path, names: Sequence[str], made: str, file: Path) -> Manifest:
    """Write a folder's files of these names into a new archive, for its owner alone."""
    manifest = Manifest(made, {name: _digest(folder / name) for name in names})
    file.touch(mode=0o600)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        about = {"form": FORM, "made": made, "files": manifest.files}
        archive.writestr(MANIFEST, json.dumps(about, indent=2))
        for name in names:
            archive.write(folder / name, name)
    return manifest


def unpack(file: Path, folder: Path, known: Callable[[str], bool]) -> Manifest:
    """Write a backup's files into an empty folder and check each one's hash; raises StoreError.

    Only files of `known` names are taken: nothing is written anywhere else.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            if unknown := [name for name in manifest.files if not known(name)]:
                raise _refused(file, f"it holds a file that is none of a home: {min(unknown)}")
            for name, expected in manifest.files.items():
                _extract(archive, name, folder / name)
                if _digest(folder / name) != expected:
                    raise _refused(file, f"{name} is not the file that was backed up")
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise _refused(file, str(error) or type(error).__name__) from error
    except (NotImplementedError, RuntimeError, zipfile.LargeZipFile, zlib.error) as error:
        raise _refused(file, str(error)) from error
    return manifest


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if archive.getinfo(MANIFEST).file_size > _LONGEST:
        raise ValueError("its manifest is too large")
    about = json.loads(archive.read(MANIFEST))
    if about["form"] != FORM:
        raise ValueError(f"it has the form {about['form']} of another release")
    return Manifest(str(about["made"]), dict(about["files"]))


def _extract(archive: zipfile.ZipFile, name: str, to: Path) -> None:
    if archive.getinfo(name).file_size > LARGEST:
        raise ValueError(f"{name} is too large")
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    to.touch(mode=0o600)
    with archive.open(name) as source, to.open("wb") as target:
        shutil.copyfileobj(source, target, _CHUNK)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refused(file: Path, reason: str) -> StoreError:
    title, remedy = "This is no whole backup", "Use another backup: nothing was changed."
    return StoreError(Problem("backup.unusable", title, f"{file}: {reason}.", remedy))
