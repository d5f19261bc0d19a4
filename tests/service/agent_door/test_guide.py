"""The guide tells the truth: every document and state in it is valid here, and its tests pass."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assent_engine import library
from assent_engine.interpreter.intrinsics.functions import FUNCTIONS
from assent_engine.policy_tests import run_tests
from assent_engine.registry import StepRegistry
from assent_engine.validation import validate, warnings
from assent_schemas.errors import PolicyInvalid
from assent_schemas.policy import Policy
from assent_schemas.spelling import nearest
from assent_service.agent_door.table import TOOLS
from assent_service.agent_door.tools.guidance import TOPICS, page
from engine.durable.worlds import approved
from service.agent_door.stages import NEW, stage, told

Json = dict[str, Any]
BLOCK = re.compile(r"```json\n(.*?)```", re.DOTALL)
SHOWN = [
    pytest.param(block, id=f"{topic}-{number}")
    for topic in TOPICS
    for number, block in enumerate(BLOCK.findall(page(topic)))
]
REST = {"type": "Succeed"}


def whole(shown: Json) -> Json:
    """A policy of what is shown: a document, a state, or a part of a document."""
    if "type" in shown:
        named = re.findall(r'"(?:next|default)": "(\w+)"', json.dumps(shown, default=str))
        inner = json.dumps(shown.get("iterator", {}), default=str)
        others = {name: REST for name in named if f'"{name}"' not in inner}
        return {"name": "Shown", "start_at": "It", "states": {"It": shown, **others}}
    rest = {"name": "Shown", "start_at": "It", "states": {"It": REST}}
    return shown if "start_at" in shown else {**rest, **shown}


@pytest.mark.parametrize("block", SHOWN)
def test_what_the_guide_shows_is_valid_and_passes_its_tests(block: str) -> None:
    library.load()
    registry = StepRegistry.shared()
    document = whole(json.loads(block, parse_float=Decimal))
    policy = validate(document, registry)
    if "start_at" in json.loads(block):
        assert warnings(document, registry) == []
    if policy.tests:
        report = run_tests(document, registry)
        assert report.passed, report.problems
        assert report.coverage.never == ()


async def test_what_an_event_brings_is_where_the_guide_says_it_is(tmp_path: Path) -> None:
    shown = [json.loads(block) for block in BLOCK.findall(page("triggers"))]
    (document,) = (one for one in shown if "start_at" in one)
    (trigger,) = document["triggers"]
    async with stage(tmp_path / "home") as here:
        await here.made("claude")
        await approved(here.engine, document)
        async with here.client(NEW, "claude") as client:
            event = {"name": trigger["name"], "data": {"amount": 2500}}
            assert told(await client.call_tool("emit_event", event))["met"] == 1
        await here.engine.schedule.drained()
        (run,) = await here.engine.store.read.runs()
    assert run.output == {"arrived": 2500, "default": 0}
    assert "the deposit's own amount is `$.trigger.data.amount`" in page("triggers")


def test_a_macro_takes_no_retry_as_the_guide_says() -> None:
    library.load()
    (task,) = (json.loads(block) for block in BLOCK.findall(page("errors")))
    assert "a macro such as\n`portfolio.rebalance_saga` would run anew" in page("errors")
    again = {"type": "Task", "resource": "portfolio.rebalance_saga", "retry": task["retry"]}
    with pytest.raises(PolicyInvalid, match=r"retry\.repeats_side_effects"):
        validate(whole({**again, "end": True}), StepRegistry.shared())


def test_the_guide_names_keys_functions_and_tools_that_there_are() -> None:
    text = "\n".join(page(topic) for topic in TOPICS)
    functions = {one.rstrip(".") for one in re.findall(r"`(States\.[A-Z]\w+)`", page("data"))}
    assert functions == {*FUNCTIONS}
    keys = re.findall(r"^\| `(\w+)` \|", page("policy"), re.MULTILINE)
    assert {*keys} <= {*Policy.model_fields}
    tools = {
        one for one in re.findall(r"`([a-z]+_[a-z_]+)`", text) if nearest(one, [*TOOLS]) == one
    }
    assert {"validate_policy", "propose_policy", "explain_run"} <= tools
