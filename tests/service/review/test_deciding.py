"""A review in a browser: what it shows, and that each decision is made once, by the same way."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from assent_engine.validation import validate
from assent_schemas.errors import PolicyInvalid, Problem
from assent_schemas.wire import operations as ops
from assent_schemas.wire.approvals import ApprovalAsked, Rejecting
from assent_schemas.wire.policies import PolicyNamed
from service.review.stages import OWNER, Stage, asks, stage
from service.shell import greeter


async def decision(here: Stage, policy_id: str, version: str = "1.0.0") -> tuple[str, str, str]:
    found = await here.engine.store.read.approval(policy_id, version)
    assert found is not None
    return found.decision, found.decided_by, found.decided_how


async def test_a_proposal_is_shown_whole_and_approved_in_the_store(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter(description="Says hello."), by="my-agent")
        browser, page = await here.reviewing(policy_id)
        for words in (
            "Greeter", "Says hello.", "my-agent", "Low risk", "At worst, in one run",
            "notify.user: at most once.", "The exact document", "1.0.0", "7 days left",
        ):  # fmt: skip
            assert words in page.text
        (waiting,) = await here.waiting()
        assert page.hidden("hash") == waiting.hash
        done = await browser.decide(page, "approve")
        assert re.search(r"Approved from the review page at \d\d:\d\d by ann", done.text)
        assert f"Start it: assent run start {policy_id}" in done.text
        assert "<form" not in done.text
        assert await decision(here, policy_id) == ("approved", "ann", "review page")


async def test_a_proposal_is_rejected(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        browser, page = await here.reviewing(policy_id)
        done = await browser.decide(page, "reject")
        assert "Rejected from the review page" in done.text
        assert "Nothing of it will run." in done.text
        assert await decision(here, policy_id) == ("rejected", "ann", "review page")


async def test_a_new_version_is_shown_against_the_one_in_force(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        await here.approve(policy_id)
        cron = [{"type": "cron", "expression": "0 9 * * 1-5"}]
        await here.propose(greeter(policy_id=policy_id, triggers=cron))
        _, page = await here.reviewing(policy_id)
        assert "What it changes against version 1.0.0" in page.text
        assert "Riskier: it may do more than before" in page.text
        assert page.text.index("new trigger: ") < page.text.index("At worst, in one run")
        assert "Tue 2026-03-03 0" in page.text


async def test_a_question_is_answered_with_a_note_and_the_run_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        request = await here.asking(asks("Shall I?", "really"))
        browser, page = await here.reviewing(request)
        assert "A yes covers exactly 1 call, low risk" in page.text
        assert "really" in page.text
        done = await browser.decide(page, "approve", note="fine\r\nby me")
        assert "Approved from the review page" in done.text
        row = await here.engine.store.read.request(request)
        assert row is not None
        assert (row.status, row.decided_how, row.note) == ("approved", "review page", "fine\nby me")
        await asyncio.gather(*here.desk.room.carriers._tasks)
        again = await browser.look()
        assert "The run has ended well." in again.text


async def test_who_loses_the_race_is_told_who_won_it_and_nothing_changes(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        browser, page = await here.reviewing(policy_id)
        asked = Rejecting(approval=policy_id)
        await here.desk.call(ops.REJECT, asked, OWNER)
        done = await browser.decide(page, "approve")
        assert "It was decided before you did" in done.text
        assert re.search(r"Rejected from the CLI at \d\d:\d\d by ann", done.text)
        assert (await decision(here, policy_id))[0] == "rejected"
        audit = [(one.action, one.detail) for one in await here.engine.store.read.audit()]
        assert ("door.approve_policy", "review page") in audit
        assert ("door.approve_policy", "review page: refused, approval.decided") in audit


async def test_a_race_with_the_command_line_decides_once_and_both_hear_the_same(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path / "home") as here:
        won = []
        for number in range(8):
            policy_id = await here.propose(greeter(f"Greeter {number}"))
            browser, page = await here.reviewing(policy_id)
            reject = here.desk.call(ops.REJECT, Rejecting(approval=policy_id), OWNER)
            both = (browser.send(page, "approve"), reject)
            order = both if number % 2 else both[::-1]
            await asyncio.gather(*order, return_exceptions=True)
            said, _, how = await decision(here, policy_id)
            text = (await browser.look()).text
            assert f"{said.capitalize()} from the {'CLI' if how == 'cli' else how}" in text
            assert ("It was decided before you did" in text) == (how == "cli")
            won.append(how)
        assert set(won) <= {"cli", "review page"}


async def test_a_form_counts_once_however_often_it_is_sent(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        request = await here.asking(asks())
        browser, page = await here.reviewing(request)
        await browser.decide(page, "reject")
        again = await browser.decide(page, "approve")
        assert "This form was sent before" in again.text
        assert "Rejected from the review page" in again.text
        assert "This form was sent before" not in (await browser.look()).text


async def test_what_was_decided_on_another_document_is_not_taken(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        browser, page = await here.reviewing(policy_id)
        ticket = page.hidden("ticket")
        answer = {"ticket": ticket, "hash": "0" * 64, "decision": "approve"}
        assert (await browser.post(answer)).status == 303
        page = await browser.look()
        assert "It has changed since you looked" in page.text
        assert "Approved from the review page" in (await browser.decide(page, "approve")).text


async def test_a_change_of_what_is_in_force_asks_for_another_look(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        await here.propose(greeter(policy_id=policy_id))
        browser, page = await here.reviewing(policy_id)
        one = await here.desk.call(
            ops.SHOW_APPROVAL, ApprovalAsked(approval=policy_id, version="1.0.0"), OWNER
        )
        await here.engine.policies.approve(policy_id, "1.0.0", one.hash, by="ann", how="cli")
        page = await browser.decide(page, "approve")
        assert "It has changed since you looked" in page.text
        assert "What it changes against version 1.0.0" in page.text
        await browser.decide(page, "approve")
        assert (await decision(here, policy_id, "1.1.0"))[0] == "approved"


@pytest.mark.parametrize("waits", [True, False])
async def test_what_has_expired_cannot_be_approved_any_more(tmp_path: Path, waits: bool) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        browser, page = await here.reviewing(policy_id)
        here.bench.clock.advance(timedelta(days=8).total_seconds())
        late = await browser.decide(page, "approve") if waits else await browser.look()
        assert re.search(r"Expired on [MS]\w\w 2026-03-0[89] ", late.text)
        assert "<form" not in late.text
        assert await here.engine.store.read.approval(policy_id, "1.0.0") is None


async def test_what_was_removed_meanwhile_is_said(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        browser, page = await here.reviewing(policy_id)
        asked = PolicyNamed(policy=policy_id)
        await here.desk.call(ops.REMOVE_POLICY, asked, OWNER)
        done = await browser.decide(page, "approve")
        assert "The policy was removed" in done.text
        assert "<form" not in done.text


async def test_what_an_agent_wrote_is_escaped_and_hides_nothing(tmp_path: Path) -> None:
    from service.shell import HOSTILE, hidden_in
    from service.test_hostile_names import policy

    async with stage(tmp_path / "home") as here:
        name = f"<script>alert(1)</script>{HOSTILE}"
        policy_id = await here.propose(policy(name=name), by=f"<img src=x>{HOSTILE}")
        _, page = await here.reviewing(policy_id)
        assert hidden_in(page.text) == set()
        for markup in ("<script", "<img", "\u202e"):
            assert markup not in page.text
        assert r"&lt;script&gt;alert(1)&lt;/script&gt;Evil\u001b[31m[red]x[/red]\u202ecba\nn" in (
            page.text
        )


async def test_the_same_review_may_be_open_twice_and_decides_once(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        one, first = await here.reviewing(policy_id)
        other, second = await here.reviewing(policy_id)
        assert one.place != other.place
        await one.decide(first, "approve")
        late = await other.decide(second, "reject")
        assert "Approved from the review page" in late.text
        assert (await decision(here, policy_id))[0] == "approved"


async def test_a_webhook_that_nobody_can_call_is_named_before_the_yes(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        hook = [{"type": "webhook", "name": "broker"}]
        _, page = await here.reviewing(await here.propose(greeter(triggers=hook)))
        assert "There is no webhook broker, and a trigger waits for it." in page.text
        assert "Make it: assent hooks add broker" in page.text


async def test_what_is_not_valid_here_any_more_says_why_and_keeps_its_document(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        await here.approve(policy_id)
        await here.propose(greeter(policy_id=policy_id, description="newer"))
        with mock.patch("assent_service.review.policy_page.validate", _refusing("newer")):
            _, page = await here.reviewing(policy_id)
        assert "it is not valid here any more" in page.text
        assert "step.gone" in page.text
        assert "notify.user" in page.text
        with mock.patch("assent_service.review.policy_page.validate", _refusing(None)):
            _, page = await here.reviewing(policy_id)
        assert "It cannot be compared" in page.text
        assert "At worst, in one run" in page.text


def _refusing(description: str | None) -> Any:
    """A validator that does not know any more what one of the documents calls."""

    def refusing(document: dict[str, Any], registry: Any) -> Any:
        if document.get("description") == description:
            raise PolicyInvalid([Problem("step.gone", "Gone", "It is not here any more.")])
        return validate(document, registry)

    return refusing
