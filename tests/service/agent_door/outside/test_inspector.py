"""The Inspector, a client that others made: over the real bridge and over HTTP, in both eras."""

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence

import pytest

from service.agent_door.outside.judges import Verdict, judged
from service.process.served import ended, served, words
from service.shell import Shell

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.name != "posix", reason="the service is ended by a signal"),
]
INSPECTOR = "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
ERAS = ("legacy", "modern")
Way = list[str]


@pytest.fixture
def ways(shell: Shell) -> Iterator[dict[str, Way]]:
    """How the Inspector comes to a running service: by its bridge, and by HTTP."""
    shell.done("clients", "add", "inspector")
    shell.done("clients", "http", "on")
    entry = shell.done("connect", "other", "--http", "--as", "inspector")["mcpServers"]["assent"]
    bridge = [sys.executable, "-m", "assent_service", "mcp", "--client", "inspector"]
    shown = f"Authorization: {entry['headers']['Authorization']}"
    with served(shell.home) as process:
        words(process)
        yield {
            "bridge": [*bridge, "--home", str(shell.home)],
            "http": [entry["url"], "--transport", "http", "--header", shown],
        }
        assert ended(process) == 0


async def asked(way: Way, era: str, method: str, *more: str) -> Verdict:
    return await judged(INSPECTOR, "--cli", *way, "--protocol-era", era, "--method", method, *more)


@pytest.mark.parametrize("way", ["bridge", "http"])
async def test_the_inspector_lists_calls_and_reads_in_both_eras(
    ways: dict[str, Way], way: str
) -> None:
    questions: Sequence[tuple[str, ...]] = (
        ("tools/list", "--strict"),
        ("tools/call", "--tool-name", "status"),
        ("resources/read", "--uri", "assent://guide/start"),
        ("prompts/list",),
    )
    for era in ERAS:
        said = await asyncio.gather(*(asked(ways[way], era, *one) for one in questions))
        assert [one.code for one in said] == [0] * len(said), [one.said[-1500:] for one in said]
        assert "inspector" in said[1].said


@pytest.mark.parametrize("way", ["bridge", "http"])
async def test_what_is_refused_is_an_error_to_the_inspector_too(
    ways: dict[str, Way], way: str
) -> None:
    said = await asked(ways[way], "modern", "tools/call", "--tool-name", "get_policy")
    assert said.code == 5
    assert "call.missing_key" in said.said
