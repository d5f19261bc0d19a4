"""The demo on a terminal, or as JSON."""

import asyncio
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.padding import Padding
from rich.text import Text

from assent_engine.notices import Notice
from assent_engine.refusals import intact
from assent_engine.runner import RunReport
from assent_engine.store.rows import PolicyRow, VersionRow
from assent_service.cli.considering import Considered
from assent_service.cli.output import console, show, write_json
from assent_service.cli.portfolio_view import portfolio_view
from assent_service.cli.progress import live
from assent_service.cli.text import shown
from assent_service.cli.views import document_view, status_text
from assent_service.demo import Stage, Story, empty_home
from assent_service.desk.policy_reading import detail
from assent_service.desk.reading_out import read_out


def play(
    holdings: Path | None, prices: Path | None, keep: Path | None, *, ask: bool, as_json: bool
) -> bool:
    """Play the demo; True when every run of it was completed. Raises AssentError."""

    async def story() -> tuple[Story, bool]:
        with live(silent=as_json) as tell:
            async with empty_home(keep, _temporary) as home:
                stage: Stage = Silence() if as_json else Terminal(ask=ask)
                told = Story(home, stage, tell)
                return told, await told.play(holdings, prices)

    told, completed = asyncio.run(story())
    if as_json:
        write_json(_summary(told, keep))
    elif keep is not None:
        look = f"assent run list --home {shlex.quote(str(keep))}"
        console().print(f"\nThe home was kept. Look around: {look}")
    return completed


def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="assent-demo-")


def _summary(told: Story, keep: Path | None) -> dict[str, Any]:
    return {
        "home": str(keep) if keep else None,
        "runs": [
            {"run_id": one.run_id, "status": one.status, "output": one.output, "error": one.error}
            for one in told.reports
        ],
        "before": told.portfolios[0],
        "after": told.portfolios[-1],
    }


class Silence:
    """Shows nothing and says yes."""

    def chapter(self, title: str, text: str) -> None: ...
    def document(self, policy: PolicyRow, version: VersionRow) -> None: ...
    def decide(self, version: VersionRow) -> bool:
        del version
        return True

    def portfolio(self, overview: dict[str, Any], before: dict[str, Any] | None) -> None: ...
    def ended(self, report: RunReport) -> None: ...
    def notices(self, notices: list[Notice]) -> None: ...


@dataclass(slots=True)
class Terminal:
    """Shows the story on the terminal."""

    ask: bool

    def chapter(self, title: str, text: str) -> None:
        console().print(Text.assemble("\n", (f"== {title} ==", "bold cyan"), f"\n{text}\n"))

    def document(self, policy: PolicyRow, version: VersionRow) -> None:
        console().print("What you see before you decide:\n")
        seen = detail(policy, version, None, intact(version))
        show(document_view(Considered(seen, read_out(seen, {}))))

    def decide(self, version: VersionRow) -> bool:
        if self.ask:
            yes = click.confirm(f"\nApprove exactly this document ({version.hash[:12]})?")
            if not yes:
                console().print("You said no: the proposal is rejected and nothing runs.")
            return yes
        said = f"\nYou say yes to exactly this document ({version.hash[:12]})."
        console().print(Text(said, "green"))
        return True

    def portfolio(self, overview: dict[str, Any], before: dict[str, Any] | None) -> None:
        console().print(Text("\nThe portfolio after" if before else "The portfolio before", "bold"))
        console().print(Padding(portfolio_view(overview, before), (0, 0, 0, 2), expand=False))
        if not before:
            console().print()

    def ended(self, report: RunReport) -> None:
        reason = f" {report.error}: {report.cause}" if report.error else ""
        console().print(Text.assemble("  ", status_text(report.status), shown(reason)))

    def notices(self, notices: list[Notice]) -> None:
        console().print(Text("\nWhat you were told", "bold"))
        if not notices:
            console().print("  Nothing: no run had anything to tell you.")
        for notice in notices:
            console().print(Text(f"  {notice.level}: {shown(notice.text)}"))
