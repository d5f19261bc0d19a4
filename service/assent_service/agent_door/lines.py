"""Lines of a connection: read whole and bounded, an overlong one thrown away as it comes."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

_PART = 64 * 1024
_EDGE = 512
_ID = rb'"id"\s*:\s*(-?\d{1,18}|"[^"\\]{0,128}")'
_FIRST = re.compile(rb'\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?' + _ID)
_LAST = re.compile(_ID + rb"\s*\}\s*$")


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line that was longer than is read, with its edges."""

    first: bytes
    last: bytes

    @property
    def id(self) -> int | str | None:
        """The request's id, where it stands at an edge as clients write it."""
        found = _FIRST.match(self.first) or _LAST.search(self.last)
        if found is None:
            return None
        text = found[1].decode("utf-8", "replace")
        return text[1:-1] if text.startswith('"') else int(text)


async def lines(reader: asyncio.StreamReader, longest: int) -> AsyncIterator[bytes | TooLong]:
    """Every line that is not empty, until the other side ends."""
    held = bytearray()
    while True:
        while (end := held.find(b"\n")) >= 0:
            line = bytes(held[:end])
            del held[: end + 1]
            if line.strip():
                yield line if end <= longest else TooLong(line[:_EDGE], line[-_EDGE:])
        if len(held) > longest:
            first = bytes(held[:_EDGE])
            last, rest = await _skipped(reader, bytes(held[-_EDGE:]))
            yield TooLong(first, last)
            held = bytearray(rest)
        elif part := await reader.read(_PART):
            held += part
        else:
            return


async def _skipped(reader: asyncio.StreamReader, last: bytes) -> tuple[bytes, bytes]:
    """The edge of a line whose rest is thrown away, and what came after it."""
    while part := await reader.read(_PART):
        end, found, rest = part.partition(b"\n")
        last = (last + end)[-_EDGE:]
        if found:
            return last, rest
    return last, b""
