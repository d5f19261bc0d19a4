"""What comes back with a form: the decision, for which ticket and hash, and what was added."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from assent_engine.requests import LONGEST_NOTE
from assent_schemas.errors import Problem, Refused
from assent_service.review.page import Field

NOTE = Field("note", "A note", "for the run that asked; you may leave it out", LONGEST_NOTE)
FIELDS: dict[str, Field] = {NOTE.name: NOTE}
"""All that can be asked beside the decision."""
_ALWAYS = {"ticket", "hash", "decision"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A form as it came back; nothing of it is believed yet."""

    ticket: str
    hash: str
    yes: bool
    note: str | None


def parse(body: bytes, most: int) -> Answer:
    """Read a form; raises Refused for any other than those of these pages."""
    try:
        pairs = parse_qsl(body.decode("ascii"), True, True, "utf-8", "strict", max_num_fields=most)
    except ValueError as error:
        raise _refused("It cannot be read.") from error
    given = dict(pairs)
    if len(given) != len(pairs) or not _ALWAYS <= given.keys() <= _ALWAYS | FIELDS.keys():
        raise _refused("Its fields are others than those that were shown.")
    if given["decision"] not in ("approve", "reject"):
        raise _refused("It holds no decision.")
    # Browsers end lines in another way than everything else here does.
    note = given.get(NOTE.name, "").replace("\r\n", "\n").strip()
    if len(note) > NOTE.longest:
        raise _refused(f"The note has {len(note)} characters; {NOTE.longest} are allowed.")
    return Answer(given["ticket"], given["hash"], given["decision"] == "approve", note or None)


def _refused(detail: str) -> Refused:
    problem = Problem("review.form", "The form is not taken", detail, "Nothing was decided.")
    return Refused(problem)
