"""assent portfolio: bring your holdings and prices in, and see them as they stand."""

import asyncio
from pathlib import Path
from typing import Any

import click

from assent_service.cli.options import FILE, standard


@click.group()
def portfolio() -> None:
    """Import holdings and prices, show the portfolio."""


@portfolio.command("import")
@click.option("--holdings", type=FILE, help="CSV: symbol,quantity,cost_basis,purchase_date.")
@click.option("--prices", type=FILE, help="CSV: symbol,date,close.")
@standard
def import_files(
    holdings: Path | None, prices: Path | None, home: Path | None, as_json: bool
) -> None:
    """Take your holdings and prices in.

    The paper broker starts from the holdings; the prices count from now on.
    """
    from assent_service.cli.output import emit
    from assent_service.cli.portfolio_view import portfolio_view

    if holdings is None and prices is None:
        raise click.UsageError("Give --holdings, --prices or both.")
    data = asyncio.run(_adopted(home, holdings, prices))
    emit(data, lambda: portfolio_view(data), as_json=as_json)


async def _adopted(home: Path | None, holdings: Path | None, prices: Path | None) -> dict[str, Any]:
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.portfolio import Adopting
    from assent_service.cli.owner import owner

    files = {"holdings": holdings, "prices": prices}
    given = {name: str(one.absolute()) for name, one in files.items() if one is not None}
    async with owner(home, acts=True, new=True) as to:
        return (await to.call(ops.ADOPT_FILES, Adopting(**given))).overview


@portfolio.command()
@standard
def show(home: Path | None, as_json: bool) -> None:
    """Show cash, positions and orders."""
    from assent_engine import library
    from assent_service.cli.opening import existing
    from assent_service.cli.output import emit
    from assent_service.cli.portfolio_view import whole_view

    remedy = "Import your files: assent portfolio import --holdings FILE --prices FILE"
    data = library.load().overview(existing(home, remedy).path)
    emit(data, lambda: whole_view(data), as_json=as_json)
