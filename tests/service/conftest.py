"""What the tests of the command line share."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from assent_engine.engine import Engine
from assent_engine.home import Home
from service.shell import SAMPLE, Shell, greeter, waiter


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@dataclass(frozen=True, slots=True)
class Furnished:
    """A home with a portfolio, a policy of three versions, the last one waiting, and a run."""

    shell: Shell
    policy_id: str
    waiting_hash: str
    run_id: str
    backup: Path


@pytest.fixture(scope="session")
def furniture(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    shell = Shell(tmp_path_factory.mktemp("furniture") / "home")
    holdings, prices = SAMPLE / "holdings.csv", SAMPLE / "prices.csv"
    shell.done("portfolio", "import", "--holdings", holdings, "--prices", prices)
    policy_id = shell.approved(greeter())
    shell.approved(greeter(policy_id=policy_id))
    waiting = shell.propose(greeter(policy_id=policy_id))
    run = shell.done("run", "start", policy_id)
    backup = shell.home.parent / "furniture.assent-backup"
    shell.done("backup", backup)
    return Furnished(shell, policy_id, waiting["hash"], run["run_id"], backup)


@pytest.fixture(scope="session")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with a run that was cancelled while it waited, and the run."""
    shell = Shell(tmp_path_factory.mktemp("stopped") / "home")
    shell.approved(waiter())
    run_id = shell("run", "start", waiter()["name"], "--json").json["run_id"]

    async def cancel() -> None:
        async with Engine.open(Home(shell.home)) as engine:
            await engine.runs.cancel(run_id, keep=True, by="owner")

    asyncio.run(cancel())
    return shell.home, run_id


@pytest.fixture
def furnished(furniture: Furnished, tmp_path: Path) -> Furnished:
    home = tmp_path / "furnished"
    shutil.copytree(furniture.shell.home, home)
    return Furnished(
        Shell(home), furniture.policy_id, furniture.waiting_hash, furniture.run_id, furniture.backup
    )
