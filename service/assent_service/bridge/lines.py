"""Lines out of a stream of bytes, each whole and of a bounded length."""

from collections.abc import Callable, Iterator

AT_ONCE = 1 << 16


def lines(read: Callable[[], bytes], longest: int) -> Iterator[bytes | None]:
    """Each line with its newline, and None in the place of one that is longer than this.

    Empty ones are left out, and so is what the stream ends with if that is no whole line.
    """
    parts: list[bytes] = []
    size = 0
    while piece := read():
        *ends, rest = piece.split(b"\n")
        for end in ends:
            if size + len(end) > longest:
                yield None
            elif (line := b"".join((*parts, end))).strip():
                yield line + b"\n"
            parts, size = [], 0
        size += len(rest)
        parts = [*parts, rest] if size <= longest else []
