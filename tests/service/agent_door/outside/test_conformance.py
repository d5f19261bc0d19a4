"""The official conformance suite at the real port, with what it wants to meet there added."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from assent_service.agent_door.bounds import BOUNDS
from assent_service.agent_door.entrance import Entrance
from assent_service.agent_door.http.bounds import HttpBounds
from assent_service.agent_door.http.gate import Gate
from assent_service.agent_door.http.listening import bound_to
from assent_service.agent_door.reach import Reach
from assent_service.web.serving import serving
from service.agent_door.http.stages import free_port, shown
from service.agent_door.outside import pack
from service.agent_door.outside.judges import Shown, judged
from service.agent_door.stages import stage

pytestmark = pytest.mark.filterwarnings(
    "ignore::mcp.shared.exceptions.MCPDeprecationWarning"  # what the suite asks for, too
)
EXPECTED = Path(__file__).parents[1] / "conformance.yml"
FIRST, NEXT = "conformance/dist/index.js", "conformance-next/dist/index.js"


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """The real gate, hall and dispatcher of a home at a port, the pack added."""
    async with stage(tmp_path / "home") as here:
        await here.made("suite")
        bounds, port = HttpBounds(requests=100_000), free_port()
        entrance = Entrance(here.room, replace(BOUNDS, burst=100_000), pack.load)
        gate = Gate(port, entrance, Reach(here.room), bounds)
        app = Shown(gate, shown(here, "suite")["authorization"])
        with bound_to(port) as listening:
            async with serving(app, listening, bounds):
                try:
                    yield f"http://localhost:{port}/mcp"
                finally:
                    await gate.close()
                    await entrance.close()


async def test_every_scenario_of_the_suite_passes_but_those_that_are_listed(url: str) -> None:
    verdict = await judged(
        FIRST, "server", "--url", url, "--suite", "all", "--expected-failures", str(EXPECTED)
    )
    assert verdict.code == 0, verdict.said[-4000:]


@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
async def test_what_a_revision_requires_is_met_but_for_what_is_listed(
    url: str, revision: str
) -> None:
    expected = EXPECTED.with_name(f"conformance-{revision}.yml")
    verdict = await judged(
        NEXT,
        *("server", "--url", url, "--requirements", revision),
        *("--expected-failures", str(expected)),
    )
    assert verdict.code == 0, verdict.said[-4000:]
