"""The files of the simulation: one of items that changes at times, and what Maps have written."""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from random import Random
from typing import Any, BinaryIO

from assent_engine.files.memory import MemoryFiles
from assent_engine.files.port import Contents, FileFault
from simulation.documents import ITEMS

EDITION = 1000
"""How far the items of one edition lie from those of the next; no document has such numbers."""


@dataclass(slots=True)
class ItemFiles:
    """Files that outlive a process, and now and then cannot be read or written."""

    chance: Random
    trouble: float
    edition: int = 0
    _files: MemoryFiles = field(default_factory=MemoryFiles)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Somebody puts another file into the place of the last one."""
        self.edition += 1
        first = self.edition * EDITION
        items = list(range(first, first + self.chance.randrange(5)))
        self._files.contents[ITEMS] = json.dumps(items).encode()

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        self._may_fail()
        return self._files.open(path)

    def write(self, folder: str, contents: Contents) -> None:
        self._may_fail()
        self._files.write(folder, contents)

    def manifest(self, folder: str) -> Any:
        """What the list in a folder of results says; None where there is none."""
        found = self._files.contents.get(f"{folder}/manifest.json")
        return None if found is None else json.loads(found)

    def _may_fail(self) -> None:
        if self.chance.random() < self.trouble:
            raise FileFault("It is held by another program.")
