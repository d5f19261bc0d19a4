"""Items out of a file: CSV, JSON or JSON Lines, one by one, within bounds.

CSV follows the reference: every value is a text, short rows are filled with "", what a row has
too much is dropped, and a blank line is a row.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from assent_engine.files.arrays import elements
from assent_engine.files.port import MOST_BYTES, FileFault, Files
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid
from assent_schemas.item_files import MOST_ITEMS

MOST_ITEM_BYTES = 256 * 1024
MOST_COLUMNS = 1000
MOST_POINTED_BYTES = 8 << 20
"""The largest JSON file that is read as a whole, to look for the array in it."""

_ITEM = exact_json.Bounds(size=MOST_ITEM_BYTES, text=MOST_ITEM_BYTES)
_WHOLE = exact_json.Bounds(size=MOST_POINTED_BYTES, text=MOST_ITEM_BYTES, nodes=1_000_000)


@dataclass(frozen=True, slots=True)
class Reader:
    """What to read; `headers` None takes the first row's, `max_items` 0 takes all."""

    path: str
    input_type: str
    headers: list[str] | None = None
    delimiter: str = ","
    pointer: str = ""
    max_items: int = 0


def read_items(files: Files, reader: Reader) -> Iterator[Any]:
    """The items of a file, in its order; raises FileFault at once or on the way."""
    if reader.max_items < 0:
        raise FileFault(f"The number of items may not be negative; it is {reader.max_items}.")
    with files.open(reader.path) as file:
        found = _FORMATS[reader.input_type](file, reader)
        for count, item in enumerate(islice(found, reader.max_items or None), start=1):
            if count > MOST_ITEMS:
                raise FileFault(f"It holds more than {MOST_ITEMS} items.")
            size = len(exact_json.encode(item))
            if size > MOST_ITEM_BYTES:
                raise FileFault(f"Item {count} has {size} bytes; {MOST_ITEM_BYTES} are allowed.")
            yield item


def _csv(file: BinaryIO, reader: Reader) -> Iterator[Any]:
    rows = csv.reader(_text_lines(file), delimiter=reader.delimiter, strict=True)
    try:
        headers = next(rows, None) if reader.headers is None else reader.headers
        _refuse_headers(headers)
        for row in rows:
            cells = row[: len(headers or ())]
            missing = [""] * (len(headers or ()) - len(cells))
            yield dict(zip(headers or (), cells + missing, strict=True))
    except csv.Error as error:
        raise FileFault(f"Line {rows.line_num} is not CSV: {error}.") from error


def _refuse_headers(headers: list[str] | None) -> None:
    if not headers:
        raise FileFault("There is no row of headers.")
    if len(headers) > MOST_COLUMNS:
        raise FileFault(f"There are more than {MOST_COLUMNS} columns.")
    twice = next((name for at, name in enumerate(headers) if name in headers[:at]), None)
    if twice is not None:
        raise FileFault(f"The header {twice[:80]!r} stands twice.")


def _text_lines(file: BinaryIO) -> Iterator[str]:
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        try:
            while line := text.readline(MOST_ITEM_BYTES + 1):
                if len(line) > MOST_ITEM_BYTES:
                    raise FileFault(f"A line is longer than {MOST_ITEM_BYTES} characters.")
                yield line
        except UnicodeDecodeError as error:
            raise FileFault("The text is not UTF-8.") from error


def _json(file: BinaryIO, reader: Reader) -> Iterator[Any]:
    if reader.pointer:
        value = _pointed(_parsed(file.read(MOST_POINTED_BYTES + 1), _WHOLE), reader.pointer)
        if not isinstance(value, list):
            raise FileFault(f"There is no array at {reader.pointer!r}.")
        yield from value
        return
    for raw in elements(file.read(MOST_BYTES + 1), MOST_ITEM_BYTES):
        yield _parsed(raw, _ITEM)


def _jsonl(file: BinaryIO, _reader: Reader) -> Iterator[Any]:
    number = 0
    while line := file.readline(MOST_ITEM_BYTES + 1):
        number += 1
        if len(line) > MOST_ITEM_BYTES:
            raise FileFault(f"Line {number} is longer than {MOST_ITEM_BYTES} bytes.")
        if line.strip():
            yield _parsed(line, _ITEM, f"Line {number}: ")


def _parsed(raw: bytes, bounds: exact_json.Bounds, where: str = "") -> Any:
    try:
        return exact_json.parse(raw.removeprefix(b"\xef\xbb\xbf"), bounds)
    except PolicyInvalid as invalid:
        raise FileFault(f"{where}{invalid.problem.detail}") from invalid


def _pointed(value: Any, pointer: str) -> Any:
    """What a JSON Pointer names, None where nothing is there."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            number = int(name) if name.isascii() and name.isdigit() and len(name) < 10 else -1  # noqa: PLR2004
            value = value[number] if 0 <= number < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


_FORMATS = {"CSV": _csv, "JSON": _json, "JSONL": _jsonl}
