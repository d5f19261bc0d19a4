"""One row of the error catalogue, and rows that several prefixes share."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What an error code means in any of its places, and what to do about it.

    A Problem says the same for the case at hand: its detail names what was found.
    """

    code: str
    title: str
    meaning: str
    remedy: str

    def as_json(self) -> dict[str, str]:
        """The fields by name."""
        return asdict(self)


def shared(prefixes: dict[str, str], rows: Iterable[Row]) -> Iterator[Row]:
    """Each row once for each prefix; `{it}` in its words is what the prefix stands for."""
    for prefix, it in prefixes.items():
        for row in rows:
            words = (one.format(it=it) for one in (row.title, row.meaning, row.remedy))
            yield Row(f"{prefix}.{row.code}", *words)
