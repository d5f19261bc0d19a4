"""MCP clients on the command line: let in, listed, cut off; and what they lack."""

import asyncio
import stat
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_schemas.errors import Refused
from assent_schemas.gaps import GapReport
from service.shell import HOSTILE, Shell, hidden_in


def scopes_of(shell: Shell, name: str, token: str) -> set[str]:
    """What a client may do that shows this token; raises Refused."""

    async def ask() -> set[str]:
        async with Engine.open(Home(shell.home)) as engine:
            return set((await engine.clients.authenticated(name, token)).scopes)

    return asyncio.run(ask())


def token_of(made: dict[str, Any]) -> str:
    with open(made["token_file"], encoding="utf-8") as file:  # noqa: PTH123 - as any program
        return file.read()


def test_a_new_client_may_propose_and_run_unless_told_otherwise(shell: Shell) -> None:
    made = shell.done("clients", "add", "claude")
    assert scopes_of(shell, "claude", token_of(made)) == {"propose", "run"}
    none = shell.done("clients", "add", "reader", "--scopes", "none")
    assert scopes_of(shell, "reader", token_of(none)) == set()


def test_no_scope_can_decide_anything(shell: Shell) -> None:
    for word in ("approve", "owner", "all", "", "propose,approve"):
        assert shell("clients", "add", "claude", "--scopes", word).code == 2
    assert not shell.home.exists()


def test_the_token_is_in_a_private_file_and_never_said(shell: Shell) -> None:
    said = shell("clients", "add", "claude")
    path = shell.home / "clients" / "claude.token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_text() not in said.out + said.err
    assert path.read_text() not in shell("clients", "list", "--json").out


def test_a_revoked_client_is_cut_off_and_its_token_is_gone(shell: Shell) -> None:
    made = shell.done("clients", "add", "claude")
    token = token_of(made)
    shell.done("clients", "revoke", "claude")
    with pytest.raises(Refused, match=r"client\.revoked"):
        scopes_of(shell, "claude", token)
    assert list((shell.home / "clients").iterdir()) == []
    assert shell.done("clients", "list") == []
    (row,) = shell.done("clients", "list", "--all")
    assert row["revoked_at"] is not None


def test_a_client_is_made_anew_only_when_that_is_asked_for(shell: Shell) -> None:
    first = token_of(shell.done("clients", "add", "claude"))
    assert shell("clients", "add", "claude", "--json").problem["code"] == "client.exists"
    assert scopes_of(shell, "claude", first) == {"propose", "run"}
    second = token_of(shell.done("clients", "add", "claude", "--anew", "--scopes", "emit"))
    assert scopes_of(shell, "claude", second) == {"emit"}


def test_a_client_is_granted_more_as_its_agent_was_told(shell: Shell) -> None:
    token = token_of(shell.done("clients", "add", "claude", "--scopes", "run"))
    assert shell.done("clients", "grant", "claude", "emit", "call")["scopes"] == [
        "call",
        "emit",
        "run",
    ]
    assert scopes_of(shell, "claude", token) == {"run", "emit", "call"}
    assert shell("clients", "grant", "claude", "approve").code == 2
    assert shell("clients", "grant", "claude").code == 2


@pytest.mark.parametrize("verb", ["add", "revoke"])
@pytest.mark.parametrize("name", ["../x", "A", "anonymous", HOSTILE])
def test_a_name_that_is_none_is_refused(shell: Shell, verb: str, name: str) -> None:
    said = shell("clients", verb, name)
    assert said.code == 1
    assert "client.name" in said.err
    assert hidden_in(said.err) == set()


def test_a_folder_of_tokens_that_is_a_link_is_not_followed(shell: Shell) -> None:
    shell.done("clients", "add", "claude")
    (shell.home / "clients").rename(shell.home / "elsewhere")
    (shell.home / "clients").symlink_to(shell.home / "elsewhere")
    said = shell("clients", "add", "cursor", "--json")
    assert said.problem["code"] == "home.not_writable"
    assert [one.name for one in (shell.home / "elsewhere").iterdir()] == ["claude.token"]


def test_what_agents_lack_is_shown_with_nothing_hidden(shell: Shell) -> None:
    shell.done("clients", "add", "claude")
    tool = dict.fromkeys(("name", "description", "inputs", "outputs"), HOSTILE)
    report = GapReport.model_validate(
        {
            "missing_tools": [{**tool, "estimated_risk": "high"}],
            "existing_tools_checked": [HOSTILE],
            "proposed_mcp_server": HOSTILE,
        }
    )

    async def tell() -> None:
        async with Engine.open(Home(shell.home)) as engine:
            for _ in range(3):
                await engine.gaps.report("claude", report)

    asyncio.run(tell())
    said = shell("gaps")
    assert hidden_in(said.out) == set()
    assert "claude, 3 times" in said.out
    assert "looked at:" in said.out
    (gap,) = shell.done("gaps")
    assert (gap["count"], gap["report"]["missing_tools"][0]["name"]) == (3, HOSTILE)


def test_http_is_off_until_it_is_switched_on_and_keeps_its_port(shell: Shell) -> None:
    shell.done("clients", "add", "claude")
    assert not shell.done("clients", "http")["on"]
    on = shell.done("clients", "http", "on", "--port", "24871")
    assert (on["url"], on["listens"]) == ("http://127.0.0.1:24871/mcp", False)
    assert "once the service runs" in shell("clients", "http").out
    shell.done("clients", "http", "off")
    assert shell.done("clients", "http", "on")["url"] == on["url"]
    assert shell("clients", "http", "off", "--port", "24871").code == 2


def test_a_program_that_comes_by_http_is_told_where_and_with_which_token(shell: Shell) -> None:
    shell.done("clients", "http", "on")
    entry = shell.done("connect", "other", "--http", "--as", "web")["mcpServers"]["assent"]
    name, _, token = entry["headers"]["Authorization"].removeprefix("Bearer ").partition(".")
    assert scopes_of(shell, name, token) == {"propose", "run"}
    assert shell("connect", "other", "--http", "--write").code == 2
    assert shell("connect", "other", "cursor", "--http").code == 2
