"""The demo's story: what an agent proposes, what you see and decide, what the engine then does."""

import asyncio
import csv
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Protocol

from assent_engine import library
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.notices import Notice
from assent_engine.ports import Listener
from assent_engine.runner import RunReport
from assent_engine.store.rows import PolicyRow, VersionRow
from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused

REBALANCE = "volatility-aware-rebalance"
HARVEST = "tax-loss-harvester"
AGENT = "demo-agent"
STORMY_VIX = "35.20"


class Stage(Protocol):
    """Whoever shows the story: a terminal, or nobody."""

    def chapter(self, title: str, text: str) -> None: ...
    def document(self, policy: PolicyRow, version: VersionRow) -> None: ...
    def decide(self, version: VersionRow) -> bool:
        """Whether the person says yes to the document just shown."""
        ...

    def portfolio(self, overview: dict[str, Any], before: dict[str, Any] | None) -> None: ...
    def ended(self, report: RunReport) -> None: ...
    def notices(self, notices: list[Notice]) -> None: ...


@dataclass(slots=True)
class Story:
    """The demo in one home; `reports` and `portfolios` are what it leaves to look at."""

    home: Path
    stage: Stage
    tell: Listener
    reports: list[RunReport] = field(default_factory=list)
    portfolios: list[dict[str, Any]] = field(default_factory=list)

    async def play(self, holdings: Path | None, prices: Path | None) -> bool:
        """All chapters; True when every run was completed. Raises AssentError."""
        self._bring_in(holdings, prices)
        library.load()
        async with Engine.open(Home.find(self.home), tell=self.tell) as engine:
            await self._rebalance(engine)
            await self._harvest(engine)
            await self._storm(engine)
            self.stage.notices(await engine.store.read.notices())
        return all(report.status == "COMPLETED" for report in self.reports)

    def _bring_in(self, holdings: Path | None, prices: Path | None) -> None:
        sample = files("assent_service").joinpath("sample")
        with (
            as_file(sample.joinpath("holdings.csv")) as own_holdings,
            as_file(sample.joinpath("prices.csv")) as own_prices,
        ):
            library.load().adopt(
                self.home, holdings=holdings or own_holdings, prices=prices or own_prices
            )
        self._look()

    def _look(self) -> dict[str, Any]:
        overview = library.load().overview(self.home)
        self.portfolios.append(overview)
        return overview

    async def _rebalance(self, engine: Engine) -> None:
        text = "An agent has written a monthly rebalance that holds back when markets are wild."
        self.stage.chapter("A policy is proposed", text)
        if policy_id := await self._assent(engine, REBALANCE):
            text = "The engine carries it out: each order is intended, placed once, recorded."
            await self._run(engine, policy_id, "It runs", text)

    async def _harvest(self, engine: Engine) -> None:
        text = "A second policy looks at every position and sells those that lost over 10 %."
        self.stage.chapter("Another proposal", text)
        if policy_id := await self._assent(engine, HARVEST):
            text = "Each position is looked at; only real losses are sold."
            await self._run(engine, policy_id, "It runs", text)

    async def _storm(self, engine: Engine) -> None:
        """The rebalance again, on a day on which the VIX stands high."""
        policy = await engine.policies.find(_name_of(REBALANCE))
        if policy.active_version is None:
            return
        raise_vix(self.home / "prices.csv")
        text = f"The VIX now stands at {STORMY_VIX}: the approved policy tells you and holds back."
        await self._run(engine, policy.policy_id, "The same policy on a wild day", text)

    async def _assent(self, engine: Engine, example: str) -> str | None:
        """Propose an example, show it, and approve it if the person says yes."""
        proposal = await engine.policies.propose(example_policy(example), AGENT)
        policy = await engine.policies.find(proposal.policy_id)
        version = await engine.policies.pending(policy)
        self.stage.document(policy, version)
        if not self.stage.decide(version):
            await engine.policies.reject(policy.policy_id, version.version, by="you", how="demo")
            return None
        await engine.policies.approve(
            policy.policy_id, version.version, version.hash, by="you", how="demo"
        )
        return policy.policy_id

    async def _run(self, engine: Engine, policy_id: str, title: str, text: str) -> None:
        before = self.portfolios[-1]
        self.stage.chapter(title, text)
        self.stage.portfolio(before, None)
        report = await engine.runs.start(policy_id)
        self.reports.append(report)
        self.stage.ended(report)
        self.stage.portfolio(self._look(), before)


def example_policy(name: str) -> dict[str, Any]:
    """One of the shipped example policies."""
    text = files("assent_schemas").joinpath("examples", f"{name}.json").read_bytes()
    document: dict[str, Any] = exact_json.parse(text)
    return document


def _name_of(example: str) -> str:
    return str(example_policy(example)["name"])


def raise_vix(prices: Path) -> None:
    """Let a home's prices say that the VIX closed high today, and nothing else about it."""
    with prices.open(newline="", encoding="utf-8-sig") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file) if row]
    symbol = rows[0].index("symbol")
    stormy = {"symbol": "^VIX", "date": date.today().isoformat(), "close": STORMY_VIX}  # noqa: DTZ011 - the person's own day
    changed = prices.with_name("stormy-prices.csv")
    with changed.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows(row for row in rows if row[symbol] != "^VIX")
        writer.writerow(stormy[name] for name in rows[0])
    library.load().adopt(prices.parent, prices=changed)
    changed.unlink()


@asynccontextmanager
async def empty_home(keep: Path | None, temporary: Callable[[], Any]) -> AsyncIterator[Path]:
    """A home of the demo's own: a temporary one, or a folder to keep; raises Refused."""
    if keep is None:
        with temporary() as folder:
            yield Path(folder)
        return
    if await asyncio.to_thread(_is_used, keep):
        title, detail = "The demo needs a home of its own", f"{keep} is not empty."
        remedy = "Name a new folder; the demo never touches a home of yours."
        raise Refused(Problem("demo.folder_in_use", title, detail, remedy))
    yield keep


def _is_used(folder: Path) -> bool:
    return folder.exists() and any(folder.iterdir())
