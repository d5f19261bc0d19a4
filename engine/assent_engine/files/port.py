"""The port through which a Map reaches files: relative paths, nothing else."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

MOST_BYTES = 64 << 20
"""The largest file that is read."""

Contents = Mapping[str, Iterable[bytes]]
"""What is to be written: pieces by file name, in the order in which the files come to be."""


class FileFault(Exception):
    """A file cannot be read or written; the text says why, for the policy's author."""


class Files(Protocol):
    """One place for files. Paths are relative, with slashes; raises FileFault for any other."""

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """A regular file of at most 64 MiB, to read."""
        ...

    def write(self, folder: str, contents: Contents) -> None:
        """Put files into a folder, whole or not at all each; on disk when this returns."""
        ...
