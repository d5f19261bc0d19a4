"""Where the desk sends who wants to see an approval whole: a page in a browser, where one is."""

from dataclasses import dataclass
from typing import Protocol

from assent_schemas.errors import Problem, Refused


@dataclass(frozen=True, slots=True)
class Subject:
    """What is reviewed: a version of a policy, or without `version` a question."""

    id: str
    version: str | None = None


class Reviewing(Protocol):
    """Opens reviews in a browser."""

    async def open(self, subject: Subject, by: str) -> tuple[str, int]:
        """An address for a browser of this computer, and for how many seconds it is good.

        Who opens it reviews and decides as `by`. Raises Refused where no page can be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class NoReviews:
    """No service runs here, so nobody could answer a browser."""

    async def open(self, subject: Subject, by: str) -> tuple[str, int]:
        del subject, by
        detail = "The page is shown by the service, and none runs for this home."
        remedy = "Start it: assent service start. Or decide here: assent approvals approve ID"
        raise Refused(Problem("review.no_service", "There is no review page", detail, remedy))
