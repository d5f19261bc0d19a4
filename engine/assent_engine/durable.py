"""Files that are on disk when they are said to be: synced, and then put in place at once."""

import os
from pathlib import Path


def put(part: Path, final: Path) -> None:
    """Sync a finished file and give it its name; after a power loss it is whole or not there."""
    sync(part)
    part.replace(final)
    sync_folder(final.parent)


def write(path: Path, text: str) -> None:
    """Write a small file, whole or not at all, for its owner alone."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(text, encoding="utf-8")
    put(part, path)


def sync(path: Path) -> None:
    """Bring a file's content to disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_tree(folder: Path) -> None:
    """Bring all that a folder holds to disk, what is in folders in it as well."""
    for one in folder.iterdir():
        if one.is_dir():
            sync_tree(one)
        else:
            sync(one)
    sync_folder(folder)


def sync_folder(path: Path) -> None:
    """Bring names in a folder to disk, on systems that let a folder be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
