"""assent demo: the whole story in a home of its own."""

import sys
from pathlib import Path

import click

from assent_service.cli.options import FILE, FOLDER


@click.command()
@click.option("--holdings", type=FILE, help="Your holdings CSV instead of the sample.")
@click.option("--prices", type=FILE, help="Your price CSV instead of the sample.")
@click.option("--keep", type=FOLDER, help="Keep the demo's home in this new folder.")
@click.option("--ask", is_flag=True, help="Let you decide; else the demo says yes for you.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for a program.")
def demo(
    holdings: Path | None, prices: Path | None, keep: Path | None, ask: bool, as_json: bool
) -> None:
    """See policies proposed, approved and carried out.

    Both shipped examples run in a throw-away home, on a paper broker with your holdings or with
    sample ones; nothing leaves this computer and no real order is placed.
    """
    from assent_service.cli.demo_stage import play

    if ask and as_json:
        raise click.UsageError("--ask needs a reader; leave --json out.")
    sys.exit(0 if play(holdings, prices, keep, ask=ask, as_json=as_json) else 1)
