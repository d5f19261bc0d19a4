"""The portfolio on the wire: files of the owner's taken in, and how it stands then."""

from typing import Annotated, Any

from pydantic import Field

from assent_schemas.wire.frame import Answer, Asked

Place = Annotated[str, Field(max_length=4096, pattern=r"^(/|[A-Za-z]:[\\/])[^\x00]*$")]
"""Where a file of the owner's lies, from the root on: the service stands in a folder of its own."""


class Adopting(Asked):
    """Files to take in, all of them or none; the service reads them itself."""

    holdings: Place | None = None
    prices: Place | None = None


class Portfolio(Answer):
    """What the owner has, as the step library tells of it: cash, positions, orders, the total."""

    overview: dict[str, Any]
