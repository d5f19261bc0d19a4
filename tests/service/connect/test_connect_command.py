"""assent connect: a program let in, and its configuration shown or written, nothing lost."""

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from service.shell import Shell


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's own folder."""
    folder = tmp_path / "person"
    (folder / ".cursor").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    return folder


def connected(shell: Shell, *words: str) -> Any:
    (found,) = shell.done("connect", *words)
    return found


def test_what_is_shown_starts_the_bridge_of_this_home_for_this_client(
    shell: Shell, person: Path
) -> None:
    found = connected(shell, "claude")
    assert found["entry"]["args"][-5:] == ["mcp", "--client", "claude", "--home", str(shell.home)]
    assert Path(found["entry"]["command"]).exists()
    assert Path(found["token_file"]).read_text()
    assert (found["written"], found["scopes"]) == (False, ["propose", "run"])
    assert found["file"] == str(person / ".config/Claude/claude_desktop_config.json")
    assert list(person.rglob("*.json")) == []


def test_it_says_what_the_client_may_do_and_how_to_cut_it_off(shell: Shell, person: Path) -> None:
    said = shell("connect", "claude-code", "codex", "--scopes", "propose").out
    assert said.count("put proposals before you") == 2
    assert "run what" not in said
    assert "It can approve nothing." in said
    assert "claude mcp add --scope user assent -- " in said
    assert "[mcp_servers.assent]" in said
    assert "assent clients revoke codex" in said


def test_written_into_the_file_with_the_old_one_kept(shell: Shell, person: Path) -> None:
    path = person / ".cursor/mcp.json"
    path.write_text('{"mcpServers": {"other": {"command": "x"}}}')
    path.chmod(0o640)
    found = connected(shell, "cursor", "--write")
    after = json.loads(path.read_text())
    assert after["mcpServers"]["other"] == {"command": "x"}
    assert after["mcpServers"]["assent"] == found["entry"]
    assert Path(found["kept"]).read_text() == '{"mcpServers": {"other": {"command": "x"}}}'
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert len(list(path.parent.iterdir())) == 2


def test_written_a_second_time_nothing_changes_and_the_token_stays(
    shell: Shell, person: Path
) -> None:
    first = connected(shell, "cursor", "--write")
    token = Path(first["token_file"]).read_text()
    again = connected(shell, "cursor", "--write")
    assert Path(again["token_file"]).read_text() == token
    assert again["kept"] is None
    assert [one.name for one in (person / ".cursor").iterdir()] == ["mcp.json"]
    assert "It stands there already" in shell("connect", "cursor", "--write").out


def test_scopes_stay_unless_others_are_asked_for(shell: Shell, person: Path) -> None:
    assert connected(shell, "cursor", "--scopes", "emit")["scopes"] == ["emit"]
    assert connected(shell, "cursor")["scopes"] == ["emit"]
    assert connected(shell, "cursor", "--scopes", "none")["scopes"] == []
    assert connected(shell, "cursor")["scopes"] == []


def test_a_client_that_was_revoked_or_lost_its_token_gets_another(
    shell: Shell, person: Path
) -> None:
    first = Path(connected(shell, "cursor")["token_file"])
    token = first.read_text()
    first.unlink()
    second = Path(connected(shell, "cursor")["token_file"]).read_text()
    shell.done("clients", "revoke", "cursor")
    third = Path(connected(shell, "cursor")["token_file"]).read_text()
    assert len({token, second, third}) == 3


def test_two_of_the_same_program_are_told_apart_by_name(shell: Shell, person: Path) -> None:
    assert connected(shell, "other", "--as", "my-agent")["client"] == "my-agent"
    assert [one["name"] for one in shell.done("clients", "list")] == ["my-agent"]
    assert shell("connect", "cursor", "other", "--as", "x").code == 2


def test_a_configuration_that_cannot_be_read_is_left_and_nobody_is_let_in(
    shell: Shell, person: Path
) -> None:
    path = person / ".cursor/mcp.json"
    path.write_text("// mine\n{}")
    said = shell("connect", "cursor", "--write", "--json")
    assert said.problem["code"] == "connect.unreadable"
    assert path.read_text() == "// mine\n{}"
    assert not shell.home.exists()


def test_a_program_that_was_never_started_is_not_configured(shell: Shell, person: Path) -> None:
    said = shell("connect", "windsurf", "--write", "--json")
    assert said.problem["code"] == "connect.not_there"
    assert not (person / ".codeium").exists()


def test_a_link_is_followed_and_stays_a_link(shell: Shell, person: Path) -> None:
    (person / "dotfiles.json").write_text("{}")
    path = person / ".cursor/mcp.json"
    path.symlink_to(person / "dotfiles.json")
    connected(shell, "cursor", "--write")
    assert path.is_symlink()
    assert "assent" in json.loads((person / "dotfiles.json").read_text())["mcpServers"]


def test_a_file_that_changes_meanwhile_is_left_as_it_is(
    shell: Shell, person: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = person / ".cursor/mcp.json"
    path.write_text("{}")
    copy = shutil.copymode

    def busy(*places: Path) -> None:
        path.write_text('{"theirs": 1}')
        copy(*places)

    monkeypatch.setattr(shutil, "copymode", busy)
    said = shell("connect", "cursor", "--write", "--json")
    assert said.problem["code"] == "connect.changed"
    assert path.read_text() == '{"theirs": 1}'
    assert not list(path.parent.glob("*.part"))


def test_a_folder_that_cannot_be_written_is_told(shell: Shell, person: Path) -> None:
    path = person / ".cursor/mcp.json"
    path.mkdir()
    said = shell("connect", "cursor", "--write", "--json")
    assert said.problem["code"] == "connect.unreadable"


@pytest.mark.parametrize("word", ["cluade", "x" * 300])
def test_a_program_that_is_not_known_is_asked_back(shell: Shell, word: str) -> None:
    said = shell("connect", word)
    assert said.code == 2
    assert "claude" in said.err
    assert not shell.home.exists()
