"""A policy's life: proposed, decided once, in force, replaced, switched off, removed."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.policies import REQUEST_LIFETIME, Proposal
from assent_engine.policy_tests import Report, run_tests
from assent_engine.store.records import NewRun, Record
from assent_schemas.errors import PolicyInvalid, Refused
from assent_schemas.statuses import PolicyStatus, RunStatus, VersionStatus
from engine.durable.worlds import Bench, FakeClock, approved, during_the_first_step, policy, task

DOCUMENT = policy(task("number.add", 1))


async def code_of(work: Any) -> str:
    with pytest.raises(Refused) as told:
        await work
    return told.value.problem.code


async def approve(engine: Engine, one: Proposal) -> None:
    await engine.policies.approve(one.policy_id, one.version, one.hash, by="owner", how="test")


async def audited(engine: Engine) -> list[tuple[str, str]]:
    return [(one.who, one.action) for one in await engine.store.read.audit()]


async def test_a_draft_is_given_its_id_version_and_schema_version(bench: Bench) -> None:
    async with bench.open() as engine:
        proposal = await engine.policies.propose(DOCUMENT, "agent")
        row = await engine.store.read.version(proposal.policy_id, proposal.version)
    assert proposal.version == "1.0.0"
    assert row is not None
    assert b'"schema_version"' in row.document
    assert proposal.policy_id.encode() in row.document
    assert (row.hash, row.proposed_by) == (proposal.hash, "agent")
    assert "policy_id" not in DOCUMENT


def with_a_test(n: int) -> dict[str, Any]:
    steps = {"number.add": {"result": {"n": 1}}}
    expect = {"status": "COMPLETED", "output": {"n": n}}
    return {**DOCUMENT, "tests": [{"name": "Adds", "steps": steps, "expect": expect}]}


async def test_a_policy_whose_test_fails_is_not_offered_for_approval(bench: Bench) -> None:
    async with bench.open() as engine:
        with pytest.raises(PolicyInvalid) as refused:
            await engine.policies.propose(with_a_test(2), "agent")
        assert await engine.store.read.policies() == []
        assert (await engine.policies.propose(with_a_test(1), "agent")).version == "1.0.0"
    (problem,) = refused.value.problems
    assert (problem.code, problem.pointer) == ("test.failed", "/tests/0/expect/output/n")
    assert bench.outside.reads == []


async def test_the_tests_of_a_proposal_do_not_hold_up_the_event_loop(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def noting(*given: Any) -> Report:
        threads.append(threading.get_ident())
        return run_tests(*given)

    monkeypatch.setattr("assent_engine.policies.run_tests", noting)
    async with bench.open() as engine:
        await engine.policies.propose(DOCUMENT, "agent")
        assert threads == []
        await engine.policies.propose(with_a_test(1), "agent")
    assert len(threads) == 1
    assert threads != [threading.get_ident()]


async def test_the_next_draft_is_the_next_version(bench: Bench) -> None:
    async with bench.open() as engine:
        first = await engine.policies.propose(DOCUMENT, "agent")
        again = {**DOCUMENT, "policy_id": first.policy_id}
        versions = [(await engine.policies.propose(again, "agent")).version for _ in range(10)]
    assert versions[:2] == ["1.1.0", "1.2.0"]
    assert versions[-1] == "1.10.0"


async def test_a_version_that_stands_is_not_proposed_again(bench: Bench) -> None:
    async with bench.open() as engine:
        first = await engine.policies.propose({**DOCUMENT, "version": "2.0.0"}, "agent")
        again = {**DOCUMENT, "policy_id": first.policy_id, "version": "2.0.0"}
        assert await code_of(engine.policies.propose(again, "agent")) == "policy.version_exists"


async def test_proposals_made_at_once_get_different_versions(bench: Bench) -> None:
    async with bench.open() as engine:
        first = await engine.policies.propose(DOCUMENT, "agent")
        again = {**DOCUMENT, "policy_id": first.policy_id}
        made = await asyncio.gather(*(engine.policies.propose(again, "agent") for _ in range(8)))
    assert len({one.version for one in made}) == 8


async def test_a_bad_document_is_told_every_problem_and_leaves_nothing(bench: Bench) -> None:
    bad = {**policy(task("number.ad", 1)), "colour": "red"}
    async with bench.open() as engine:
        with pytest.raises(PolicyInvalid) as told:
            await engine.policies.propose(bad, "agent")
        assert await engine.store.read.policies() == []
    assert len(told.value.problems) == 2


async def test_a_document_that_could_not_be_read_back_is_refused_at_once(bench: Bench) -> None:
    bulk = {"texts": ["x" * 60_000] * 20}
    async with bench.open() as engine:
        with pytest.raises(PolicyInvalid) as told:
            await engine.policies.propose({**DOCUMENT, "context_defaults": bulk}, "agent")
        assert await engine.store.read.policies() == []
    assert told.value.problem.code == "json.too_large"


async def test_floats_of_a_python_caller_are_taken_by_their_repr(bench: Bench) -> None:
    numbers = {"small": 0.1, "large": 1e22, "whole": 5.0}
    async with bench.open() as engine:
        policy_id = await approved(engine, {**DOCUMENT, "context_defaults": numbers})
        report = await engine.runs.start(policy_id, {"given": 0.3})
        row = await engine.store.read.run(report.run_id)
    assert row is not None
    assert row.context["small"] == Decimal("0.1")
    assert row.context["given"] == Decimal("0.3")
    assert report.status is RunStatus.COMPLETED


async def test_nothing_runs_before_the_owner_has_decided(bench: Bench) -> None:
    async with bench.open() as engine:
        proposal = await engine.policies.propose(DOCUMENT, "agent")
        refusal = await code_of(engine.runs.start(proposal.policy_id))
        assert refusal == "policy.not_approved"
        assert await audited(engine) == [("agent", "propose"), ("engine", "refuse")]
        assert await engine.store.read.runs() == []
    assert bench.outside.reads == []


async def test_an_approval_is_for_the_document_that_was_shown(bench: Bench) -> None:
    async with bench.open() as engine:
        one = await engine.policies.propose(DOCUMENT, "agent")
        work = engine.policies.approve(one.policy_id, one.version, "0" * 64, by="o", how="t")
        assert await code_of(work) == "approval.other_document"
        assert await code_of(engine.runs.start(one.policy_id)) == "policy.not_approved"


async def test_a_decision_is_made_once_and_tells_who_made_it(bench: Bench) -> None:
    async with bench.open() as engine:
        one = await engine.policies.propose(DOCUMENT, "agent")
        await approve(engine, one)
        with pytest.raises(Refused, match="approved by owner") as told:
            await approve(engine, one)
        assert told.value.problem.code == "approval.decided"
        work = engine.policies.reject(one.policy_id, one.version, by="owner", how="test")
        assert await code_of(work) == "approval.decided"


async def test_of_decisions_made_at_once_one_counts_and_the_others_are_told(bench: Bench) -> None:
    async with bench.open() as engine:
        one = await engine.policies.propose(DOCUMENT, "agent")
        decisions = [approve(engine, one) for _ in range(5)]
        decisions += [
            engine.policies.reject(one.policy_id, one.version, by="owner", how="t")
            for _ in range(5)
        ]
        ends = await asyncio.gather(*decisions, return_exceptions=True)
        assert sum(end is None for end in ends) == 1
        losers = [end for end in ends if end is not None]
        assert all(isinstance(end, Refused) for end in losers)
        assert {str(end).partition(":")[0] for end in losers} == {"approval.decided"}
        row = await engine.store.read.version(one.policy_id, one.version)
        assert row is not None
        assert row.status is not VersionStatus.PROPOSED


async def test_a_rejected_version_never_runs(bench: Bench) -> None:
    async with bench.open() as engine:
        one = await engine.policies.propose(DOCUMENT, "agent")
        await engine.policies.reject(one.policy_id, one.version, by="owner", how="test")
        row = await engine.store.read.version(one.policy_id, one.version)
        assert row is not None
        assert row.status is VersionStatus.REJECTED
        assert await code_of(engine.runs.start(one.policy_id)) == "policy.not_approved"
        assert await code_of(approve(engine, one)) == "approval.decided"


async def test_a_request_that_has_expired_is_not_decided_any_more(bench: Bench) -> None:
    async with bench.open() as engine:
        one = await engine.policies.propose(DOCUMENT, "agent")
        await bench.clock.sleep_until(bench.clock.now() + REQUEST_LIFETIME)
        assert await code_of(approve(engine, one)) == "approval.expired"
        work = engine.policies.reject(one.policy_id, one.version, by="owner", how="test")
        assert await code_of(work) == "approval.expired"


async def test_a_request_counts_until_its_last_moment(bench: Bench) -> None:
    async with bench.open() as engine:
        one = await engine.policies.propose(DOCUMENT, "agent")
        almost = REQUEST_LIFETIME - timedelta(microseconds=1)
        await bench.clock.sleep_until(bench.clock.now() + almost)
        await approve(engine, one)


async def test_a_disabled_policy_starts_no_run_until_it_is_enabled(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, DOCUMENT)
        await engine.policies.disable(policy_id, by="owner")
        assert await code_of(engine.runs.start(policy_id)) == "policy.disabled"
        await engine.policies.enable(policy_id, by="owner")
        assert (await engine.runs.start(policy_id)).status is RunStatus.COMPLETED


@pytest.mark.parametrize("resource", ["number.add", "order.place"])
async def test_disabling_stops_a_run_before_its_next_step_and_enabling_lets_it_go_on(
    bench: Bench, resource: str
) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("number.add", 1), task(resource, 2)))
        during_the_first_step(bench, lambda: engine.policies.disable(policy_id, by="owner"))
        report = await engine.runs.start(policy_id)
        assert (report.status, report.error) == (RunStatus.PAUSED, "policy.disabled")
        assert (await engine.runs.resume(report.run_id)).status is RunStatus.PAUSED
        assert (bench.outside.reads, bench.outside.calls) == ([1], [])
        await engine.policies.enable(policy_id, by="owner")
        done = await engine.runs.resume(report.run_id)
    assert done.status is RunStatus.COMPLETED
    assert len(bench.outside.reads) + len(bench.outside.calls) == 2


async def test_disabling_between_admission_and_the_first_step_is_not_missed(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, DOCUMENT)
        commit = engine.store.commit

        async def overtaken(*records: Record) -> None:
            if any(isinstance(one, NewRun) for one in records):
                await engine.policies.disable(policy_id, by="owner")
            await commit(*records)

        engine.store.commit = overtaken  # type: ignore[method-assign]
        report = await engine.runs.start(policy_id)
    assert report.status is RunStatus.PAUSED
    assert bench.outside.reads == []


async def test_a_removed_policy_neither_runs_nor_comes_back(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, DOCUMENT)
        waiting = await engine.policies.propose({**DOCUMENT, "policy_id": policy_id}, "agent")
        await engine.policies.remove(policy_id, by="owner")
        again = {**DOCUMENT, "policy_id": policy_id}
        for work in (
            engine.runs.start(policy_id),
            engine.policies.enable(policy_id, by="owner"),
            engine.policies.disable(policy_id, by="owner"),
            engine.policies.propose(again, "agent"),
            approve(engine, waiting),
        ):
            assert await code_of(work) == "policy.removed"


async def test_a_run_under_way_when_its_policy_is_removed_is_for_the_owner(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, policy(task("number.add", 1), task("order.place", 2)))
        during_the_first_step(bench, lambda: engine.policies.remove(policy_id, by="owner"))
        report = await engine.runs.start(policy_id)
    assert (report.status, report.error) == (RunStatus.NEEDS_OWNER, "policy.removed")
    assert bench.outside.calls == []


async def test_a_newer_version_comes_into_force_when_it_is_approved(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, DOCUMENT)
        newer = {**policy(task("number.add", 41)), "policy_id": policy_id, "name": "Renamed"}
        proposal = await engine.policies.propose(newer, "agent")
        assert (await engine.runs.start(policy_id)).output == {"n": 2}
        await approve(engine, proposal)
        assert (await engine.runs.start(policy_id)).output == {"n": 42}
        row = await engine.store.read.policy(policy_id)
    assert row is not None
    assert (row.name, row.active_version) == ("Renamed", "1.1.0")


async def test_a_run_keeps_the_version_it_began_with(bench: Bench) -> None:
    bench.clock = FakeClock()
    waiting = policy({"type": "Wait", "seconds": 3600, "end": True}, task("number.add", 1))
    async with bench.open() as engine:
        policy_id = await approved(engine, waiting)
        parked = await engine.runs.start(policy_id)
        newer = {**policy(task("number.add", 41)), "policy_id": policy_id}
        await approved(engine, newer)
        bench.clock.advance(3600)
        done = await engine.runs.resume(parked.run_id)
        row = await engine.store.read.run(parked.run_id)
    assert done.output == {"n": 2}
    assert row is not None
    assert row.policy_version == "1.0.0"


async def test_rolling_back_brings_the_version_before_into_force(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, DOCUMENT)
        for number in (10, 20):
            newer = {**policy(task("number.add", number)), "policy_id": policy_id}
            await approved(engine, newer)
        assert await engine.policies.rollback(policy_id, by="owner") == "1.1.0"
        assert (await engine.runs.start(policy_id)).output == {"n": 11}
        assert await engine.policies.rollback(policy_id, "1.2.0", by="owner") == "1.2.0"
        assert (await engine.runs.start(policy_id)).output == {"n": 21}


@pytest.mark.parametrize("version", [None, "1.0.0", "1.1.0", "9.9.9"])
async def test_there_is_no_way_back_to_what_was_never_approved_or_is_in_force(
    bench: Bench, version: str | None
) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, DOCUMENT)
        await engine.policies.propose({**DOCUMENT, "policy_id": policy_id}, "agent")
        work = engine.policies.rollback(policy_id, version, by="owner")
        assert await code_of(work) == "policy.no_such_version"


async def test_an_approval_lapses_when_a_step_it_uses_becomes_another_one(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, DOCUMENT)
        changed_step(bench, "number.add")
        assert await code_of(engine.runs.start(policy_id)) == "approval.lapsed"
        assert (await audited(engine))[-1] == ("engine", "refuse")


async def test_an_approval_lapses_when_a_step_is_gone_or_its_reversal_changed(bench: Bench) -> None:
    async with bench.open() as engine:
        reader = await approved(engine, DOCUMENT)
        trader = await approved(engine, policy(task("order.place", 1)))
        changed_step(bench, "order.cancel")
        assert await code_of(engine.runs.start(trader)) == "approval.lapsed"
        del bench.registry._steps["number.add"]
        assert await code_of(engine.runs.start(reader)) == "approval.lapsed"


async def test_every_decision_is_audited_with_who_made_it(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, DOCUMENT)
        await approved(engine, {**DOCUMENT, "policy_id": policy_id})
        await engine.policies.rollback(policy_id, by="owner")
        await engine.policies.disable(policy_id, by="owner")
        await engine.policies.enable(policy_id, by="owner")
        await engine.policies.remove(policy_id, by="owner")
        actions = [action for _, action in await audited(engine)]
    assert actions == [
        "propose", "approve", "propose", "approve", "rollback", "disable", "enable", "remove",
    ]  # fmt: skip


async def test_a_policy_is_found_by_name_id_or_the_start_of_its_id(bench: Bench) -> None:
    async with bench.open() as engine:
        policy_id = await approved(engine, DOCUMENT)
        for reference in (policy_id, policy_id[:35], "A policy"):
            assert (await engine.policies.find(reference)).policy_id == policy_id
        assert (await engine.policies.find(policy_id)).status is PolicyStatus.ENABLED
        assert await code_of(engine.policies.find("A polic")) == "policy.unknown"
        await approved(engine, DOCUMENT)
        assert await code_of(engine.policies.find("A policy")) == "policy.ambiguous"


async def test_what_nobody_proposed_is_refused_by_name(bench: Bench) -> None:
    async with bench.open() as engine:
        assert await code_of(engine.runs.start("nothing")) == "policy.unknown"
        assert await code_of(engine.runs.resume("nothing")) == "run.unknown"
        assert await code_of(engine.policies.disable("nothing", by="o")) == "policy.unknown"
        one = await engine.policies.propose(DOCUMENT, "agent")
        work = engine.policies.approve(one.policy_id, "7.0.0", one.hash, by="o", how="t")
        assert await code_of(work) == "policy.no_such_version"


async def test_the_newest_proposal_is_the_one_that_waits(bench: Bench) -> None:
    async with bench.open() as engine:
        first = await engine.policies.propose(DOCUMENT, "agent")
        await engine.policies.propose({**DOCUMENT, "policy_id": first.policy_id}, "agent")
        row = await engine.policies.find(first.policy_id)
        assert (await engine.policies.pending(row)).version == "1.1.0"
        assert (await engine.policies.pending(row, "1.0.0")).version == "1.0.0"
        assert await code_of(engine.policies.pending(row, "9.0.0")) == "policy.no_such_version"


def changed_step(bench: Bench, name: str) -> None:
    """The same step in another version, as after an update of the program."""
    declared = bench.registry.step(name)
    assert declared is not None
    bench.registry._steps[name] = replace(declared, version="2")


async def test_rolling_back_follows_the_order_of_approval(bench: Bench) -> None:
    async with bench.open() as engine:
        policies = engine.policies
        first = await policies.propose(policy(task("number.add")), "agent")
        again = {"policy_id": first.policy_id}
        second = await policies.propose({**policy(task("number.add")), **again}, "agent")
        third = await policies.propose({**policy(task("number.add")), **again}, "agent")
        for one in (first, third, second):
            bench.clock.advance(1)
            await policies.approve(one.policy_id, one.version, one.hash, by="owner", how="test")
        assert await policies.rollback(first.policy_id, by="owner") == third.version


async def test_a_proposal_altered_before_the_decision_is_refused_on_record(bench: Bench) -> None:
    async with bench.open() as engine:
        made = await engine.policies.propose(policy(task("number.add")), "agent")
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as connection:
        connection.execute("UPDATE policy_versions SET document = X'7B7D'")
    async with bench.open() as engine:
        with pytest.raises(Refused) as told:
            await engine.policies.approve(
                made.policy_id, made.version, made.hash, by="owner", how="test"
            )
        records = await engine.store.read.audit()
    assert told.value.problem.code == "policy.tampered"
    assert [one.action for one in records] == ["propose", "refuse"]
