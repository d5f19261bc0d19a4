"""What happens outside on the wire: events that somebody emits, and whom they concern."""

from typing import Annotated, Any

from pydantic import Field

from assent_schemas.wire.frame import Answer, Asked


class Emitting(Asked):
    """Something has happened; `data` is what triggers may look at."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    data: Any = Field(default_factory=dict)


class Emitted(Answer):
    """How many triggers it has met; what they start is in their history."""

    met: int
