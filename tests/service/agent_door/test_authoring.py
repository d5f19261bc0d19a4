"""From a wish to an approved weekly rebalance, by a script that knows only what the door tells it.

`python -m service.agent_door.test_authoring` in the folder of tests writes docs/authoring.md anew.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp import Client
from mcp_types import TextResourceContents

from assent_engine import library
from assent_engine.engine import Engine
from assent_engine.home import Home
from engine.durable.worlds import Bench, FakeClock, Ticking
from service.agent_door.stages import NEW, Json, Stage, stage, told
from service.shell import SAMPLE

PAGE = Path(__file__).parents[3] / "docs" / "authoring.md"
OPENING = """\
# From a wish to an approved policy

The owner wishes: *every Monday, bring my portfolio back to its targets, and tell me.* What follows
went over the agent door: a script that takes every name from an answer before it writes it. The
page is written by the test that plays it (`tests/service/agent_door/test_authoring.py`), so it is
what happens today. Of each answer the fields that matter are shown.
"""


class Furnished(Bench):
    """A home with the sample portfolio and the installed steps."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Engine]:
        home = Home(self.path)
        home.prepare()
        holdings, prices = SAMPLE / "holdings.csv", SAMPLE / "prices.csv"
        adopt = library.load().adopt
        await asyncio.to_thread(adopt, self.path, holdings=holdings, prices=prices)
        opening = Engine.open(home, clock=self.clock, randomness=Ticking(), tell=self.tell)
        async with opening as engine:
            yield engine


@dataclass
class Script:
    """The agent: calls tools, and writes down what it said and heard."""

    here: Stage
    client: Client
    page: list[str] = field(default_factory=lambda: [OPENING])
    _draft: Json = field(default_factory=dict)

    def says(self, words: str) -> None:
        self.page.append(f"{words}\n")

    async def call(self, tool: str, *shown: str, **given: Any) -> Json:
        """Call a tool; `shown` are the fields of its answer that stand in the transcript."""
        answer = told(await self.client.call_tool(tool, given))
        told_of = {name: answer[name] for name in shown if name in answer}
        self.page.append(f"**`{tool}`**{self._given(given)}\n")
        self.page.append(_shown(told_of))
        return answer

    def _given(self, given: Json) -> str:
        """Arguments in one line; a document in full where it is another one than before."""
        document = given.pop("document", None)
        words = f" `{json.dumps(given)}`" if given else ""
        if document is None:
            return words
        if document == self._draft:
            return f"{words} with the draft as it stands"
        self._draft = document
        return f"{words} with this draft\n\n{_block(document)}"

    async def play(self) -> None:
        """The whole way."""
        draft = await self.write()
        draft = await self.correct(draft)
        self.says("## Try\n\nOn a copy of the owner's portfolio, in virtual time.")
        tried = await self.call("simulate_policy", "status", "trace_left_out", document=draft)
        assert tried["status"] == "COMPLETED"
        await self.propose(draft)

    async def write(self) -> Json:
        self.says("## Look around")
        guide = await self.call("guide", "topic", "topics")
        assert "validate_policy" in guide["text"]
        found = await self.call("list_steps", "steps", kind="macro")
        macro = next(one["name"] for one in found["steps"] if "rebalance" in one["name"])
        about = await self.call("describe_step", "description", "calls", "example", step=macro)
        steps = {one["name"] for one in (await self.call("list_steps"))["steps"]}
        drift = next(one for one in steps if "drift" in one)
        tell = next(one for one in steps if one.startswith("notify"))
        await self.call("describe_step", "description", "example", step=drift)
        self.says(
            "A worked example shows how the two go together: the resource "
            "`assent://examples/volatility-aware-rebalance`."
        )
        uri = "assent://examples/volatility-aware-rebalance"
        (content,) = (await self.client.read_resource(uri)).contents
        assert isinstance(content, TextResourceContents)
        states = json.loads(content.text)["states"]
        measure = next(one for one in states.values() if one.get("resource") == drift)
        assert about["example"]["resource"] == macro
        self.says("## Write\n\nThe first draft has two slips.")
        return {
            "name": "Weekly rebalance",
            "description": "Every Monday: back to the targets, and say so.",
            "triggers": [{"type": "cron", "expression": "0 10 * * 1", "timezone": "UTC"}],
            "start_at": "Measure",
            "states": {
                "Measure": {**measure, "next": "Trade"},
                "Trade": {
                    "type": "Task",
                    "resource": f"{macro}s",
                    "result_path": "$.done",
                    "next": "Tell",
                },
                "Tell": {
                    "type": "Task",
                    "resource": tell,
                    "parameters": {"msg": "Rebalanced."},
                    "result_paht": None,
                    "end": True,
                },
            },
        }

    async def correct(self, draft: Json) -> Json:
        found = await self.call("validate_policy", "valid", "problems", document=draft)
        assert not found["valid"]
        self.says("Each problem brings its fix, a JSON Patch; both are applied as they are.")
        for problem in found["problems"]:
            draft = patched(draft, problem["fix"])
        found = await self.call("validate_policy", "valid", "warnings", "next", document=draft)
        assert found["valid"], found
        return draft

    async def propose(self, draft: Json) -> None:
        self.says("## Propose")
        shown = ("state", "owner_is_asked", "risk", "side_effects", "reading", "next")
        made = await self.call("propose_policy", *shown, document=draft)
        named = {"policy": made["policy_id"]}
        self.says("The owner reads the same, and decides, in another place than this one.")
        await self.here.engine.policies.approve(
            made["policy_id"], made["version"], made["hash"], by="owner", how="test"
        )
        await self.call("get_policy", "version_status", "decided_by", "hash", **named)
        await self.call("forecast", "due", days=14)
        self.says("## Run")
        run = await self.call("start_run", "policy", "version", **named)
        await self.here.carried_out()
        done = await self.call("explain_run", "status", "summary", run=run["run_id"])
        assert done["status"] == "COMPLETED", done


def patched(document: Json, fix: list[Json]) -> Json:
    """The document after a JSON Patch, as far as fixes use it."""
    changed = deepcopy(document)
    for one in fix:
        value = one.get("value")
        if one["op"] == "move":
            value = _holder(changed, one["from"]).pop(one["from"].rpartition("/")[2])
        _holder(changed, one["path"])[one["path"].rpartition("/")[2]] = value
    return changed


def _holder(document: Json, pointer: str) -> Any:
    node: Any = document
    for token in pointer.split("/")[1:-1]:
        node = node[int(token)] if isinstance(node, list) else node[token]
    return node


def _shown(answer: Json) -> str:
    """An answer as it stands on the page, its plain reading as text."""
    text = answer.pop("reading", None)
    return _block(answer) if text is None else f"{_block(answer)}\n```text\n{text}```\n"


def _block(value: Json) -> str:
    return f"```json\n{json.dumps(value, indent=1, ensure_ascii=False)}\n```\n"


async def transcript(home: Path) -> str:
    bench = Furnished(home, FakeClock())
    async with stage(home, bench=bench) as here:
        await here.made("claude")
        async with here.client(NEW, "claude") as client:
            script = Script(here, client)
            await script.play()
            return "\n".join(script.page)


async def test_a_script_that_knows_only_what_the_door_tells_gets_a_rebalance_approved(
    tmp_path: Path,
) -> None:
    assert await transcript(tmp_path / "home") == PAGE.read_text(encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(asyncio.run(transcript(Path(folder) / "home")), encoding="utf-8")
