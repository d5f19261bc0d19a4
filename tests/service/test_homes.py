"""Which home a command works on, and what it says where there is none or a damaged one."""

import getpass
from pathlib import Path

import pytest

from assent_engine.home import Home
from service.conftest import Furnished
from service.shell import REBALANCE, Shell, greeter, written


def test_the_option_wins_over_the_environment(shell: Shell, tmp_path: Path) -> None:
    draft = written(tmp_path / "draft.json", greeter())
    shell.done("policy", "propose", draft, "--home", tmp_path / "other")
    assert not shell.home.exists()
    assert len(shell.done("policy", "list", "--home", tmp_path / "other")) == 1


def test_without_both_the_platforms_own_folder_is_used(shell: Shell, tmp_path: Path) -> None:
    env = {"ASSENT_HOME": None, "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    said = shell("policy", "list", "--json", env=env)
    assert str(tmp_path) in said.problem["detail"]
    assert said.problem["code"] == "home.missing"


def test_an_empty_variable_counts_as_none(shell: Shell, tmp_path: Path) -> None:
    env: dict[str, str | None] = {"ASSENT_HOME": "", "XDG_DATA_HOME": str(tmp_path)}
    assert shell("policy", "list", env=env).code == 1
    assert not (tmp_path / "assent").exists()


def test_two_homes_do_not_see_each_other(tmp_path: Path) -> None:
    one, other = Shell(tmp_path / "one"), Shell(tmp_path / "other")
    one.approved(greeter("One"))
    other.approved(greeter("Other"))
    run = one.done("run", "start", "One")
    assert [row["name"] for row in one.done("policy", "list")] == ["One"]
    assert [row["name"] for row in other.done("policy", "list")] == ["Other"]
    assert other.done("run", "list") == []
    assert other("run", "show", run["run_id"]).code == 1
    assert other("policy", "show", "One").code == 1


def test_a_home_is_private_to_its_owner(shell: Shell) -> None:
    shell.propose(greeter())
    assert shell.home.stat().st_mode & 0o777 == 0o700
    assert (shell.home / "assent.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "command",
    [
        "policy list",
        "policy show x",
        "policy approve x",
        "policy approve x --hash 0",
        "policy reject x",
        "policy disable x",
        "policy enable x",
        "policy rollback x",
        "policy remove x",
        "run list",
        "run show x",
        "run start x",
        "run resume",
        "portfolio show",
    ],
)
def test_where_there_is_no_home_a_command_says_what_to_do_and_makes_none(
    shell: Shell, command: str
) -> None:
    said = shell(*command.split(), "--json")
    assert said.code == 1
    assert said.problem["code"] == "home.missing"
    assert str(shell.home) in said.problem["detail"]
    assert "assent p" in said.problem["remedy"]
    assert not shell.home.exists()


def test_a_home_without_a_store_says_that_nothing_was_proposed(shell: Shell) -> None:
    shell.home.mkdir()
    (shell.home / "lock").touch()
    said = shell("policy", "list", "--json")
    assert said.problem["code"] == "home.empty"
    assert "assent policy propose" in said.problem["remedy"]


@pytest.mark.parametrize("command", ["service start", "service run", f"policy propose {REBALANCE}"])
def test_no_home_is_made_where_there_is_no_folder_for_it(
    shell: Shell, tmp_path: Path, command: str
) -> None:
    lost = tmp_path / "Documnets" / "home"
    said = shell(*command.split(), "--json", "--home", lost)
    assert (said.code, said.problem["code"]) == (1, "home.nowhere")
    assert not lost.parent.exists()


def test_the_platforms_own_folder_is_made_with_all_that_leads_to_it(
    shell: Shell, tmp_path: Path
) -> None:
    data = tmp_path / "new" / "data"
    env = {"ASSENT_HOME": None, "XDG_DATA_HOME": str(data), "HOME": str(tmp_path)}
    said = shell("policy", "propose", REBALANCE, env=env)
    assert said.code == 0, said
    assert said.err == f"A new home was made: {data / 'assent'}\n"


def test_a_file_is_no_home(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert shell("policy", "list", "--home", tmp_path / "file").code == 2
    other = Shell(tmp_path / "file")
    said = other("policy", "propose", REBALANCE, "--json")
    assert said.problem["code"] == "home.not_writable"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("policy list", "store.unreadable"),
        ("run list", "store.unreadable"),
        ("run start Greeter", "store.unusable"),
    ],
)
def test_a_file_that_is_no_database_is_a_clear_error(
    furnished: Furnished, command: str, code: str
) -> None:
    (furnished.shell.home / "assent.sqlite").write_bytes(b"no database" * 1000)
    said = furnished.shell(*command.split(), "--json")
    assert (said.code, said.problem["code"]) == (1, code)


def test_a_broken_portfolio_file_is_a_clear_error(furnished: Furnished) -> None:
    (furnished.shell.home / "paper-broker.sqlite").write_bytes(b"no database" * 1000)
    said = furnished.shell("portfolio", "show", "--json")
    assert (said.code, said.problem["code"]) == (1, "portfolio.unusable")


@pytest.mark.parametrize(("table", "column"), [("journal", "data"), ("saga_log", "result")])
def test_a_damaged_record_is_a_clear_error(furnished: Furnished, table: str, column: str) -> None:
    furnished.shell.change_store(f"UPDATE {table} SET {column} = '{{'")  # noqa: S608 - ours
    said = furnished.shell("run", "show", furnished.run_id, "--json")
    assert (said.code, said.problem["code"]) == (1, "store.damaged")


def test_who_has_no_name_is_named_by_number(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr(getpass, "getuser", nameless)
    shell.approved(greeter())
    assert shell.done("policy", "show", "Greeter")["decided_by"].startswith("user ")


def test_what_another_process_tries_a_new_home_with_is_no_other_thing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.path.mkdir()
    (home.path / ".probe").touch()
    assert not home.is_made()
    home.prepare()
