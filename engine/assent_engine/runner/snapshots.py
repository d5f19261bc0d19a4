"""What a run has read from files, kept until it ends: a replay sees the same items.

A snapshot is a file of one item a line, named by its SHA-256, in a folder of the run's own.
"""

import hashlib
import os
import shutil
from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from assent_engine.durable import sync_folder
from assent_engine.runner.halts import NeedsOwner
from assent_schemas import exact_json

CHANGED = "items.snapshot_changed"


@dataclass(slots=True)
class StoredItems(Sequence[Any]):
    """The items of a snapshot, each read from the disk when it is asked for."""

    path: Path
    digest: str
    _ends: "array[int]" = field(default_factory=lambda: array("Q"))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        start = self._ends[index - 1] if index else 0
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                return exact_json.decode(file.read(self._ends[index] - start))
        except (OSError, ValueError) as error:
            raise NeedsOwner(CHANGED, f"the items in {self.path} are gone: {error}.") from error


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of a home."""

    root: Path

    def keep(self, run_id: str, items: Iterable[Any]) -> StoredItems:
        """Write items down, synced when this returns; raises OSError, and what `items` raise."""
        folder = self.root / run_id
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest, ends, size = hashlib.sha256(), array("Q"), 0
        draft = folder / f"{os.urandom(8).hex()}.part"
        try:
            with draft.open("xb") as file:
                for item in items:
                    line = exact_json.encode(item, as_ordered=True) + b"\n"
                    digest.update(line)
                    size += file.write(line)
                    ends.append(size)
                file.flush()
                os.fsync(file.fileno())
            path = folder / digest.hexdigest()
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        for place in (folder, self.root, self.root.parent):
            sync_folder(place)
        return StoredItems(path, digest.hexdigest(), ends)

    def kept(self, run_id: str, digest: str, count: int) -> StoredItems:
        """What a former process kept, verified; raises NeedsOwner where it is not that."""
        path = self.root / run_id / digest
        mark, ends, size = hashlib.sha256(), array("Q"), 0
        try:
            with path.open("rb") as file:
                for line in file:
                    mark.update(line)
                    size += len(line)
                    ends.append(size)
        except OSError as error:
            detail = f"the items that this run has read are gone: {path}."
            raise NeedsOwner("items.snapshot_missing", detail) from error
        if mark.hexdigest() != digest or len(ends) != count:
            raise NeedsOwner(CHANGED, f"the items that this run has read were changed: {path}.")
        return StoredItems(path, digest, ends)

    def forget(self, run_id: str) -> None:
        """Remove what a run kept: it has ended, and nothing replays it."""
        shutil.rmtree(self.root / run_id, ignore_errors=True)

    def forget_all_but(self, run_ids: Collection[str]) -> None:
        """Remove what runs left behind whose process died between their end and this."""
        for one in self.root.iterdir() if self.root.is_dir() else ():
            if one.name not in run_ids:
                shutil.rmtree(one, ignore_errors=True)
