"""One row of a file, whose cells are read as what they should be or noted as faults."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from assent_steps.files.faults import Faults
from assent_steps.symbols import is_symbol

LONGEST = 256
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line by column. Each reader gives None where it has noted a fault."""

    line: int
    cells: Mapping[str, str]
    faults: Faults

    def blank(self, column: str) -> bool:
        """Whether the cell is empty or the file has no such column."""
        return not self.cells.get(column)

    def fault(self, code: str, column: str, reason: str) -> None:
        """Note a fault of one cell."""
        self.faults.add(code, reason, self.line, column)

    def symbol(self, column: str) -> str | None:
        """A symbol: 1 to 32 of A-Z a-z 0-9 . ^ - = /."""
        cell = self.cells[column]
        if is_symbol(cell):
            return cell
        reason = f"{shown(cell)} is not a symbol (1 to 32 of A-Z a-z 0-9 . ^ - = /)"
        self.fault("bad_symbol", column, reason)
        return None

    def number(self, column: str, *, positive: bool = False) -> Decimal | None:
        """A plain decimal of at least zero, or of more than zero."""
        cell = self.cells[column]
        if not _NUMBER.fullmatch(cell):
            reason = (
                f"{shown(cell)} is not a plain number "
                "(at most 18 digits before and 9 after the point, no exponent)"
            )
            self.fault("bad_number", column, reason)
            return None
        number = Decimal(cell)
        if number.is_signed() or (positive and not number):
            least = "more than zero" if positive else "zero or more"
            self.fault("bad_number", column, f"{cell} must be {least}")
            return None
        return number

    def day(self, column: str) -> dt.date | None:
        """An ISO date such as 2026-01-31."""
        cell = self.cells[column]
        try:
            return dt.date.fromisoformat(cell if _DAY.fullmatch(cell) else "")
        except ValueError:
            reason = f"{shown(cell)} is not a date such as 2026-01-31"
            self.fault("bad_date", column, reason)
            return None


def shown(cell: str) -> str:
    """A cell as it can be put into a message: short, with control characters escaped."""
    return ascii(cell if len(cell) <= _SHOWN else cell[:_SHOWN] + "...") if cell else "nothing"
