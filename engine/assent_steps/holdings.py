"""The holdings file: what a person owns, one row per lot, as the paper broker starts with it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from assent_steps.amounts import CENT, ONE, ZERO, total
from assent_steps.files.faults import Faults, FileKind
from assent_steps.files.row import Row
from assent_steps.files.table import rows

KIND = FileKind(
    "holdings", ("symbol", "quantity", "cost_basis", "purchase_date"), ("target_weight",)
)
CASH = "CASH"


@dataclass(frozen=True, slots=True)
class BoughtLot:
    """Shares bought together; `cost` is what all of them cost."""

    symbol: str
    quantity: Decimal
    cost: Decimal
    purchased_on: dt.date


@dataclass(frozen=True, slots=True)
class Holdings:
    """Cash, lots in the file's order, and target weights as fractions (empty: none given)."""

    cash: Decimal
    lots: tuple[BoughtLot, ...]
    targets: Mapping[str, Decimal]


def parse_holdings(raw: bytes, file: str) -> Holdings:
    """Read a holdings file; raises InputFileError with a problem for each bad cell.

    A row named CASH gives the cash by its quantity. A quantity of zero is for a symbol that is
    not held yet but has a target weight. Either every symbol has a target weight or none.
    """
    faults = Faults(KIND, file)
    draft = _Draft(faults)
    for row in rows(raw, faults):
        draft.take(row)
    draft.check_weights()
    faults.refuse()
    return Holdings(draft.cash or ZERO, tuple(draft.lots), draft.targets)


@dataclass(slots=True)
class _Draft:
    faults: Faults
    cash: Decimal | None = None
    lots: list[BoughtLot] = field(default_factory=list)
    targets: dict[str, Decimal] = field(default_factory=dict)
    first_lines: dict[str, int] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        symbol = row.symbol("symbol")
        if symbol is not None and symbol.upper() == CASH:
            self._take_cash(row)
            return
        if symbol is not None:
            self.first_lines.setdefault(symbol, row.line)
            self._take_weight(row, symbol)
        self._take_lot(row, symbol)

    def _take_cash(self, row: Row) -> None:
        amount = row.number("quantity")
        if self.cash is not None:
            row.fault("duplicate", "symbol", "there is a second row for cash")
        if not row.blank("target_weight"):
            row.fault(
                "bad_weight", "target_weight", "cash has none; it takes what the others leave"
            )
        if amount is not None and amount != amount.quantize(CENT):
            row.fault("bad_number", "quantity", "cash has at most two digits after the point")
        self.cash = amount or ZERO

    def _take_lot(self, row: Row, symbol: str | None) -> None:
        quantity = row.number("quantity")
        if quantity is not None and not quantity:
            if row.blank("target_weight"):
                row.fault("bad_number", "quantity", "0 is only for a symbol with a target weight")
            return
        cost = row.number("cost_basis")
        day = row.day("purchase_date")
        if symbol and quantity is not None and cost is not None and day is not None:
            self.lots.append(BoughtLot(symbol, quantity, cost, day))

    def _take_weight(self, row: Row, symbol: str) -> None:
        if row.blank("target_weight"):
            return
        weight = row.number("target_weight")
        if weight is None:
            return
        if weight > ONE:
            row.fault("bad_weight", "target_weight", f"{weight} is more than 1, which is all of it")
        elif self.targets.setdefault(symbol, weight) != weight:
            row.fault("bad_weight", "target_weight", f"{symbol} has another weight further up")

    def check_weights(self) -> None:
        """Weights that leave a symbol out would sell all of it, so each needs its own."""
        if not self.targets:
            return
        for symbol, line in self.first_lines.items():
            if symbol not in self.targets:
                reason = (
                    f"{symbol} has no target weight, but others have; write 0 to sell all of it"
                )
                self.faults.add("bad_weight", reason, line, "target_weight")
        asked = total(list(self.targets.values()))
        if asked > ONE:
            self.faults.add("bad_weight", f"the target weights add up to {asked}, more than 1")
