"""The grammar of crontab(5): what an expression may say, and why one is refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cronsim import CronSim, CronSimError

LONGEST = 256
SPACE = re.compile(r"[ \t]+")
TERM = re.compile(
    r"(?P<every>\*)?(?(every)|(?P<first>[0-9]{1,2}|[a-z]{3})(-(?P<last>[0-9]{1,2}|[a-z]{3}))?)"
    r"(/(?P<step>[0-9]{1,3}))?",
    re.ASCII | re.IGNORECASE,
)
"""One item of a list: `*`, a value or a range, and perhaps a step."""
HOUR = 1
HOURS_OF_A_DAY = 24


class Fault(ValueError):
    """Why an expression is none of crontab(5)'s."""


@dataclass(frozen=True, slots=True)
class Field:
    """One of the five fields: its name, its numbers and the names of some of them."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    def value(self, text: str) -> int:
        """The number that a number or a name stands for."""
        if text.lower() in self.words:
            return self.words.index(text.lower()) + self.low
        if not text.isdigit():
            raise Fault(f"the {self.name} field knows no {text!r}")
        if not self.low <= int(text) <= self.high:
            raise Fault(f"the {self.name} field goes from {self.low} to {self.high}, not to {text}")
        return int(text)


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day-of-month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day-of-week", 0, 7, DAYS),
)


NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


@dataclass(frozen=True, slots=True)
class Crontab:
    """A faultless expression, in the words that the library reads as crontab(5) does."""

    text: str
    keeps_elapsed_time: bool
    """Whether it says "every so many hours" rather than "at these hours"."""


def is_valid_cron(expression: str) -> str | None:
    """Why an expression is faulty or never due; None for one that is neither."""
    try:
        read(expression)
    except Fault as fault:
        return str(fault)
    return None


def spelt_out(expression: str) -> str | None:
    """The five fields that a nickname of other crons stands for."""
    return NICKNAMES.get(expression.strip().lower())


@lru_cache(maxsize=4096)
def read(expression: str) -> Crontab:
    """Read an expression; raises Fault, a ValueError, with the reason."""
    if len(expression) > LONGEST:
        raise Fault(f"it is longer than {LONGEST} characters")
    texts = SPACE.split(expression.strip(" \t"))
    if len(texts) != len(FIELDS):
        names = ", ".join(field.name for field in FIELDS)
        raise Fault(f"it needs five fields: {names}")
    fields = [",".join(_terms(*each)) for each in zip(FIELDS, texts, strict=True)]
    days = _days_that_come(" ".join(fields))
    every_hour = len(days.hours) == HOURS_OF_A_DAY
    return Crontab(" ".join(fields), every_hour or "/" in texts[HOUR])


def _days_that_come(text: str) -> CronSim:
    try:
        return CronSim(text, datetime(2000, 1, 1))  # noqa: DTZ001 - a wall clock's reading
    except CronSimError:
        # The grammar is checked by now: what the library still refuses is the 30th of February.
        raise Fault("it is never due: none of its months has such a day") from None


def _terms(field: Field, text: str) -> Iterator[str]:
    for term in text.split(","):
        match = TERM.fullmatch(term)
        if match is None:
            raise Fault(f"the {field.name} field does not understand {term!r}")
        yield _term(field, term, match)


def _term(field: Field, term: str, match: re.Match[str]) -> str:
    first, last, step = match["first"], match["last"], match["step"]
    if step is not None and int(step) == 0:
        raise Fault(f"the {field.name} field cannot step by 0")
    if match["every"]:
        return term
    low = field.value(first)
    if last is None:
        if step is not None:
            hint = f"{low}-{field.high}/{step}"
            raise Fault(f"in the {field.name} field a step follows * or a range: {hint}")
        return term
    high = field.value(last)
    if high < low:
        raise Fault(f"in the {field.name} field the range {term} runs backwards")
    # The library takes 5-5/2 for 5/2, "from 5 on"; a range of one value is that value.
    return str(low) if low == high else term
