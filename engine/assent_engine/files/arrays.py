"""The elements of a JSON array, found in its text before any of them is parsed."""

import re
from collections.abc import Iterator

from assent_engine.files.port import FileFault

# Texts count as gaps, whatever stands in them; possessive, so that it stays linear. Within an
# element commas are gaps too: most elements are then three tokens, however many members they have.
_TEXT = rb'"(?:[^"\\]++|\\.)*+"'
_AT_TOP = re.compile(rb'(?:[^"\[\]{},]++|' + _TEXT + rb")*+([\[\]{},])", re.DOTALL)
_INSIDE = re.compile(rb'(?:[^"\[\]{}]++|' + _TEXT + rb")*+([\[\]{}])", re.DOTALL)
_MARK = b"\xef\xbb\xbf"


def elements(raw: bytes, most_bytes: int) -> Iterator[bytes]:
    """The text of each element of the array that a file is; what is in them is not looked at.

    Raises FileFault where the file is no array, or an element is longer than `most_bytes`.
    """
    start = _opening(raw)
    depth, begin, end = 0, start + 1, start
    while token := (_INSIDE if depth > 1 else _AT_TOP).match(raw, end):
        sign, at, end = token[1], token.start(1), token.end()
        if at - begin > most_bytes:
            raise FileFault(f"An item is longer than {most_bytes} bytes.")
        depth += (sign in b"[{") - (sign in b"]}")
        if depth == 0:
            yield from _last(raw[begin:at], sign, first=begin == start + 1)
            _refuse_rest(raw[end:])
            return
        if depth == 1 and sign == b",":
            yield raw[begin:at]
            begin = end
    raise FileFault("The JSON array does not end.")


def _opening(raw: bytes) -> int:
    found = re.compile(rb"[ \t\r\n]*+\[").match(raw, len(_MARK) if raw.startswith(_MARK) else 0)
    if found is None:
        raise FileFault("The file is no JSON array.")
    return found.end() - 1


def _last(element: bytes, sign: bytes, *, first: bool) -> Iterator[bytes]:
    if sign != b"]":
        raise FileFault("The brackets of the JSON array do not match.")
    if not first or element.strip():
        yield element


def _refuse_rest(rest: bytes) -> None:
    if rest.strip():
        raise FileFault("Something stands after the JSON array.")
