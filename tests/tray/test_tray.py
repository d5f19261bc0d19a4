"""The tray in this process, before a real door: what happens there is shown, clicks are done."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assent_client.client import Client
from assent_schemas.wire import operations as ops
from assent_schemas.wire.policies import ApprovingPolicy, Proposing
from assent_schemas.wire.runs import RunAsked, Starting
from assent_tray.asks import Ask, Cancel, Decide, Pause, Quit, Resume, Settle
from assent_tray.face import Face, Mood
from assent_tray.ports import Item, Look, Seat
from assent_tray.tray import Tray
from engine.durable.worlds import policy, task
from service.owner_door.stages import Stage, approved, client_of, stage

PATIENCE = 30
FAILS = {"type": "Fail", "error": "Broken", "cause": "on purpose"}
WAITS = {"type": "Wait", "timestamp": "2099-01-01T00:00:00Z", "end": True}


@dataclass
class Eyes:
    """Sees every look, and clicks."""

    seat: Seat = field(init=False)
    looks: list[Look] = field(default_factory=list)
    _new: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.seat = Seat(self._show)

    def _show(self, seen: Look) -> None:
        self.looks.append(seen)
        self._new.set()

    async def until(self, seen: Callable[[Look], Any]) -> Any:
        end = asyncio.get_running_loop().time() + PATIENCE
        while not (self.looks and (found := seen(self.looks[-1]))):
            self._new.clear()
            left = end - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._new.wait(), left)
            except TimeoutError:
                raise AssertionError([one.label for one in every(self.looks[-1].items)]) from None
        return found

    async def label(self, start: str) -> Item:
        """The first entry whose label begins so, as soon as there is one."""

        def first(seen: Look) -> Item | None:
            return next((one for one in every(seen.items) if one.label.startswith(start)), None)

        found: Item = await self.until(first)
        return found

    async def gone(self, start: str) -> None:
        def none(seen: Look) -> bool:
            return not any(one.label.startswith(start) for one in every(seen.items))

        await self.until(none)

    async def click(self, kind: type[Ask], said: str = "") -> None:
        """Click on the first entry that asks for something of a kind, once there is one."""
        ask = await self.until(lambda seen: _asking(seen, kind, said))
        self.seat.clicks.put_nowait(ask)


def every(items: tuple[Item, ...]) -> list[Item]:
    return [inner for one in items for inner in (one, *every(one.inside))]


def _asking(seen: Look, kind: type[Ask], said: str) -> Ask | None:
    asks = (one.ask for one in every(seen.items) if one.label.startswith(said))
    return next((ask for ask in asks if isinstance(ask, kind)), None)


@asynccontextmanager
async def watched(stage: Stage) -> AsyncIterator[Eyes]:
    eyes = Eyes()
    running = asyncio.create_task(Tray(stage.home, now=stage.bench.clock.now).run(eyes.seat))
    try:
        yield eyes
    finally:
        eyes.seat.clicks.put_nowait(Quit())
        async with asyncio.timeout(PATIENCE):
            await running


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[tuple[Stage, Client, Eyes]]:
    async with (
        stage(tmp_path / "home") as one,
        client_of(one, "cli/1.0") as client,
        watched(one) as eyes,
    ):
        await eyes.until(lambda seen: seen.headline == "Nothing to do")
        yield one, client, eyes


Here = tuple[Stage, Client, Eyes]


async def test_a_proposal_appears_and_a_click_approves_it(here: Here) -> None:
    _, client, eyes = here
    document = policy({"type": "Pass", "end": True})
    made = await client.call(ops.PROPOSE_POLICY, Proposing(document=document))
    await eyes.until(lambda seen: seen.face == Face(Mood.NEEDS_YOU, 1))
    await eyes.click(Decide, "Approve")
    await eyes.label("Approved: A policy")
    await eyes.gone("Approve? ")
    (found,) = (await client.call(ops.LIST_POLICIES, ops.LIST_POLICIES.asks())).items
    assert (found.policy_id, found.active_version) == (made.policy_id, made.version)


async def test_two_clicks_are_one_decision(here: Here) -> None:
    _, client, eyes = here
    await client.call(ops.PROPOSE_POLICY, Proposing(document=policy(task("order.place"))))
    ask = await eyes.until(lambda seen: _asking(seen, Decide, "Reject"))
    eyes.seat.clicks.put_nowait(ask)
    eyes.seat.clicks.put_nowait(ask)
    await eyes.label("Rejected: A policy")
    assert not any("Not done" in one.label for seen in eyes.looks for one in every(seen.items))


async def test_a_click_that_comes_too_late_is_told_who_was_faster(here: Here) -> None:
    _, client, eyes = here
    made = await client.call(
        ops.PROPOSE_POLICY, Proposing(document=policy({"type": "Pass", "end": True}))
    )
    ask = await eyes.until(lambda seen: _asking(seen, Decide, "Approve"))
    faster = ApprovingPolicy(policy=made.policy_id, version=made.version, hash=made.hash)
    await client.call(ops.APPROVE_POLICY, faster)
    eyes.seat.clicks.put_nowait(ask)
    await eyes.label("Already approved from the command line at ")
    await eyes.gone("Approve? ")


async def test_a_run_is_followed_and_ended(here: Here) -> None:
    _, client, eyes = here
    policy_id = await approved(client, policy(task("order.place", 1), WAITS))
    run = await client.call(ops.START_RUN, Starting(policy=policy_id))
    await eyes.label("A policy: waits")
    await eyes.click(Cancel)
    await eyes.label("A policy: cancelled")
    shown = await client.call(ops.SHOW_RUN, RunAsked(run=run.run_id))
    assert shown.saga_log[0].settled == "compensated"


async def test_a_run_that_failed_says_why_and_its_case_is_settled(here: Here) -> None:
    _, client, eyes = here
    document = policy(task("order.place", 1), FAILS, on_failure="intervene")
    policy_id = await approved(client, document)
    await client.call(ops.START_RUN, Starting(policy=policy_id))
    await eyes.until(lambda seen: seen.face == Face(Mood.NEEDS_YOU, 1))
    await eyes.click(Settle, "End the run and keep")
    await eyes.label("Decided for A policy: abort")
    await eyes.gone("Needs you")
    await eyes.label("Broken: on purpose")


async def test_everything_is_paused_and_goes_on(here: Here) -> None:
    _, _, eyes = here
    await eyes.click(Pause, "Until the market opens")
    await eyes.until(lambda seen: seen.face == Face(Mood.PAUSED))
    await eyes.label("Everything is paused until ")
    await eyes.click(Resume)
    await eyes.label("Everything goes on")
    await eyes.label("Pause everything")


async def test_a_service_that_tells_everything_anew_is_read_anew(here: Here) -> None:
    stage, client, eyes = here
    stage.desk.room.hub.begin_anew()
    await client.call(ops.PROPOSE_POLICY, Proposing(document=policy(task("order.place"))))
    await eyes.label("Approve? A policy")


async def test_without_a_service_a_click_does_nothing_and_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as one, client_of(one) as client, watched(one) as eyes:
        await client.call(ops.PROPOSE_POLICY, Proposing(document=policy(task("order.place"))))
        ask = await eyes.until(lambda seen: _asking(seen, Decide, "Reject"))
    eyes = Eyes()
    running = asyncio.create_task(Tray(one.home, now=one.bench.clock.now).run(eyes.seat))
    await eyes.label("Start the service")
    eyes.seat.clicks.put_nowait(ask)
    await eyes.label("Not done: the service does not run")
    eyes.seat.told_to_end.set()
    await running


async def test_what_looks_the_same_is_not_shown_again(here: Here) -> None:
    stage, _, eyes = here
    stage.desk.room.hub.publish("service.changed", {"state": "ready"})
    await eyes.click(Pause, "For 1 hour")
    await eyes.until(lambda seen: seen.face == Face(Mood.PAUSED))
    assert all(one != other for one, other in zip(eyes.looks, eyes.looks[1:], strict=False))
