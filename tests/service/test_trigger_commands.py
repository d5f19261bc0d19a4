"""assent trigger, event, forecast and pause: what is due, what became of it, and how to hold it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.scheduling.watched_files import FileState
from service.shell import Shell, greeter

DEPOSIT = {
    "type": "event",
    "name": "deposit",
    "when": {"variable": "$.amount", "numeric_greater_than": 1000},
}
DAILY = {"type": "cron", "expression": "0 9 * * *", "timezone": "Europe/Zurich"}


def missed(shell: Shell, **catch_up: Any) -> None:
    """A trigger that was due half an hour ago, while nothing was watching."""
    shell.approved(greeter(triggers=[{"type": "interval", "seconds": 3600, "catch_up": catch_up}]))
    ago = datetime.now(UTC) - timedelta(minutes=90)
    for column in ("anchor", "settled", "look_at"):
        text = ago.isoformat(timespec="microseconds").replace("+00:00", "Z")
        shell.change_store(f"UPDATE triggers SET {column} = ?", text)  # noqa: S608


async def looked(shell: Shell) -> None:
    """What the service does when it starts."""
    async with Engine.open(Home(shell.home)) as engine:
        await engine.schedule.look(engine.clock.now(), "start")


def test_a_home_without_triggers_says_that_nothing_starts_by_itself(shell: Shell) -> None:
    shell.approved(greeter())
    assert "nothing starts by itself" in shell("trigger", "list").out
    assert "Nothing was due yet" in shell("trigger", "history").out
    assert "Nothing is due until" in shell("forecast").out


def test_triggers_are_listed_with_their_next_due_times(shell: Shell) -> None:
    shell.approved(greeter(triggers=[DAILY, DEPOSIT]))
    cron, event = shell.done("trigger", "list", "Greeter")
    assert len(cron["next"]) == 3
    assert event["next"] == []
    assert "only if $.amount is more than 1,000" in event["when"]
    assert "Europe/Zurich" in shell("trigger", "list").out


def test_a_forecast_has_every_due_time_of_its_days_in_order(shell: Shell) -> None:
    shell.approved(greeter(triggers=[{"type": "interval", "seconds": 3600}]))
    found = shell.done("forecast", "--days", "1")
    assert len(found["due"]) == 24
    assert [one["due"] for one in found["due"]] == sorted(one["due"] for one in found["due"])
    assert not found["more"]


def test_a_forecast_of_too_many_says_that_there_are_more(shell: Shell) -> None:
    shell.approved(greeter(triggers=[{"type": "interval", "seconds": 60}]))
    assert "And more until" in shell("forecast", "--days", "30").out


def test_an_event_starts_what_waits_for_it_and_history_tells(shell: Shell) -> None:
    shell.approved(greeter(triggers=[DEPOSIT]))
    little = shell.done("event", "emit", "deposit", "--data", '{"amount": 10}')
    assert little["occurrences"] == []
    assert "No trigger in force waits" in shell("event", "emit", "nothing").out
    (one,) = shell.done("event", "emit", "deposit", "--data", '{"amount": 2000}')["occurrences"]
    assert (one["status"], one["policy"]) == ("ran", "Greeter")
    assert shell.done("run", "show", one["run_id"])["status"] == "COMPLETED"
    (again,) = shell.done("trigger", "history", "Greeter")
    assert again["run_id"] == one["run_id"]
    assert "ran" in shell("trigger", "history").out


def test_a_missed_due_time_is_asked_about_and_runs_after_a_yes(shell: Shell) -> None:
    missed(shell, missed="ask")
    assert shell.done("event", "emit", "anything")["occurrences"] == []
    assert shell.done("approvals", "list") == []
    asyncio.run(looked(shell))
    (request,) = shell.done("approvals", "list")
    assert request["kind"] == "occurrence"
    assert "missed" in shell("approvals", "show", request["id"]).out
    said = shell.done("approvals", "approve", request["id"], "--hash", request["hash"])
    assert said["run"]["status"] == "COMPLETED"
    (one,) = shell.done("trigger", "history")
    assert one["status"] == "caught_up"
    assert one["late_seconds"] > 1700


@pytest.mark.parametrize("until", ["tomorrow", "market-open"])
def test_a_pause_may_last_until_tomorrow_or_the_next_market_open(shell: Shell, until: str) -> None:
    shell.approved(greeter())
    told = shell.done("pause", "--until", until)
    ends = datetime.fromisoformat(told["until"])
    now = datetime.now(UTC)
    assert now < ends <= now + timedelta(hours=26 if until == "tomorrow" else 120)
    assert until == "tomorrow" or ends.minute == 30
    assert shell("run", "start", "Greeter", "--json").problem["code"] == "policy.paused"


def test_history_says_by_which_of_several_triggers_in_words_and_of_which_file(
    shell: Shell,
) -> None:
    files = {"type": "file", "path": "in"}
    policy_id = shell.approved(greeter(triggers=[files, {"type": "event", "name": "deposit"}]))
    shell.done("event", "emit", "deposit")

    async def change() -> None:
        async with Engine.open(Home(shell.home)) as engine:
            await engine.schedule.file_changed("in/orders.csv", FileState(3, 5))
            await engine.schedule.drained()

    asyncio.run(change())
    event, file = shell.done("trigger", "history", "Greeter")
    assert (event["file"], file["file"]) == (None, "in/orders.csv")
    assert event["when"].startswith('on each event "deposit"')
    text = shell("trigger", "history").out
    assert 'on each event "deposit"' in text
    assert 'whenever "in" beneath the folder files has changed: in/orders.csv' in text
    shell.approved(greeter(policy_id=policy_id, version="2.0.0"))
    assert 'on each event "deposit"' in shell("trigger", "history").out
