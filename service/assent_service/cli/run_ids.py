"""Runs by how their ids begin."""

from typing import Any


def full_id(start: str, rows: list[Any]) -> str:
    """The one run whose id starts so; raises Refused."""
    from assent_engine.refusals import refused

    found = [row.id for row in rows if row.id.startswith(start)]
    if len(found) > 1:
        detail = f"{start!r} begins the ids of {len(found)} runs."
        raise refused("run.ambiguous", detail, "Give more of the id: assent run list")
    if not found:
        raise refused("run.unknown", f"There is no run {start!r}.", "List them: assent run list")
    return str(found[0])
