"""The planner against an independent reading of the rules, and what it leaves for a pause."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assent_engine.scheduling import planner
from assent_engine.scheduling.planner import Plan, Standing, plan
from assent_engine.scheduling.words import Reason
from assent_schemas.triggers import IntervalTrigger, SessionTrigger
from engine.scheduling.homes import MONDAY
from engine.scheduling.oracle import Rhythm, Trigger

HOUR = timedelta(hours=1)


def standing(seconds: int, catch_up: Any = None, **more: Any) -> Standing:
    rule = {"type": "interval", "seconds": seconds}
    rule |= {} if catch_up is None else {"catch_up": catch_up}
    found = {"anchor": MONDAY, "settled": MONDAY, "zone": "UTC", **more}
    return Standing(IntervalTrigger.model_validate(rule), **found)


def fates(found: Plan, seconds: int) -> dict[datetime, str]:
    told = {}
    for one in found.decided:
        for at in range(one.count):
            due = one.due + at * timedelta(seconds=seconds)
            word = "caught_up" if one.missed else "ran"
            told[due] = {"queued": word, "skipped": f"skipped {one.reason}"}.get(one.fate, "asked")
    return told


rules = st.fixed_dictionaries(
    {"missed": st.sampled_from(["none", "latest", "all", "ask"])},
    optional={
        "within_seconds": st.integers(1, 3_000_000),
    },
) | st.fixed_dictionaries({"missed": st.just("all"), "most": st.integers(1, 12)})


@settings(max_examples=400, deadline=None)
@given(st.integers(600, 90_000), rules, st.lists(st.integers(1, 2_592_000), min_size=1, max_size=5))
def test_each_due_time_has_the_fate_that_the_rules_give_it(
    seconds: int, rule: dict[str, Any], naps: list[int]
) -> None:
    every = timedelta(seconds=seconds)
    oracle = Trigger(Rhythm({"catch_up": rule}, MONDAY + every, every), MONDAY)
    told: dict[datetime, str] = {}
    now, one = MONDAY, standing(seconds, rule)
    for nap in naps:
        now += timedelta(seconds=nap)
        found = plan(one, now)
        while found.look_at is not None and found.look_at <= now:
            told |= fates(found, seconds)
            one = standing(seconds, rule, settled=found.settled)
            found = plan(one, now)
        told |= fates(found, seconds)
        one = standing(seconds, rule, settled=found.settled)
        oracle.look(now)
        assert found.look_at == oracle.rhythm.between(now, now + every)[0]
    assert told == oracle.fates


def test_more_due_times_than_one_plan_takes_are_decided_as_if_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planner, "MOST_AT_ONCE", 40)
    told: dict[datetime, str] = {}
    now, one = MONDAY + timedelta(seconds=6_001), standing(60, {"missed": "all"})
    while True:
        found = plan(one, now)
        told |= fates(found, 60)
        if found.look_at is None or found.look_at > now:
            break
        one = standing(60, {"missed": "all"}, settled=found.settled)
    oracle = Trigger(Rhythm({"catch_up": {"missed": "all"}}, MONDAY + HOUR / 60, HOUR / 60), MONDAY)
    oracle.look(now)
    assert told == oracle.fates


def test_a_pause_leaves_open_only_what_may_be_caught_up_when_it_ends() -> None:
    until, now = MONDAY + 9 * HOUR, MONDAY + 3 * HOUR
    found = plan(standing(3600, held=until), now)
    assert fates(found, 3600) == {
        MONDAY + HOUR: "skipped paused",
        MONDAY + 2 * HOUR: "skipped paused",
    }
    assert found.look_at == MONDAY + 4 * HOUR
    after = plan(standing(3600, settled=found.settled), until - HOUR / 2)
    assert fates(after, 3600)[MONDAY + 8 * HOUR] == "caught_up"


@pytest.mark.parametrize("missed", ["none", "latest", "all", "ask"])
def test_a_long_pause_never_asks_to_be_looked_at_in_the_past(missed: str) -> None:
    one, now = standing(3600, {"missed": missed, "within_seconds": 5400}), MONDAY
    for _ in range(100):
        now += timedelta(minutes=17)
        held = Standing(one.rule, MONDAY, one.settled, "UTC", held=MONDAY + 1000 * HOUR)
        found = plan(held, now)
        assert found.look_at is not None
        assert found.look_at > now
        assert len(found.decided) <= 2
        one = standing(3600, {"missed": missed, "within_seconds": 5400}, settled=found.settled)


def test_what_was_due_while_off_is_told_as_that() -> None:
    found = plan(standing(3600, off=Reason.DISABLED), MONDAY + 3 * HOUR)
    assert set(fates(found, 3600).values()) == {"skipped disabled"}
    assert found.settled == MONDAY + 3 * HOUR


def test_what_is_recorded_beyond_a_clock_that_was_set_back_is_left_out() -> None:
    recorded = frozenset({MONDAY + HOUR})
    found = plan(standing(3600, recorded=recorded), MONDAY + 2 * HOUR)
    assert fates(found, 3600) == {MONDAY + 2 * HOUR: "ran"}


def test_the_end_of_a_calendar_is_said_once_and_nothing_beyond_it_is_guessed() -> None:
    rule = SessionTrigger(type="session", minutes_after_open=0)
    last = datetime.fromisoformat("2028-12-29T14:30:00+00:00")
    end = datetime.fromisoformat("2029-01-01T05:00:00+00:00")
    waits = plan(Standing(rule, MONDAY, last, "UTC"), last + HOUR)
    assert (waits.decided, waits.look_at) == ((), end)
    said = plan(Standing(rule, MONDAY, last, "UTC"), end)
    assert [(one.due, one.reason) for one in said.decided] == [(end, Reason.UNKNOWN_CALENDAR)]
    after = plan(Standing(rule, MONDAY, said.settled, "UTC"), end + 1000 * HOUR)
    assert (after.decided, after.look_at) == ((), None)
