"""The real service, reached through the real bridge as a client on the computer would."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from service.agent_door.stages import NEW, OLD, told
from service.process.served import ended, served, words
from service.shell import Shell, greeter

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.name != "posix", reason="processes are killed"),
]


def bridge(home: Path, *more: str) -> StdioServerParameters:
    """What a client on the computer starts, and talks to on its standard streams."""
    words = ["-m", "assent_service", "mcp", "--home", str(home), *more]
    return StdioServerParameters(command=sys.executable, args=words, env=dict(os.environ))


@pytest.fixture
def known(shell: Shell) -> Shell:
    """A home with a client that may propose."""
    shell.done("clients", "add", "claude", "--scopes", "propose")
    return shell


async def test_both_eras_go_on_through_their_bridges_when_the_service_is_killed(
    known: Shell,
) -> None:
    shell = known
    mine = bridge(shell.home, "--client", "claude")
    with served(shell.home) as first:
        words(first)
        async with Client(mine, mode=OLD) as old, Client(bridge(shell.home), mode=NEW) as new:
            for one, name in ((old, "claude"), (new, "anonymous")):
                assert told(await one.call_tool("status", {}))["you"] == name
            made = told(await old.call_tool("propose_policy", {"document": greeter()}))
            first.kill()
            first.wait()
            with served(shell.home) as second:
                words(second)
                seen = await asyncio.gather(
                    *(
                        one.call_tool("get_policy", {"policy": made["policy_id"]})
                        for one in (old, new)
                    )
                )
                assert [told(one)["hash"] for one in seen] == [made["hash"]] * 2
                assert told(await old.call_tool("status", {}))["you"] == "claude"
                assert ended(second) == 0


def test_a_service_that_no_agent_has_come_to_has_not_loaded_mcp() -> None:
    code = (
        "import sys, assent_service.process.running;"
        "print([one for one in ('mcp', 'mcp_types', 'anyio', 'httpx2') if one in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert said.stdout.strip() in ("[]", "['anyio']"), "starlette needs anyio, and nothing more"


def test_the_doctor_looks_at_the_door_and_at_the_tokens(shell: Shell) -> None:
    shell.done("clients", "add", "claude")
    looked = shell("doctor", "--only", "agents", "--json")
    assert looked.json["checks"][0]["verdict"] == "ok"
    (shell.home / "clients" / "claude.token").chmod(0o644)
    looked = shell("doctor", "--only", "agents", "--json")
    assert looked.code == 1
    assert "chmod 600" in looked.json["checks"][0]["remedy"]
