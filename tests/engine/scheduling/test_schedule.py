"""The schedule of a home: occurrences, catching up, overlaps, questions, pauses and happenings."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.runner import OPEN
from assent_engine.scheduling.happenings import LARGEST, LONGEST_CHAIN, Event
from assent_schemas.errors import Refused
from engine.durable.worlds import approved, policy, task
from engine.scheduling.homes import (
    MONDAY,
    NOTHING,
    Driven,
    became,
    doing,
    hourly,
    key,
    ordering,
    times,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def driven(tmp_path: Path) -> Driven:
    return Driven(tmp_path / "home")


class TestARun:
    async def test_and_its_record_are_of_one_commit(self, driven: Driven) -> None:
        async with driven.open() as engine:
            await approved(engine, doing(hourly()))
            await driven.pass_until(engine, MONDAY + HOUR)
            (row,) = await engine.store.read.occurrences()
            (run,) = await engine.store.read.runs()
        assert (row.status, row.run_id, row.at) == ("ran", run.id, run.created_at)

    async def test_finds_what_started_it_beside_its_defaults(self, driven: Driven) -> None:
        async with driven.open() as engine:
            schema = {"type": "object", "additionalProperties": False}
            trigger = {"type": "event", "name": "deposit"}
            document = doing(trigger, context_defaults={"a": 1}, input_schema=schema)
            await approved(engine, document)
            await engine.schedule.emit(Event("deposit", {"amount": 7}))
            await engine.schedule.drained()
            (run,) = await engine.store.read.runs()
        told = {"type": "event", "due": "2026-03-02T09:00:00.000000Z", "data": {"amount": 7}}
        assert run.output == {"a": 1, "trigger": told}

    async def test_that_may_not_start_leaves_a_record_that_says_why(self, driven: Driven) -> None:
        async with driven.open() as engine:
            schema = {"type": "object", "required": ["account"]}
            await approved(engine, doing(hourly(), input_schema=schema))
            await driven.pass_until(engine, MONDAY + HOUR)
            (row,) = await engine.store.read.occurrences()
            assert await engine.store.read.runs() == []
        assert (row.status, row.reason) == ("skipped", "refused")
        assert "account" in row.detail

    async def test_of_an_altered_trigger_does_not_start(self, driven: Driven) -> None:
        async with driven.open() as engine:
            await approved(engine, doing(hourly()))
        with closing(sqlite3.connect(driven.path / "assent.sqlite")) as connection:
            connection.execute("UPDATE triggers SET document = replace(document, '3600', '60')")
            connection.commit()
        async with driven.open() as engine:
            await driven.look(engine, "start")
            await driven.pass_until(engine, MONDAY + 3 * timedelta(minutes=1))
            rows = await engine.store.read.occurrences()
            assert await engine.store.read.runs() == []
        assert {(one.status, one.reason) for one in rows} == {("skipped", "replaced")}


class TestOverlap:
    async def overlapping(self, driven: Driven, engine: Engine, overlap: str, count: int) -> None:
        """So many due times while the first run is kept from its end."""
        await approved(engine, ordering(hourly(overlap=overlap)))
        driven.gate.clear()
        for number in range(1, count + 1):
            driven.clock.set_wall(MONDAY + number * HOUR)
            await engine.schedule.look(driven.clock.now(), "timer")

    @pytest.mark.parametrize(
        ("overlap", "expected"),
        [
            ("skip", ["ran", "skipped overlap", "skipped overlap"]),
            ("buffer_one", ["ran", "ran", "skipped overlap"]),
            ("buffer_all", ["ran", "ran", "ran"]),
            ("cancel_other", ["ran", "skipped overlap", "ran"]),
            ("allow", ["ran", "ran", "ran"]),
        ],
    )
    async def test_decides_about_a_start_while_a_run_is_open(
        self, driven: Driven, overlap: str, expected: list[str]
    ) -> None:
        async with driven.open() as engine:
            await self.overlapping(driven, engine, overlap, 3)
            open_runs = len(await engine.store.read.runs(*OPEN))
            driven.gate.set()
            await engine.schedule.drained()
            statuses = [one.status for one in await engine.store.read.runs()]
            assert list((await became(engine)).values()) == expected
        assert open_runs == (3 if overlap == "allow" else 1)
        first = "CANCELLED" if overlap == "cancel_other" else "COMPLETED"
        assert statuses == [first, *["COMPLETED"] * (expected.count("ran") - 1)]

    async def test_keeps_what_waits_over_a_restart(self, driven: Driven) -> None:
        wait = {"type": "Wait", "seconds": 86_400}
        async with driven.open() as engine:
            await approved(engine, policy(wait, NOTHING, triggers=[hourly(overlap="buffer_all")]))
            await driven.pass_until(engine, MONDAY + 2 * HOUR)
        async with driven.open() as engine:
            await driven.look(engine, "start")
            assert list((await became(engine)).values()) == ["ran", "queued"]
            (run,) = await engine.store.read.runs()
            await engine.runs.cancel(run.id, by="owner")
            await engine.schedule.run_ended(run.id)
            await engine.schedule.drained()
            assert list((await became(engine)).values()) == ["ran", "ran"]


class TestCatchingUp:
    async def test_all_runs_one_after_the_other_and_the_one_on_time_is_not_lost(
        self, driven: Driven
    ) -> None:
        async with driven.open() as engine:
            await approved(engine, ordering(hourly(catch_up={"missed": "all"})))
            driven.gate.clear()
            driven.clock.set_wall(MONDAY + 3 * HOUR)
            await engine.schedule.look(driven.clock.now(), "wake")
            assert len(await engine.store.read.runs()) == 1
            driven.gate.set()
            await engine.schedule.drained()
            found = list((await became(engine)).values())
        assert found == ["caught_up", "caught_up", "ran"]

    async def test_beyond_the_deadline_nothing_starts(self, driven: Driven) -> None:
        async with driven.open() as engine:
            await approved(engine, doing(hourly(only_while={"deadline_seconds": 600})))
            driven.clock.set_wall(MONDAY + HOUR + timedelta(minutes=11))
            await driven.look(engine, "wake")
            assert times(await became(engine)) == {"02 10:00": "skipped too_late"}

    async def test_outside_the_session_nothing_starts(self, driven: Driven) -> None:
        trigger = {
            "type": "session",
            "minutes_after_open": 15,
            "only_while": {"in_session": "XNYS"},
        }
        async with driven.open() as engine:
            await approved(engine, doing(trigger))
            driven.clock.set_wall(datetime.fromisoformat("2026-03-02T22:00:00+00:00"))
            await driven.look(engine, "wake")
            await driven.pass_until(engine, datetime.fromisoformat("2026-03-03T15:00:00+00:00"))
            found = times(await became(engine))
        assert found == {"02 14:45": "skipped outside_session", "03 14:45": "ran"}

    async def test_beyond_the_calendar_it_is_said_and_nothing_starts(self, driven: Driven) -> None:
        trigger = {"type": "session", "minutes_after_open": 15}
        driven.clock.set_wall(datetime.fromisoformat("2028-12-28T00:00:00+00:00"))
        async with driven.open() as engine:
            await approved(engine, doing(trigger))
            await driven.pass_until(engine, datetime.fromisoformat("2029-03-01T00:00:00+00:00"))
            found = times(await became(engine))
            told = [one.text for one in await engine.store.read.notices()]
        beyond = "skipped unknown_calendar"
        assert found == {"28 14:45": "ran", "29 14:45": "ran", "01 05:00": beyond}
        assert ["is known" in one for one in told] == [True, False]


class TestAsking:
    async def asked(self, driven: Driven, engine: Engine) -> Any:
        await approved(engine, doing(hourly(seconds=86_400, catch_up={"missed": "ask"})))
        driven.clock.set_wall(MONDAY + 30 * HOUR)
        await driven.look(engine, "wake")
        (request,) = await engine.store.read.requests()
        return request

    async def test_a_yes_runs_what_was_missed(self, driven: Driven) -> None:
        async with driven.open() as engine:
            request = await self.asked(driven, engine)
            assert list((await became(engine)).values()) == ["asked"]
            assert (await engine.schedule.earliest()) == MONDAY + 48 * HOUR
            await engine.requests.approve(request.id, request.hash, by="owner", how="test")
            report = await engine.schedule.answered(request.id)
            assert list((await became(engine)).values()) == ["caught_up"]
        assert report is not None
        assert report.status == "COMPLETED"

    async def test_a_no_does_not(self, driven: Driven) -> None:
        async with driven.open() as engine:
            request = await self.asked(driven, engine)
            await engine.requests.reject(request.id, by="owner", how="test", note="not today")
            assert await engine.schedule.answered(request.id) is None
            (row,) = await engine.store.read.occurrences()
        assert (row.status, row.reason, row.detail) == ("skipped", "declined", "not today")

    async def test_silence_until_the_next_due_time_is_a_no(self, driven: Driven) -> None:
        async with driven.open() as engine:
            await self.asked(driven, engine)
            await driven.pass_until(engine, MONDAY + 48 * HOUR)
            found = times(await became(engine))
            (request,) = await engine.store.read.requests()
        assert found == {"03 09:00": "skipped unanswered", "04 09:00": "ran"}
        assert request.status == "timed_out"


class TestPauses:
    async def test_the_latest_due_time_of_a_pause_is_caught_up_when_it_ends(
        self, driven: Driven
    ) -> None:
        async with driven.open() as engine:
            await approved(engine, doing(hourly()))
            await engine.pauses.pause(until=MONDAY + timedelta(hours=3, minutes=30), by="owner")
            await driven.pass_until(engine, MONDAY + 4 * HOUR)
            found = times(await became(engine))
        assert found == {
            "02 10:00": "skipped paused",
            "02 11:00": "skipped paused",
            "02 12:00": "caught_up",
            "02 13:00": "ran",
        }

    async def test_what_is_not_caught_up_is_skipped_as_it_is_due(self, driven: Driven) -> None:
        async with driven.open() as engine:
            await approved(engine, doing(hourly(catch_up={"missed": "none"})))
            await engine.pauses.pause(by="owner")
            await driven.pass_until(engine, MONDAY + 2 * HOUR)
            assert list((await became(engine)).values()) == ["skipped paused"] * 2
            await engine.pauses.end(by="owner")
            await driven.pass_until(engine, MONDAY + 3 * HOUR)
            assert list((await became(engine)).values()) == ["skipped paused"] * 2 + ["ran"]

    async def test_a_pause_outlives_a_restart(self, driven: Driven) -> None:
        async with driven.open() as engine:
            await approved(engine, doing(hourly()))
            await engine.pauses.pause(until=MONDAY + 5 * HOUR, by="owner")
        driven.clock.set_wall(MONDAY + 2 * HOUR)
        async with driven.open() as engine:
            await driven.look(engine, "start")
            assert driven.began == []
            await driven.pass_until(engine, MONDAY + 5 * HOUR)
            assert driven.began == [MONDAY + 5 * HOUR]

    async def test_ending_a_pause_by_hand_has_its_triggers_looked_at_at_once(
        self, driven: Driven
    ) -> None:
        async with driven.open() as engine:
            await approved(engine, doing(hourly(seconds=86_400)))
            await engine.pauses.pause(by="owner")
            await driven.pass_until(engine, MONDAY + 30 * HOUR)
            await engine.pauses.end(by="owner")
            assert await engine.schedule.earliest() == MONDAY + 30 * HOUR
            await driven.look(engine)
            assert list((await became(engine)).values()) == ["caught_up"]

    async def test_what_happens_during_a_pause_is_skipped(self, driven: Driven) -> None:
        async with driven.open() as engine:
            await approved(engine, doing({"type": "event", "name": "x"}))
            await engine.pauses.pause(by="owner")
            await engine.schedule.emit(Event("x"))
            assert list((await became(engine)).values()) == ["skipped paused"]


class TestHappenings:
    async def test_an_event_starts_what_names_it_and_whose_condition_holds(
        self, driven: Driven
    ) -> None:
        large = {"variable": "$.amount", "numeric_greater_than": 1000}
        async with driven.open() as engine:
            await approved(engine, doing({"type": "event", "name": "deposit", "when": large}))
            assert await engine.schedule.emit(Event("deposit", {"amount": 1000})) == 0
            assert await engine.schedule.emit(Event("deposit", {"other": 1})) == 0
            assert await engine.schedule.emit(Event("withdrawal", {"amount": 2000})) == 0
            assert await engine.schedule.emit(Event("deposit", {"amount": 2000}, "webhook")) == 0
            assert await engine.schedule.emit(Event("deposit", {"amount": 2000})) == 1
            await engine.schedule.drained()
            assert list((await became(engine)).values()) == ["ran"]

    async def test_two_events_of_one_moment_are_two(self, driven: Driven) -> None:
        async with driven.open() as engine:
            await approved(engine, doing({"type": "event", "name": "x", "overlap": "allow"}))
            for _ in range(2):
                await engine.schedule.emit(Event("x"))
            await engine.schedule.drained()
            assert list((await became(engine)).values()) == ["ran", "ran"]

    async def test_an_event_that_brings_too_much_is_refused(self, driven: Driven) -> None:
        async with driven.open() as engine:
            with pytest.raises(Refused, match=r"event\.too_large"):
                await engine.schedule.emit(Event("x", {"text": "x" * LARGEST}))

    async def test_a_changed_file_starts_what_watches_it_or_its_folder(
        self, driven: Driven
    ) -> None:
        async with driven.open() as engine:
            file = {"type": "file", "path": "in/orders.csv"}
            await approved(engine, doing(file, {"type": "file", "path": "in"}))
            changed = ("in/orders.csv", "in/a/b", "inn/c")
            met = [await engine.schedule.file_changed(one) for one in changed]
            await engine.schedule.drained()
        assert met == [2, 1, 0]

    async def test_starting_and_waking_start_what_waits_for_them(self, driven: Driven) -> None:
        async with driven.open() as engine:
            await approved(engine, doing({"type": "start"}, name="S"))
            await approved(engine, doing({"type": "wake"}, name="W"))
            await driven.look(engine, "start")
            await driven.look(engine, "wake")
            await driven.look(engine, "clock_changed")
            names = [one.trigger.partition("-")[0] for one in await engine.store.read.occurrences()]
        assert sorted(names) == ["start", "wake"]

    async def test_the_end_of_a_run_starts_what_waits_for_it_and_brings_its_output(
        self, driven: Driven
    ) -> None:
        async with driven.open() as engine:
            first = await approved(engine, policy(task("number.add", 1)) | {"name": "First"})
            after = {"type": "run_end", "policy": "First"}
            failed = {"type": "run_end", "policy": first, "statuses": ["FAILED"]}
            await approved(engine, doing(after, name="After"))
            await approved(engine, doing(failed, name="Otherwise"))
            report = await engine.runs.start(first)
            await engine.schedule.run_ended(report.run_id)
            await engine.schedule.drained()
            (row,) = await engine.store.read.occurrences()
        assert (row.status, row.payload["run_id"]) == ("ran", report.run_id)
        assert row.payload["output"] == {"n": 2}

    async def test_an_end_that_nobody_told_of_is_found_at_the_next_start(
        self, driven: Driven
    ) -> None:
        async with driven.open() as engine:
            first = await approved(engine, policy(task("number.add", 1)) | {"name": "First"})
            await approved(engine, doing({"type": "run_end", "policy": "First"}, name="After"))
            for _ in range(2):
                await engine.runs.start(first)
        async with driven.open() as engine:
            await driven.look(engine, "start")
            await driven.look(engine, "timer")
            assert len(await engine.store.read.occurrences()) == 2

    async def test_runs_that_start_each_other_do_not_go_on_for_ever(self, driven: Driven) -> None:
        async with driven.open() as engine:
            other = {"type": "run_end", "policy": "Two", "overlap": "allow"}
            first = await approved(engine, doing(other, name="One"))
            await approved(engine, doing({"type": "run_end", "policy": "One"}, name="Two"))
            await engine.runs.start(first)
            await driven.look(engine)
            await driven.pass_until(engine, MONDAY + HOUR)
            rows = await engine.store.read.occurrences()
        assert [one.reason for one in rows] == [""] * LONGEST_CHAIN + ["chain"]


async def test_upcoming_due_times_come_in_order_and_not_of_what_is_off(driven: Driven) -> None:
    async with driven.open() as engine:
        off = await approved(engine, doing(hourly(), name="Off"))
        await approved(engine, doing(hourly(), name="A"))
        await approved(engine, doing(hourly(seconds=5400), name="B"))
        await engine.policies.disable(off, by="owner")
        found = [(one.name, one.due - MONDAY) for one in await engine.schedule.upcoming(3)]
    assert found == [("A", HOUR), ("B", 1.5 * HOUR), ("A", 2 * HOUR)]


def test_a_trigger_keeps_its_name_while_only_its_manner_changes() -> None:
    assert key(hourly()) == key(hourly(overlap="allow", comment="x", catch_up={"missed": "none"}))
    assert key(hourly()) != key(hourly(seconds=60))
