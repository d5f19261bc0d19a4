"""What clicks do through a real door: exact, once, and who was faster is told."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assent_client.client import Client
from assent_schemas.wire import operations as ops
from assent_schemas.wire.approvals import Approval, Approving
from assent_schemas.wire.frame import PageAsked
from assent_schemas.wire.policies import ApprovingPolicy, Proposing
from assent_schemas.wire.runs import Starting
from assent_service.review.server import reviews
from assent_tray.asks import Ask, Cancel, Decide, Pause, Quit, Resume, Review, Settle
from assent_tray.deeds import done
from assent_tray.snapshots import brief_of
from engine.durable.asking import question
from engine.durable.worlds import policy, task
from service.owner_door.stages import Stage, client_of, stage
from service.review.stages import Browser

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[tuple[Stage, Client]]:
    async with stage(tmp_path / "home") as one, client_of(one, "tray/1.0") as client:
        yield one, client


Here = tuple[Stage, Client]


async def waiting(client: Client) -> list[Approval]:
    return (await client.call(ops.LIST_APPROVALS, PageAsked())).items


async def proposal(client: Client, state: dict[str, Any] | None = None) -> Approval:
    document = policy(state or task("order.place", 1))
    await client.call(ops.PROPOSE_POLICY, Proposing(document=document))
    (one,) = await waiting(client)
    return one


async def asked(stage: Stage, client: Client) -> Approval:
    """A question of a run that waits."""
    asking = question("Shall I?", next="B")
    asking.pop("end")
    document = {"name": "Asks", "start_at": "A", "states": {"A": asking, "B": task("order.place")}}
    made = await client.call(ops.PROPOSE_POLICY, Proposing(document=document))
    await client.call(ops.APPROVE, Approving(approval=made.policy_id, hash=made.hash))
    await client.call(ops.START_RUN, Starting(policy=made.policy_id))
    while not (found := await waiting(client)):
        continue
    return found[0]


async def test_a_yes_is_to_the_hash_that_was_shown_and_to_no_other(here: Here) -> None:
    _, client = here
    one = await proposal(client)
    other = one.model_copy(update={"hash": "0" * 64})
    assert (await done(Decide(yes=True, one=other), client, NOW)).startswith("Not done. ")
    assert await waiting(client) == [one]
    assert await done(Decide(yes=True, one=one), client, NOW) == f"Approved: {one.what}"
    assert await waiting(client) == []


@pytest.mark.parametrize("yes", [True, False])
async def test_losing_the_race_is_told_with_who_and_when(here: Here, yes: bool) -> None:
    stage, client = here
    one = await proposal(client)
    async with client_of(stage, "cli/1.0") as other:
        faster = ApprovingPolicy(policy=one.id, version=one.version, hash=one.hash)
        await other.call(ops.APPROVE_POLICY, faster)
    said = await done(Decide(yes=yes, one=one), client, NOW)
    assert re.match(r"Already approved from the command line at .*: A policy", said), said


@pytest.mark.parametrize("yes", [True, False])
async def test_a_question_of_a_run_is_decided_once(here: Here, yes: bool) -> None:
    stage, client = here
    one = await asked(stage, client)
    said = await done(Decide(yes=yes, one=one), client, NOW)
    assert said == f"{'Approved' if yes else 'Rejected'}: Shall I?"
    again = await done(Decide(yes=True, one=one), client, NOW)
    assert again.startswith(f"Already {'approved' if yes else 'rejected'} from the tray at ")


async def test_a_brief_is_of_what_is_listed_or_of_nothing(here: Here) -> None:
    _, client = here
    one = await proposal(client, {"type": "Pass", "end": True})
    brief = await brief_of(one, client)
    assert brief is not None
    assert (brief.hash, brief.acts) == (one.hash, False)
    assert brief.lines[0].startswith("Changes nothing outside.")
    assert await brief_of(one.model_copy(update={"hash": "0" * 64}), client) is None


async def test_a_question_says_what_a_yes_covers(here: Here) -> None:
    stage, client = here
    brief = await brief_of(await asked(stage, client), client)
    assert brief is not None
    assert brief.acts
    assert brief.lines


@pytest.mark.parametrize(
    "ask",
    [
        Settle("nobody", "abort", "X"),
        Cancel("nobody", "X", keep=False),
        Resume(None, "Everything"),
        Resume("nobody", "X"),
    ],
)
async def test_what_the_service_refuses_is_said(here: Here, ask: Ask) -> None:
    _, client = here
    assert (await done(ask, client, NOW)).startswith("Not done. ")


async def test_a_pause_says_until_when(here: Here) -> None:
    _, client = here
    for ask in (Pause(seconds=3600), Pause(until="tomorrow"), Pause(until="market-open")):
        assert re.match("Paused until .*[0-9]", await done(ask, client, NOW))
    assert await done(Resume(None, "Everything"), client, NOW) == "Everything goes on"


async def test_what_is_no_matter_of_the_service_never_reaches_it(here: Here) -> None:
    _, client = here
    with pytest.raises(TypeError):
        await done(Quit(), client, NOW)


async def test_of_two_who_decide_at_once_one_does_and_the_other_is_told(here: Here) -> None:
    stage, client = here
    for number in range(20):
        document = policy({"type": "Pass", "end": True}, name=f"Race {number}")
        await client.call(ops.PROPOSE_POLICY, Proposing(document=document))
        (one,) = await waiting(client)
        async with client_of(stage, "cli/1.0") as other:
            yes, no = Decide(yes=True, one=one), Decide(yes=False, one=one)
            said = await asyncio.gather(done(yes, client, NOW), done(no, other, NOW))
        assert min(word.split()[0] for word in said) == "Already"
        assert {word.split()[0] for word in said} & {"Approved:", "Rejected:"}


@pytest.mark.parametrize("there", [True, False])
async def test_an_approval_is_shown_whole_in_the_owners_browser_or_the_command_is_named(
    here: Here, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    stage, client = here
    one, seen = await proposal(client), list[str]()

    def browser(url: str) -> bool:
        seen.append(url)
        return there

    monkeypatch.setattr("webbrowser.open", browser)
    async with reviews(stage.desk) as pages:
        said = await done(Review(one), client, NOW)
        (url,) = seen
        assert pages.port is not None
        page = await Browser(pages.port).open(url)
    assert (page.status, page.hidden("hash")) == (200, one.hash)
    assert said.startswith("In your browser: ") is there
    assert ("assent policy approve" in said) is not there


async def test_a_page_that_cannot_be_had_is_a_line_and_no_error(here: Here) -> None:
    _, client = here
    said = await done(Review(await proposal(client)), client, NOW)
    assert said.startswith("Not done. There is no review page")
