"""The New York Stock Exchange's days: holidays and early closes, as the exchange published them."""

from datetime import date, time
from typing import Final

KNOWN_FROM: Final = date(2024, 1, 1)
KNOWN_UNTIL: Final = date(2028, 12, 31)
"""The last day of which it is known whether it is a session."""
ZONE: Final = "America/New_York"
OPEN: Final = time(9, 30)
CLOSE: Final = time(16, 0)
EARLY_CLOSE: Final = time(13, 0)

_CLOSED = """
2024: 01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25
2025: 01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25
2026: 01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25
2027: 01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24
2028: 01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25
"""
_EARLY = """
2024: 07-03 11-29 12-24
2025: 07-03 11-28 12-24
2026: 11-27 12-24
2027: 11-26
2028: 07-03 11-24
"""


def _days(table: str) -> frozenset[date]:
    lines = (line.split(": ") for line in table.split("\n") if line)
    return frozenset(
        date.fromisoformat(f"{year}-{day}") for year, days in lines for day in days.split()
    )


CLOSED: Final = _days(_CLOSED)
"""Weekdays without a session; 2025-01-09 was a day of mourning."""
EARLY: Final = _days(_EARLY)
"""Sessions that end at EARLY_CLOSE."""
