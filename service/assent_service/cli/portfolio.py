"""assent portfolio: bring your holdings and prices in, and see them as they stand."""

from pathlib import Path

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
    from assent_engine import library
    from assent_engine.home import Home
    from assent_service.cli.output import emit
    from assent_service.cli.portfolio_view import portfolio_view

    if holdings is None and prices is None:
        raise click.UsageError("Give --holdings, --prices or both.")
    found = Home.find(home)
    found.prepare()
    with found.locked():
        library.load().adopt(found.path, holdings=holdings, prices=prices)
        data = library.load().overview(found.path)
    emit(data, lambda: portfolio_view(data), as_json=as_json)


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
