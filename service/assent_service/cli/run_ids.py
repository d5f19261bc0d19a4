"""Runs by how their ids begin."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assent_engine.store.rows import RunRow


def choose_run(rows: "Iterable[RunRow]", start: str) -> "RunRow":
    """The one run whose id starts so; raises Refused."""
    from assent_engine.ids import choose

    return choose(rows, start, "run", "run", "List them: assent run list")
