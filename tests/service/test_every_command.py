"""What holds for every command: its exit codes, and JSON for programs."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_service.cli.main import assent
from assent_tray.lock import the_only_one
from service.conftest import Furnished
from service.shell import SAMPLE, Shell, greeter, hidden_in, undecided, waiting_run, written

DONE = [
    ("policy validate", "{good}"),
    ("policy simulate", "{good}"),
    ("policy propose", "{good}"),
    ("policy approve", "Greeter --hash {hash}"),
    ("policy reject", "Greeter"),
    ("policy disable", "Greeter"),
    ("policy enable", "Greeter"),
    ("policy rollback", "Greeter"),
    ("policy remove", "Greeter --yes"),
    ("policy list", ""),
    ("policy show", "Greeter"),
    ("policy explain", "{good}"),
    ("policy diff", "Greeter {good}"),
    ("policy test", "{good}"),
    ("policy graph", "Greeter@1.0.0"),
    ("policy import", "{machine}"),
    ("policy export", "{good}"),
    ("connect", "cursor codex other"),
    ("clients list", ""),
    ("clients add", "claude --scopes propose,emit"),
    ("clients grant", "{client} call"),
    ("clients revoke", "{client}"),
    ("clients http", "on"),
    ("gaps", ""),
    ("notices list", ""),
    ("approvals list", ""),
    ("approvals show", "Greeter"),
    ("approvals approve", "Greeter --hash {hash}"),
    ("approvals reject", "Greeter"),
    ("run start", "Greeter"),
    ("run list", ""),
    ("run show", "{run}"),
    ("run resume", ""),
    ("run cancel", "{open} --yes"),
    ("hooks list", ""),
    ("hooks add", "deposit"),
    ("hooks rotate", "{hook}"),
    ("hooks revoke", "{hook}"),
    ("hooks on", ""),
    ("hooks off", ""),
    ("hooks status", ""),
    ("inbox list", ""),
    ("inbox show", "{case}"),
    ("inbox resolve", "{case} abort"),
    ("portfolio import", "--prices {prices}"),
    ("portfolio show", ""),
    ("demo", ""),
    ("backup", ""),
    ("restore", "{backup} --yes"),
    ("verify", ""),
    ("errors", "policy.unknown"),
    ("pause", "Greeter --for 1h"),
    ("resume", "--home {paused}"),
    ("run redrive", "--home {stopped} {stopped_run}"),
    ("run fork", "{run}"),
    ("trigger list", ""),
    ("trigger history", ""),
    ("event emit", "deposit"),
    ("forecast", ""),
    ("doctor", "--only python"),
    ("service status", ""),
    ("service logs", ""),
]
OF_A_SERVICE = {
    "approvals review",
    "mcp",
    "policy review",
    "run watch",
    "service run",
    "service start",
    "service stop",
}
"""Done only where a service runs: see test_through_the_service and test_service_process."""
OF_A_SESSION = {"tray"}
"""Done until it is told to end: see tests/tray."""
NOT_DONE = [
    ("mcp", "--client Claude", "client.name"),
    ("connect", "other --write", "connect.no_file"),
    ("clients list", "--home {nowhere}", "home.missing"),
    ("clients add", "{client}", "client.exists"),
    ("clients grant", "nobody emit", "client.unknown"),
    ("clients revoke", "nobody", "client.unknown"),
    ("clients http", "--home {nowhere}", "home.missing"),
    ("connect", "other --http", "http.off"),
    ("gaps", "--home {nowhere}", "home.missing"),
    ("tray", "", "tray.running"),
    ("service run", "--home {foreign}", "home.foreign"),
    ("service start", "--home {foreign}", "home.foreign"),
    ("service stop", "", "service.not_running"),
    ("service status", "--home {nowhere}", "home.missing"),
    ("service status", "--home {foreign}", "home.foreign"),
    ("service logs", "--home {nowhere}", "home.missing"),
    ("policy list", "--home {foreign}", "home.foreign"),
    ("doctor", "--only pyhton", "doctor.unknown"),
    ("policy validate", "{broken}", "reference.unknown_state"),
    ("policy simulate", "{broken}", "reference.unknown_state"),
    ("policy propose", "{broken}", "reference.unknown_state"),
    ("policy approve", "Greeter --hash 0", "approval.other_document"),
    ("policy reject", "Greeter --version 1.0.0", "approval.decided"),
    ("policy disable", "Nobody", "policy.unknown"),
    ("policy enable", "Nobody", "policy.unknown"),
    ("policy rollback", "Greeter --to 9.9.9", "policy.no_such_version"),
    ("policy remove", "Nobody --yes", "policy.unknown"),
    ("policy list", "--home {nowhere}", "home.missing"),
    ("policy show", "Nobody", "policy.unknown"),
    ("policy explain", "{broken}", "reference.unknown_state"),
    ("policy diff", "Greeter Nobody", "policy.unknown"),
    ("policy test", "Nobody", "policy.unknown"),
    ("policy graph", "Greeter@9.9.9", "policy.no_such_version"),
    ("policy import", "{broken}", "asl.machine.no_start"),
    ("policy export", "Nobody", "policy.unknown"),
    ("notices list", "--policy Nobody", "policy.unknown"),
    ("approvals list", "--home {nowhere}", "home.missing"),
    ("approvals show", "Nobody", "approval.unknown"),
    ("approvals approve", "Greeter --hash 0", "approval.other_document"),
    ("approvals reject", "Nobody", "approval.unknown"),
    ("approvals review", "Greeter", "review.no_service"),
    ("policy review", "Greeter", "review.no_service"),
    ("run start", "Nobody", "policy.unknown"),
    ("run list", "--home {nowhere}", "home.missing"),
    ("run show", "Nobody", "run.unknown"),
    ("run resume", "{run}", "run.ended"),
    ("run cancel", "{run} --yes", "run.ended"),
    ("hooks list", "--home {nowhere}", "home.missing"),
    ("hooks add", "Deposit", "hook.name"),
    ("hooks rotate", "nobody", "hook.unknown"),
    ("hooks revoke", "nobody", "hook.unknown"),
    ("hooks on", "--home {foreign}", "home.foreign"),
    ("hooks off", "--home {foreign}", "home.foreign"),
    ("hooks status", "--home {nowhere}", "home.missing"),
    ("inbox list", "--home {nowhere}", "home.missing"),
    ("inbox show", "Nobody", "intervention.unknown"),
    ("inbox resolve", "Nobody retry", "intervention.unknown"),
    ("portfolio import", "--holdings {broken}", "holdings.bad_csv"),
    ("portfolio show", "--home {nowhere}", "home.missing"),
    ("demo", "--keep {used}", "demo.folder_in_use"),
    ("backup", "{prices}", "backup.exists"),
    ("restore", "{prices} --yes", "backup.unusable"),
    ("verify", "{prices}", "backup.unusable"),
    ("errors", "policy.unknwon", "errors.unknown"),
    ("pause", "Nobody", "policy.unknown"),
    ("resume", "", "pause.none"),
    ("run redrive", "{run}", "run.not_failed"),
    ("run watch", "{run}", "service.not_running"),
    ("run fork", "{run} --at Nowhere", "run.not_there"),
    ("trigger list", "Nobody", "policy.unknown"),
    ("trigger history", "Nobody", "policy.unknown"),
    ("event emit", "--home {nowhere} deposit", "home.missing"),
    ("forecast", "--home {nowhere}", "home.missing"),
]


Words = Mapping[str, object]
MACHINE = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}


@pytest.fixture
def tray(furnished: Furnished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The home's tray runs already."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with the_only_one(furnished.shell.home):
        yield


@pytest.fixture
def words(furnished: Furnished, stopped: tuple[Path, str], tmp_path: Path, tray: None) -> Words:
    (tmp_path / "broken.json").write_text(
        '{"name":"B","start_at":"X","states":{"A":{"type":"Succeed"}}}\n', encoding="utf-8"
    )
    return {
        "good": written(tmp_path / "good.json", greeter("Other")),
        "broken": tmp_path / "broken.json",
        "machine": written(tmp_path / "machine.json", MACHINE),
        "prices": SAMPLE / "prices.csv",
        "nowhere": tmp_path / "nowhere",
        "used": furnished.shell.home,
        "foreign": written(tmp_path / "foreign.json", {}).parent,
        "run": furnished.run_id,
        "hash": furnished.waiting_hash,
        "backup": furnished.backup,
        "open": Made(lambda: waiting_run(furnished.shell)),
        "client": Made(lambda: client(furnished.shell)),
        "hook": Made(lambda: hooked(furnished.shell)),
        "case": Made(lambda: undecided(furnished.shell)),
        "stopped": shutil.copytree(stopped[0], tmp_path / "stopped"),
        "stopped_run": stopped[1],
        "paused": paused(tmp_path / "paused"),
    }


def client(shell: Shell) -> str:
    """The name of a client that was let in."""
    return str(shell.done("clients", "add", "cursor")["name"])


def hooked(shell: Shell) -> str:
    """The name of a new webhook."""
    return str(shell.done("hooks", "add", "bank")["name"])


def paused(home: Path) -> Path:
    """A home in which everything is paused."""

    async def pause() -> None:
        async with Engine.open(Home(home)) as engine:
            await engine.pauses.pause(by="owner")

    asyncio.run(pause())
    return home


@dataclass(frozen=True, slots=True)
class Made:
    """A word that stands for something that is made when it is first needed."""

    make: Callable[[], str]

    def __str__(self) -> str:
        return self.make()

    def __format__(self, spec: str) -> str:
        return format(self.make(), spec)


def line(command: str, rest: str, words: Words) -> list[str]:
    return [*command.split(), *(word.format(**words) for word in rest.split())]


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield " ".join((*path, name)), command


EVERY = dict(commands(assent))
GROUPS = (
    "policy",
    "run",
    "portfolio",
    "hooks",
    "inbox",
    "approvals",
    "clients",
    "notices",
    "trigger",
    "event",
)


def test_these_tests_cover_every_command() -> None:
    assert {command for command, _ in DONE} == EVERY.keys() - OF_A_SERVICE - OF_A_SESSION
    assert {command for command, *_ in NOT_DONE} == EVERY.keys()


@pytest.mark.parametrize(("command", "rest"), DONE, ids=[name for name, _ in DONE])
class TestWhatIsDone:
    def test_exits_with_0_and_says_something(
        self, furnished: Furnished, words: Words, command: str, rest: str
    ) -> None:
        said = furnished.shell(*line(command, rest, words))
        assert (said.code, said.err) == (0, "")
        assert said.out.strip()
        assert hidden_in(said.out) == set()

    def test_is_json_and_nothing_else_for_a_program(
        self, furnished: Furnished, words: Words, command: str, rest: str
    ) -> None:
        said = furnished.shell(*line(command, rest, words), "--json")
        assert (said.code, said.err) == (0, "")
        assert "problems" not in said.json
        assert hidden_in(said.out) == set()


@pytest.mark.parametrize(("command", "rest", "code"), NOT_DONE, ids=[one[0] for one in NOT_DONE])
class TestWhatIsRefused:
    def test_exits_with_1_and_says_why_on_standard_error(
        self, furnished: Furnished, words: Words, command: str, rest: str, code: str
    ) -> None:
        said = furnished.shell(*line(command, rest, words))
        assert (said.code, said.out) == (1, "")
        assert code in said.err
        assert "Traceback" not in said.err

    def test_is_a_list_of_problems_for_a_program(
        self, furnished: Furnished, words: Words, command: str, rest: str, code: str
    ) -> None:
        said = furnished.shell(*line(command, rest, words), "--json")
        assert (said.code, said.err) == (1, "")
        assert set(said.problem) == {"code", "title", "detail", "remedy", "pointer"}
        assert code in [problem["code"] for problem in said.json["problems"]]


@pytest.mark.parametrize("command", EVERY)
class TestWrongUsage:
    def test_exits_with_2_and_points_to_the_help(self, shell: Shell, command: str) -> None:
        said = shell(*command.split(), "--bogus")
        assert (said.code, said.out) == (2, "")
        assert f"Try 'assent {command} --help'" in said.err

    def test_is_a_problem_for_a_program(self, shell: Shell, command: str) -> None:
        said = shell(*command.split(), "--bogus", "--json")
        assert (said.code, said.err) == (2, "")
        assert said.problem["code"] == "usage"
        assert "--bogus" in said.problem["detail"]
        assert said.problem["remedy"] == f"See: assent {command} --help"

    def test_makes_no_home(self, shell: Shell, command: str) -> None:
        shell(*command.split(), "--bogus")
        assert not shell.home.exists()


@pytest.mark.parametrize("command", EVERY)
def test_every_command_has_help_that_says_how_to_get_json(shell: Shell, command: str) -> None:
    said = shell(*command.split(), "--help")
    assert said.code == 0
    assert "--json" in said.out
    assert command in {"demo", "errors"} or "--home" in said.out


@pytest.mark.parametrize(
    "group",
    [(), *((one,) for one in GROUPS)],
)
def test_no_summary_is_cut_in_the_list_of_commands(shell: Shell, group: tuple[str, ...]) -> None:
    said = shell(*group, "--help")
    assert said.code == 0
    assert "..." not in said.out.partition("Commands:")[2]


@pytest.mark.parametrize(
    "group",
    [(), *((one,) for one in GROUPS)],
)
def test_a_group_alone_shows_its_help_as_wrong_usage(shell: Shell, group: tuple[str, ...]) -> None:
    said = shell(*group)
    assert said.code == 2
    assert "Commands:" in said.err


@pytest.mark.parametrize(
    ("words", "meant"),
    [(("polcy", "list"), "policy"), (("policy", "aprove"), "approve"), (("run", "lst"), "list")],
)
def test_a_misspelt_command_is_asked_back(shell: Shell, words: tuple[str, ...], meant: str) -> None:
    said = shell(*words)
    assert said.code == 2
    assert "Did you mean" in said.err
    assert meant in said.err


def test_a_command_like_no_other_gets_the_list(shell: Shell) -> None:
    every = (
        "approvals, backup, clients, connect, demo, doctor, errors, event, forecast, gaps, hooks,"
        " inbox, mcp, notices, pause, policy, portfolio, restore, resume, run, service, tray,"
        " trigger, verify"
    )
    assert f"The commands are {every}" in shell("xyzzy").err


def test_the_version_is_the_installed_one(shell: Shell) -> None:
    said = shell("--version")
    assert (said.code, said.out) == (0, f"assent, version {version('assent')}\n")


def test_a_fault_of_ours_is_a_problem_too_and_no_traceback(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_home: object) -> None:
        raise RuntimeError("a surprise")

    monkeypatch.setattr("assent_service.cli.owner.reading", broken)
    said = shell("policy", "list", "--json")
    assert (said.code, said.problem["code"]) == (1, "internal")
    assert "a surprise" in said.problem["detail"]
