"""The tools, called over the socket by the library's own client in both eras."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assent_schemas import exact_json
from assent_schemas.wire.operations import LIST_NOTICES
from assent_schemas.wire.service import NoticesAsked
from assent_service.agent_door.bounds import BOUNDS
from assent_service.agent_door.tools import authoring
from assent_service.desk.desk import Desk
from assent_service.desk.room import Caller
from engine.durable.worlds import approved, policy, task
from service.agent_door.stages import ERAS, NEW, OLD, Json, Stage, hold, problem, stage, told

WAIT = {"type": "Wait", "timestamp": "2099-01-01T00:00:00Z"}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path / "home") as here:
        await here.made("claude")
        await here.made("other")
        yield here


def place(**more: Any) -> Json:
    return policy(task("order.place", 1), **more)


@pytest.mark.parametrize("era", ERAS)
async def test_a_policy_goes_from_draft_to_a_run_of_what_the_owner_approved(
    here: Stage, era: str
) -> None:
    async with here.client(era, "claude") as client:
        assert told(await client.call_tool("validate_policy", {"document": place()}))["valid"]
        tried = told(await client.call_tool("simulate_policy", {"document": place()}))
        assert tried["status"] == "COMPLETED"
        made = told(await client.call_tool("propose_policy", {"document": place()}))
        assert made["state"] == "awaiting_approval"
        assert made["hash"] in made["owner_is_asked"][0]
        assert made["worst_case"]["effects"] == {"order.place": 1}
        assert (made["risk"], made["side_effects"][0]["undone_by"]) == ("low", "order.cancel")
        start = {"policy": made["policy_id"]}
        refused = problem(await client.call_tool("start_run", start))
        assert refused["code"] == "policy.not_approved"
        assert "Only the owner" in refused["remedy"]
        await here.engine.policies.approve(
            made["policy_id"], made["version"], made["hash"], by="owner", how="test"
        )
        run = told(await client.call_tool("start_run", start))
        await here.carried_out()
        seen = told(await client.call_tool("explain_run", {"run": run["run_id"]}))
        assert seen["status"] == "COMPLETED"
        assert "It did order.place: stands." in seen["summary"]
        assert [one["kind"] for one in seen["trace"]] == ["start", "intent", "step", "end"]


async def test_a_draft_is_answered_with_every_problem_and_its_fix(here: Stage) -> None:
    draft = policy(task("order.plaec", 1), start_at="B")
    async with here.client(NEW) as client:
        said = told(await client.call_tool("validate_policy", {"document": draft}))
        assert not said["valid"]
        by_code = {one["code"]: one for one in said["problems"]}
        assert by_code["resource.unknown"]["pointer"] == "/states/A/resource"
        assert by_code["resource.unknown"]["fix"] == [
            {"op": "replace", "path": "/states/A/resource", "value": "order.place"}
        ]
        assert len(by_code) > 1


async def test_propose_says_the_same_of_a_draft_as_validate(here: Stage) -> None:
    draft = policy(task("order.plaec", 1))
    async with here.client(NEW, "claude") as client:
        said = told(await client.call_tool("validate_policy", {"document": draft}))
        refused = problem(await client.call_tool("propose_policy", {"document": draft}))
        assert refused == said["problems"][0]


async def test_a_failing_test_of_a_policy_is_told_by_validate_and_propose(here: Stage) -> None:
    tests = [
        {"name": "one", "steps": {"order.place": {"result": {}}}, "expect": {"status": "FAILED"}}
    ]
    draft = place(tests=tests)
    async with here.client(NEW, "claude") as client:
        said = told(await client.call_tool("validate_policy", {"document": draft}))
        assert not said["valid"], said
        assert problem(await client.call_tool("propose_policy", {"document": draft}))["pointer"]


@pytest.mark.parametrize("as_text", [False, True])
async def test_numbers_keep_their_digits_from_the_line_to_the_hash(
    here: Stage, *, as_text: bool
) -> None:
    draft = (
        '{"name":"Exact","context_defaults":{"a":0.10,"b":1.0,"c":12345678901234567890.123456789,'
        '"d":1e3},"start_at":"A","states":{"A":{"type":"Pass","end":true}},'
        '"policy_id":"00000000-0000-4000-8000-00000000abcd","version":"1.0.0",'
        '"schema_version":"urn:assent:policy:1"}'
    )
    document: Any = exact_json.parse(draft)
    digest = exact_json.digest(document)
    async with here.line("claude") as line:
        await line.initialized()
        made = await line.call("propose_policy", document=draft if as_text else document)
        assert not made.get("isError"), made
        assert made["structuredContent"]["hash"] == digest
        seen = await line.call("get_policy", policy="Exact")
        shown = seen["structuredContent"]["document"]
        assert exact_json.encode(shown) == exact_json.encode(document)
        assert exact_json.decode(seen["content"][0]["text"]) == seen["structuredContent"]


async def test_arguments_are_checked_with_place_and_nearest_name(here: Stage) -> None:
    async with here.client(NEW) as client:
        cases: list[tuple[Json, str, str]] = [
            ({"policy": "x", "versoin": "1"}, "call.unknown_key", "/versoin"),
            ({}, "call.missing_key", ""),
            ({"policy": 1}, "call.wrong_type", "/policy"),
            ({"policy": "x" * 600}, "call.out_of_bounds", "/policy"),
        ]
        for given, code, where in cases:
            found = problem(await client.call_tool("get_policy", given))
            assert (found["code"], found["pointer"]) == (code, where)
        wrong = await client.call_tool("validate_policy", {"document": "{not json"})
        assert problem(wrong)["code"] == "json.syntax"
        assert problem(wrong)["pointer"] == "/document"


async def test_an_argument_that_is_null_counts_as_left_out(here: Stage) -> None:
    async with here.client(NEW) as client:
        assert told(await client.call_tool("list_policies", {"after": None}))["items"] == []


async def test_an_unknown_tool_is_an_error_that_names_the_nearest(here: Stage) -> None:
    for era in ERAS:
        async with here.client(era) as client:
            with pytest.raises(Exception, match='Did you mean "list_steps"'):
                await client.call_tool("list_step", {})


async def test_each_scope_is_needed_for_what_it_names(here: Stage) -> None:
    await here.made("proposer", "propose")
    async with here.client(NEW, "proposer") as client:
        told(await client.call_tool("propose_policy", {"document": place()}))
        for tool, given in [
            ("start_run", {"policy": "A policy"}),
            ("cancel_run", {"run": "x"}),
            ("emit_event", {"name": "x"}),
        ]:
            assert problem(await client.call_tool(tool, given))["code"] == "call.scope"


async def test_what_waits_already_is_answered_and_not_asked_twice(here: Stage) -> None:
    async with here.client(NEW, "claude") as client, here.client(NEW, "other") as other:
        made = told(await client.call_tool("propose_policy", {"document": place()}))
        mine = place(policy_id=made["policy_id"])
        whole = told(await client.call_tool("get_policy", {"policy": made["policy_id"]}))
        for document in (mine, whole["document"]):
            again = told(await client.call_tool("propose_policy", {"document": document}))
            assert (again["version"], again["hash"]) == (made["version"], made["hash"])
        changed = {"document": {**mine, "description": "Another one."}}
        assert told(await client.call_tool("propose_policy", changed))["version"] == "1.1.0"
        theirs = told(await other.call_tool("propose_policy", {"document": mine}))
        assert theirs["version"] == "1.2.0"
    assert len(await here.engine.store.read.versions(made["policy_id"])) == 3


async def test_who_lacks_a_scope_is_told_the_command_that_grants_it(here: Stage) -> None:
    await here.made("runner", "run")
    async with here.client(NEW, "runner") as client:
        refused = problem(await client.call_tool("emit_event", {"name": "x"}))
        assert refused["remedy"].endswith(": assent clients grant runner emit")
        await here.engine.clients.grant("runner", ["emit"], "owner")
        told(await client.call_tool("emit_event", {"name": "x"}))
        assert told(await client.call_tool("status", {}))["your_scopes"] == ["emit", "run"]


async def test_a_proposal_is_taken_back_by_its_author_alone(here: Stage) -> None:
    async with here.client(NEW, "claude") as claude, here.client(NEW, "other") as other:
        made = told(await claude.call_tool("propose_policy", {"document": place()}))
        mine = {"policy": made["policy_id"]}
        refused = problem(await other.call_tool("withdraw_proposal", mine))
        assert refused["code"] == "proposal.not_yours"
        assert told(await claude.call_tool("withdraw_proposal", mine))["state"] == "withdrawn"
        seen = told(await claude.call_tool("get_policy", mine))
        assert (seen["version_status"], seen["decided_by"]) == ("rejected", "agent:claude")
        again = problem(await claude.call_tool("withdraw_proposal", mine))
        assert again["code"] == "approval.decided"


async def test_only_so_many_proposals_of_a_client_wait_at_once(here: Stage) -> None:
    async with here.client(NEW, "claude") as claude, here.client(NEW, "other") as other:
        for _ in range(BOUNDS.open_proposals):
            told(await claude.call_tool("propose_policy", {"document": place()}))
        refused = problem(await claude.call_tool("propose_policy", {"document": place()}))
        assert refused["code"] == "proposal.too_many"
        told(await other.call_tool("propose_policy", {"document": place()}))


async def test_an_agent_gives_a_run_no_input(here: Stage) -> None:
    policy_id = await approved(here.engine, place())
    async with here.client(NEW, "claude") as client:
        given = {"policy": policy_id, "input": {"n": 100}}
        assert problem(await client.call_tool("start_run", given))["code"] == "run.no_agent_input"
        assert told(await client.call_tool("list_runs", {}))["items"] == []


async def test_a_client_ends_its_own_run_that_has_done_nothing(here: Stage) -> None:
    policy_id = await approved(here.engine, policy({**WAIT, "end": True}))
    async with here.client(NEW, "claude") as client:
        run = told(await client.call_tool("start_run", {"policy": policy_id}))["run_id"]
        assert await here.engine.runs.starter(run) == "agent:claude"
        done = told(await client.call_tool("cancel_run", {"run": run}))
        assert done["state"] == "cancelling"
        await here.carried_out()
    row = await here.engine.store.read.run(run)
    assert row is not None
    assert row.status == "CANCELLED"


@pytest.mark.parametrize("by", ["owner", "other", "claude"])
async def test_to_end_any_other_run_the_owner_is_asked_once(here: Stage, by: str) -> None:
    acting = policy(task("order.place", 1), {**WAIT, "end": True})
    policy_id = await approved(here.engine, acting)
    starter = None if by == "owner" else f"agent:{by}"
    run = await here.room.carriers.begin(here.engine.runs.start(policy_id, by=starter))
    assert run is not None
    await here.carried_out()
    async with here.client(NEW, "claude") as client:
        given = {"run": run, "reason": "no\u202emore"}
        assert told(await client.call_tool("cancel_run", given))["state"] == "asked_owner"
        assert "before" in told(await client.call_tool("cancel_run", given))["said"]
    (notice,) = [
        one for one in await here.engine.store.read.notices(run) if "asks to cancel" in one.text
    ]
    assert "claude" in notice.text
    assert r"no\u202emore" in notice.text
    assert "\u202e" not in notice.text
    asked = NoticesAsked(policy=policy_id, limit=1, newest=True)
    (seen,) = (await Desk(here.room).call(LIST_NOTICES, asked, Caller("owner", "test"))).items
    assert (seen.text, seen.run_id, seen.policy) == (notice.text, run, "A policy")


async def test_every_change_is_audited_with_its_refusal_and_looks_are_counted(
    here: Stage,
) -> None:
    async with here.client(NEW, "claude") as client:
        await client.call_tool("emit_event", {"name": "x"})
        await client.call_tool("start_run", {"policy": "nobody"})
        for _ in range(3):
            await client.call_tool("status", {})
    lines = [
        (one.who, one.action, one.subject, one.detail)
        for one in await here.engine.store.read.audit()
    ]
    assert ("agent:claude", "agent.emit_event", "x", "") in lines
    assert ("agent:claude", "agent.start_run", "nobody", "refused, policy.unknown") in lines


async def test_a_client_that_calls_too_often_is_slowed_and_no_other(tmp_path: Path) -> None:
    few = replace(BOUNDS, burst=5, changes=2)
    async with stage(tmp_path / "home", few) as here:
        await here.made("claude")
        async with here.client(NEW, "claude") as client, here.client(NEW) as other:
            for _ in range(2):
                told(await client.call_tool("emit_event", {"name": "x"}))
            refused = problem(await client.call_tool("emit_event", {"name": "x"}))
            assert refused["code"] == "call.too_many"
            for _ in range(2):
                told(await client.call_tool("status", {}))
            assert problem(await client.call_tool("status", {}))["code"] == "call.too_many"
            told(await other.call_tool("status", {}))


async def test_long_work_becomes_a_job_that_only_its_client_can_ask_for(tmp_path: Path) -> None:
    at_once = replace(BOUNDS, patience=0)
    async with stage(tmp_path / "home", at_once) as here:
        await here.made("claude")
        async with here.client(NEW, "claude") as client, here.client(NEW) as other:
            job = told(await client.call_tool("validate_policy", {"document": place()}))["job"]
            stranger = problem(await other.call_tool("status", {"job": job}))
            assert stranger["code"] == "job.unknown"
            seen = told(await client.call_tool("status", {"job": job}))["job"]
            while seen["state"] == "working":
                seen = told(await client.call_tool("status", {"job": job}))["job"]
            assert seen["result"]["valid"]
            bad = {"document": place(), "decisions": {"Nowhere": "approve"}}
            job = told(await client.call_tool("simulate_policy", bad))["job"]
            said = await client.call_tool("status", {"job": job})
            while not said.is_error:
                said = await client.call_tool("status", {"job": job})
            assert problem(said)["pointer"] == "/Nowhere"


async def test_what_nobody_foresaw_is_told_without_a_word_of_it(
    here: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("assent_service.desk.policy_reading.list_policies", broken)
    for era in ERAS:
        async with here.client(era) as client:
            said = await client.call_tool("list_policies", {})
            assert problem(said)["code"] == "internal"
            assert "secret" not in json.dumps(said.model_dump(mode="json"))


async def test_hidden_characters_are_told_as_their_escapes(here: Stage) -> None:
    async with here.line("claude") as line:
        await line.initialized()
        await line.call("propose_policy", document=place(name="Evil\u202e\u200b\U000e0041name"))
        await line.say(
            {
                "jsonrpc": "2.0",
                "id": 99,
                "method": "tools/call",
                "params": {"name": "list_policies"},
            }
        )
        raw = await line.reader.readline()
        assert b"\xe2\x80\xae" not in raw
        (item,) = exact_json.decode(raw)["result"]["structuredContent"]["items"]
        assert item["name"] == "Evil\u202e\u200b\U000e0041name"


async def test_versions_and_drafts_are_compared_risk_first(here: Stage) -> None:
    policy_id = await approved(here.engine, place())
    more = policy(task("order.place", 1), task("order.place", 2))
    async with here.client(NEW) as client:
        asked = {"policy": policy_id, "document": more}
        found = told(await client.call_tool("diff_policy", asked))
        assert found["verdict"] == "riskier"
        same = told(await client.call_tool("diff_policy", {"policy": policy_id}))
        assert same["changes"] == []


async def test_while_the_engine_is_held_a_draft_can_still_be_checked(here: Stage) -> None:
    hold(here)
    draft = policy({"type": "Pass", "end": True})
    async with here.client(NEW, "claude") as client:
        assert told(await client.call_tool("validate_policy", {"document": draft}))["valid"]


async def test_dots_in_a_name_are_taken(here: Stage) -> None:
    async with here.client(NEW) as client:
        told(await client.call_tool("list.steps", {"starts_with": "order."}))
        seen = told(await client.call_tool("describe_step", {"step": "order_place"}))
        assert seen["name"] == "order.place"


async def test_a_gap_is_noted_once_however_often_it_is_reported(here: Stage) -> None:
    missing = {
        "name": "crypto.get_quote",
        "description": "The price of a coin",
        "inputs": "a symbol",
        "outputs": "a price",
        "estimated_risk": "low",
    }
    report = {"missing_tools": [missing], "existing_tools_checked": ["market.get_quote"]}
    async with here.client(NEW, "claude") as client, here.client(OLD, "other") as other:
        first = told(await client.call_tool("report_tool_gap", report))
        again = told(await other.call_tool("report_tool_gap", report))
        assert (again["gap"], again["reported"]) == (first["gap"], first["reported"] + 1)
        worse = {**report, "missing_tools": [{**missing, "estimated_risk": "none"}]}
        refused = problem(await client.call_tool("report_tool_gap", worse))
        assert refused["pointer"] == "/missing_tools/0/estimated_risk"
    async with here.client(NEW) as stranger:
        assert problem(await stranger.call_tool("report_tool_gap", report))["code"] == "call.scope"
    assert len(await here.engine.gaps.listed()) == 1


async def test_a_simulation_that_takes_too_long_is_given_up(
    here: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authoring, "LONGEST_SIMULATION", -1)
    async with here.client(NEW) as client:
        refused = problem(await client.call_tool("simulate_policy", {"document": place()}))
        assert refused["code"] == "simulate.too_slow"
