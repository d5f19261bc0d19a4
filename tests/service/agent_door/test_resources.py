"""Resources, prompts and completion, read by the library's own client in both eras."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mcp import Client
from mcp_types import PromptReference, ResourceTemplateReference, TextResourceContents

from assent_schemas import exact_json, policy_schema
from assent_service.agent_door.prompts import PROMPTS
from assent_service.agent_door.resources import RESOURCES, TEMPLATES, examples
from assent_service.agent_door.tools.guidance import TOPICS
from engine.durable.worlds import approved, policy, task
from service.agent_door.stages import ERAS, NEW, Stage, stage
from service.shell import hidden_in


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path / "home") as here:
        yield here


async def text(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert str(content.uri) == uri
    return content.text


async def said(client: Client, name: str, **given: str) -> str:
    (message,) = (await client.get_prompt(name, given)).messages
    assert message.content.type == "text"
    return message.content.text


@pytest.mark.parametrize("era", ERAS)
async def test_every_resource_that_is_listed_can_be_read(here: Stage, era: str) -> None:
    async with here.client(era) as client:
        listed = (await client.list_resources()).resources
        assert [str(one.uri) for one in listed] == [one.uri for one in RESOURCES.values()]
        for one in listed:
            found = await text(client, str(one.uri))
            assert found
            if one.mime_type == "application/json":
                json.loads(found)
        templates = (await client.list_resource_templates()).resource_templates
        assert [one.uri_template for one in templates] == [one.uri for one in TEMPLATES]


async def test_the_schema_is_the_one_that_documents_are_checked_by(here: Stage) -> None:
    async with here.client(NEW) as client:
        found = exact_json.decode(await text(client, "assent://schema/policy"))
        assert found == exact_json.plain(policy_schema.load())


@pytest.mark.parametrize("era", ERAS)
async def test_a_runs_trace_is_read_by_its_id(here: Stage, era: str) -> None:
    policy_id = await approved(here.engine, policy(task("order.place", 1)))
    report = await here.engine.runs.start(policy_id)
    async with here.client(era) as client:
        trace = json.loads(await text(client, f"assent://runs/{report.run_id}/trace"))
        assert [one["kind"] for one in trace["items"]] == ["start", "intent", "step", "end"]
        told = await said(client, "why_did_run_fail", run=report.run_id)
        assert report.run_id in told
        assert "order.place" in told


@pytest.mark.parametrize(
    "uri",
    [
        "assent://nowhere",
        "assent://guide/nothing",
        "assent://examples/..%2F..%2Fpyproject",
        "assent://steps/no.step",
        "assent://errors/no.code",
        "assent://runs/none/trace",
        "file:///etc/passwd",
        "assent://" + "x" * 600,
    ],
)
async def test_what_is_not_there_is_refused_in_both_eras(here: Stage, uri: str) -> None:
    for era in ERAS:
        async with here.client(era) as client:
            with pytest.raises(Exception, match=r"no|one") as refused:
                await client.read_resource(uri)
            assert "Traceback" not in str(refused.value)


@pytest.mark.parametrize("era", ERAS)
async def test_prompts_bring_what_is_known(here: Stage, era: str) -> None:
    async with here.client(era) as client:
        listed = (await client.list_prompts()).prompts
        assert [one.name for one in listed] == [*PROMPTS]
        assert all(one.description for one in listed)
        wish = await said(client, "write_policy", goal='Sell "all"\u202e')
        assert '"Sell \\"all\\"\\u202e"' in wish
        assert "order.place" in wish
        draft = json.dumps(policy(task("order.plaec", 1)))
        repair = await said(client, "repair_policy", document=draft)
        assert "/states/A/resource" in repair
        assert "json.syntax" in await said(client, "repair_policy", document="{")
        for text in (wish, repair):
            assert hidden_in(text) == set()


@pytest.mark.parametrize("era", ERAS)
async def test_a_prompt_that_is_unknown_or_lacks_something_is_refused(
    here: Stage, era: str
) -> None:
    async with here.client(era) as client:
        with pytest.raises(Exception, match="no prompt"):
            await client.get_prompt("nothing", {})
        with pytest.raises(Exception, match="needs goal"):
            await client.get_prompt("write_policy", {})


@pytest.mark.parametrize("era", ERAS)
async def test_words_are_completed_from_what_there_is(here: Stage, era: str) -> None:
    policy_id = await approved(here.engine, policy(task("order.place", 1)))
    run = (await here.engine.runs.start(policy_id)).run_id
    templates = {one.folder: one for one in TEMPLATES}
    cases = [
        ("guide", "", [*TOPICS]),
        ("examples", "tax", [one for one in examples() if one.startswith("tax")]),
        ("steps", "order.pl", ["order.place"]),
        ("errors", "json.sy", ["json.syntax"]),
        ("runs", run[:4], [run]),
    ]
    async with here.client(era) as client:
        for folder, begun, expected in cases:
            form = templates[folder]
            ref = ResourceTemplateReference(uri=form.uri)
            found = await client.complete(ref, {"name": form.variable, "value": begun})
            assert found.completion.values == expected
        ask = PromptReference(name="why_did_run_fail")
        found = await client.complete(ask, {"name": "run", "value": ""})
        assert found.completion.values == [run]
        for name in ("nothing", "write_policy"):
            unknown = PromptReference(name=name)
            found = await client.complete(unknown, {"name": "goal", "value": "x"})
            assert found.completion.values == []
