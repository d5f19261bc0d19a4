"""Files in memory: what tests and tools give a simulation instead of a folder."""

import io
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import BinaryIO

from assent_engine.files.paths import parts, shown
from assent_engine.files.port import MOST_BYTES, Contents, FileFault


@dataclass(slots=True)
class MemoryFiles:
    """Bytes by relative path."""

    contents: dict[str, bytes] = field(default_factory=dict)

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        parts(path)
        if path not in self.contents:
            raise FileFault(f"There is no file {shown(path)}.")
        if len(self.contents[path]) > MOST_BYTES:
            raise FileFault(f"{shown(path)} has more than {MOST_BYTES} bytes.")
        return io.BytesIO(self.contents[path])

    def write(self, folder: str, contents: Contents) -> None:
        parts(folder)
        for name, pieces in contents.items():
            self.contents[f"{folder}/{name}"] = b"".join(pieces)
