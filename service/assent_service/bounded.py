"""Reading a file no further than is needed to see that it is too large."""

from pathlib import Path

from assent_schemas.exact_json import DOCUMENT_BOUNDS

ENOUGH = DOCUMENT_BOUNDS.size + 1


def read_bounded(path: Path) -> bytes:
    """The bytes of a document, or one more than it may have; raises OSError."""
    with path.open("rb") as file:
        return file.read(ENOUGH)
