"""Rows by how their ids begin, as a person gives them."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from assent_engine.refusals import refused


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=_Identified)


def choose(rows: Iterable[Row], start: str, kind: str, noun: str, remedy: str) -> Row:
    """The one row whose id starts so; raises Refused (`KIND.unknown`, `KIND.ambiguous`)."""
    found = [row for row in rows if row.id.startswith(start)]
    if len(found) > 1:
        detail = f"{start!r} begins the ids of {len(found)} {noun}s."
        raise refused(f"{kind}.ambiguous", detail, remedy)
    if not found:
        raise refused(f"{kind}.unknown", f"There is no {noun} {start!r}.", remedy)
    return found[0]
