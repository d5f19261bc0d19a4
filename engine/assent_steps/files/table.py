"""Reading a CSV file into rows: bounded in size, strict in form."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from assent_steps.files.faults import Faults, FileKind
from assent_steps.files.row import LONGEST, Row, shown

MOST_BYTES = 16 << 20
MOST_ROWS = 200_000


def read_file(path: Path, kind: FileKind) -> bytes:
    """The bytes of a regular file of at most 16 MiB; raises InputFileError."""
    faults = Faults(kind, path.name)
    raw = b""
    try:
        # A pipe or a device would keep the reader waiting for ever.
        if not path.is_file():
            faults.add("unreadable", "there is no such file")
        else:
            with path.open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        faults.add("unreadable", error.strerror or str(error))
    if len(raw) > MOST_BYTES:
        faults.add("too_large", f"it has more than {MOST_BYTES} bytes")
    faults.refuse()
    return raw


def rows(raw: bytes, faults: Faults) -> Iterator[Row]:
    """The rows under the header; what is wrong with their form is noted in `faults`."""
    records = _records(_text(raw, faults), faults)
    header = _header(next(records, None), faults)
    if faults.problems:
        return
    count = 0
    for count, (line, record) in enumerate(records, start=1):
        if faults.full:
            return
        if count > MOST_ROWS:
            faults.add("too_many_rows", f"it has more than {MOST_ROWS} rows", line)
            return
        if _fits(line, record, header, faults):
            yield Row(line, dict(zip(header, record, strict=True)), faults)
    if not count and not faults.problems:
        faults.add("empty", "there is no row under the header")


def _text(raw: bytes, faults: Faults) -> str:
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        faults.add("bad_encoding", "the text is not UTF-8", line)
        return ""


def _records(text: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for record in reader:
            if record:
                yield reader.line_num, [cell.strip(" ") for cell in record]
    except csv.Error as error:
        faults.add("bad_csv", f"this is not CSV ({error})", reader.line_num)


def _header(first: tuple[int, list[str]] | None, faults: Faults) -> list[str]:
    if first is None:
        if not faults.problems:
            faults.add("empty", "there is nothing in it")
        return []
    line, header = first
    kind = faults.kind
    for column, times in Counter(header).items():
        if column not in kind.columns:
            known = ", ".join(kind.columns)
            faults.add("unknown_column", f"the columns are {known}", line, shown(column))
        elif times > 1:
            faults.add("duplicate_column", f"it stands {times} times", line, column)
    for column in kind.required:
        if column not in header:
            faults.add("missing_column", "the header does not name it", line, column)
    return header


def _fits(line: int, record: list[str], header: list[str], faults: Faults) -> bool:
    if len(record) != len(header):
        reason = f"it has {len(record)} cells where the header names {len(header)}"
        faults.add("bad_row", reason, line)
        return False
    for column, cell in zip(header, record, strict=True):
        if len(cell) > LONGEST:
            faults.add("too_long", f"the cell is longer than {LONGEST} characters", line, column)
            return False
    return True
