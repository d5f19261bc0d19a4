"""Concurrency: how many runs of one key may be under way at once."""

from typing import Annotated, Literal

from pydantic import Field

from assent_schemas.fields import Document

MOST_AT_ONCE = 1000


class Concurrency(Document):
    """Runs of one key share places.

    A run has its place from its first state to its end, also while it waits, is paused or needs
    the owner.
    """

    key: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    """What the runs have in common. A path ($.account) takes it from the run's data, for runs of
    this policy alone; any other text is shared with every policy that names it. Without a key,
    all runs of this policy."""
    limit: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    """A run of this policy starts only while fewer runs of the key are under way."""
    on_conflict: Literal["wait", "skip"] = "wait"
    """What becomes of a run without a place: it is PENDING until one is free, the oldest first, or
    it is not started."""
