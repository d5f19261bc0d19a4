"""The whole surface of the agent door, from its real tables: what is there, and what is not."""

import ast
import json
import re
from collections.abc import AsyncIterator, Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from assent_schemas import exact_schema
from assent_service.agent_door import schemas
from assent_service.agent_door.table import TOOLS
from assent_service.agent_door.tools.guidance import TOPICS, page
from service.agent_door.stages import ERAS, Stage, stage

ROOT = Path(str(files("assent_service").joinpath("agent_door")))
DECIDING = re.compile(r"approv|reject|resolv|resume|redrive|enable|disable|roll|limit|secret|token")
FIXED = [
    "guide",
    "list_steps",
    "describe_step",
    "validate_policy",
    "simulate_policy",
    "explain_policy",
    "propose_policy",
    "withdraw_proposal",
    "list_policies",
    "get_policy",
    "diff_policy",
    "start_run",
    "get_run",
    "list_runs",
    "explain_run",
    "cancel_run",
    "forecast",
    "emit_event",
    "report_tool_gap",
    "status",
]
REACHED = {
    "clients.authenticated",
    "clients.used",
    "clock",
    "gaps.report",
    "policies.propose",
    "policies.waiting_of",
    "policies.withdraw",
    "runs.cancel",
    "runs.registry",
    "runs.start",
    "runs.starter",
    "runs.world",
    "runs.world.get.post",
    "schedule.emit",
    "store.commit",
    "store.enqueue",
}
"""All of the engine that an agent's call can come to; none of it decides or widens anything."""


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path / "home") as here:
        await here.made("claude")
        yield here


def test_the_tools_are_exactly_those_that_were_decided_on() -> None:
    assert [*TOOLS] == FIXED
    assert not any(DECIDING.search(name) for name in TOOLS)


@pytest.mark.parametrize("era", ERAS)
async def test_every_client_takes_every_tool(here: Stage, era: str) -> None:
    async with here.client(era, "claude") as client:
        listed = (await client.list_tools()).tools
    assert [one.name for one in listed][: len(TOOLS)] == [*TOOLS]
    for tool in listed:
        assert schemas.WIRE_NAME.fullmatch(tool.name)
        assert tool.description
        hints = tool.annotations
        assert hints is not None
        assert None not in (
            hints.read_only_hint,
            hints.destructive_hint,
            hints.idempotent_hint,
            hints.open_world_hint,
        )
        assert tool.output_schema is not None
        for schema in (tool.input_schema, tool.output_schema):
            assert list(schemas.complaints(schema)) == [], tool.name
            assert exact_schema.schema_problem(schema) is None or "pattern" in json.dumps(schema)


def test_what_changes_something_needs_a_scope_and_no_other_does() -> None:
    changing = {one.name for one in TOOLS.values() if one.changes}
    assert changing - {"report_tool_gap"} == {one.name for one in TOOLS.values() if one.scope}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "object", "anyOf": []}, "the root is no plain object"),
        ({"type": "array"}, "the root is no plain object"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}, "$ref"),
        ({"type": "object", "properties": {"a": True}}, "a bare True"),
        ({"type": "object", "properties": {"a b": {"type": "string"}}}, "the property 'a b'"),
        ({"type": "object", "properties": {"a": {"type": ["string", "null"]}}}, "several types"),
    ],
)
def test_the_lint_finds_what_some_client_refuses(schema: dict[str, object], said: str) -> None:
    assert any(said in one for one in schemas.complaints(schema))


def test_only_one_module_touches_the_engine_and_only_what_decides_nothing() -> None:
    """Beside the imports, which a contract forbids."""
    touching = {path.name for path, node in _attributes() if node.attr in ("engine", "behind")}
    assert touching == {"reach.py"}
    chains = {_chain(node) for path, node in _attributes() if path.name == "reach.py"}
    reached = {one.partition("engine.")[2] for one in chains if "engine." in one}
    longest = {one for one in reached if not any(more.startswith(f"{one}.") for more in reached)}
    assert longest | {"runs.world"} == REACHED


def _attributes() -> Iterator[tuple[Path, ast.Attribute]]:
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                yield path, node


def _chain(node: ast.expr) -> str:
    """The names of an attribute of an attribute, calls on the way left out."""
    match node:
        case ast.Attribute(value, name):
            return f"{_chain(value)}.{name}"
        case ast.Call(function):
            return _chain(function)
        case ast.Name(name):
            return name
    return "?"


@pytest.mark.parametrize("topic", TOPICS)
def test_every_page_of_the_guide_is_there(topic: str) -> None:
    assert page(topic).startswith("# ")
