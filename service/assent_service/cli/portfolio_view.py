"""How a portfolio looks on a terminal."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assent_service.cli.text import shown

_COLUMNS = ("quantity", "price", "market_value", "cost_basis", "unrealized_pl")
_TRADED = ("quantity", "price", "value")


def portfolio_view(
    overview: dict[str, Any], before: dict[str, Any] | None = None
) -> RenderableType:
    """Positions and cash; with `before`, what has changed since stands beside the quantity."""
    table = Table("symbol", box=None, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name.replace("_", " "), justify="right")
    earlier = {row["symbol"]: row for row in before["positions"]} if before else {}
    present = {row["symbol"]: row for row in overview["positions"]}
    for symbol in sorted(present.keys() | earlier.keys()):
        row = present.get(symbol, {"quantity": 0})
        cells = [_amount(row.get(name)) for name in _COLUMNS]
        change = _change(row, earlier.get(symbol, {"quantity": 0})) if before else ""
        table.add_row(shown(symbol), cells[0] + change, *cells[1:])
    total = Text.assemble(
        ("cash ", "dim"),
        _amount(overview["cash"]),
        ("   total ", "dim"),
        _amount(overview["total_value"]),
    )
    return Group(table, total)


def whole_view(overview: dict[str, Any]) -> RenderableType:
    """Positions, cash and orders."""
    if not overview["orders"]:
        return portfolio_view(overview)
    return Group(
        portfolio_view(overview), Text("\nOrders", style="bold"), _orders(overview["orders"])
    )


def _orders(orders: list[dict[str, Any]]) -> Table:
    table = Table("filled at", "order", "side", "symbol", box=None, pad_edge=False)
    for name in _TRADED:
        table.add_column(name, justify="right")
    for order in orders:
        words = (shown(order[name]) for name in ("filled_at", "order_id", "side", "symbol"))
        table.add_row(*words, *(_amount(order[name]) for name in _TRADED))
    return table


def _change(row: dict[str, Any], earlier: dict[str, Any]) -> str:
    difference = row["quantity"] - earlier["quantity"]
    return f" ({difference:+})" if difference else ""


def _amount(value: Any) -> str:
    return "-" if value is None else f"{value:,}"
