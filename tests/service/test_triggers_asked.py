"""Triggers, history and forecast asked of the desk: page by page, and through the service."""

import asyncio

import pytest

from assent_schemas.wire import operations as ops
from assent_schemas.wire.triggers import OccurrencesAsked, TriggersAsked
from assent_service.cli.owner import everything, owner
from service.process.served import served, words
from service.shell import Shell, greeter

HOURLY = {"type": "interval", "seconds": 3600}
ADD = (
    "INSERT INTO occurrences SELECT policy_id, trigger, ?, ?, 1, 'skipped', 'missed', '', 0, '{}',"
    " NULL, NULL, ? FROM triggers"
)


def due(hour: int) -> str:
    return f"2026-03-02T{hour:02}:00:00.000000Z"


def furnished(shell: Shell) -> None:
    """Two policies with an hourly trigger each, and five due times of the past."""
    for name in ("One", "Two"):
        shell.approved(greeter(name, triggers=[HOURLY]))
    for hour in range(5):
        shell.change_store(ADD, *[due(hour)] * 3)


@pytest.mark.parametrize("newest", [False, True])
async def test_the_history_comes_page_by_page_without_loss_or_repeat(
    shell: Shell, newest: bool
) -> None:
    await asyncio.to_thread(furnished, shell)
    for limit in (1, 3, 10, 1000):
        async with owner(shell.home) as of:
            asked = OccurrencesAsked(limit=limit, newest=newest)
            found = await everything(of, ops.LIST_OCCURRENCES, asked)
        keys = [(one.due, one.policy_id, one.trigger) for one in found]
        assert len(set(keys)) == 10
        assert keys == sorted(keys, reverse=newest)


async def test_triggers_come_page_by_page_and_of_one_policy(shell: Shell) -> None:
    await asyncio.to_thread(furnished, shell)
    async with owner(shell.home) as of:
        found = await everything(of, ops.LIST_TRIGGERS, TriggersAsked(limit=1))
        (one,) = (await of.call(ops.LIST_TRIGGERS, TriggersAsked(policy="Two"))).items
    assert sorted(each.policy for each in found) == ["One", "Two"]
    assert (one.policy, len(one.next), one.thinned) == ("Two", 3, 0)


def test_the_newest_records_are_shown_the_newest_last(shell: Shell) -> None:
    furnished(shell)
    history = shell.done("trigger", "history", "One", "--last", "2")
    assert [one["due"] for one in history] == [due(3), due(4)]


@pytest.mark.process
def test_the_commands_say_the_same_with_and_without_the_service(shell: Shell) -> None:
    furnished(shell)
    with served(shell.home) as service:
        words(service)
        asked = [("trigger", "list"), ("forecast", "--days", "1")]
        by_service = [shell.done(*one) for one in asked]
        history = shell.done("trigger", "history")
    assert [one["due"] for one in history[:2]] == [due(0)] * 2
    assert [one["next"] for one in by_service[0]] == [
        one["next"] for one in shell.done("trigger", "list")
    ]
    assert by_service[1]["due"] == shell.done("forecast", "--days", "1")["due"]
