"""What the tray knows: progress from events, what is worth reading again, what time alone ends."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_schemas.wire.events import Event
from assent_tray.state import (
    MOST_FOLLOWED,
    Part,
    Progress,
    State,
    heard,
    open_approvals,
    overdue,
    paused,
    seconds_until_overdue,
    touched,
)
from tray.pictures import LATER, NOW, approval, pause, status


def event(kind: str, **data: Any) -> Event:
    return Event("e", 1, kind, "2026-07-01T12:00:00Z", data)


def after(*events: Event) -> State:
    state = State()
    for one in events:
        state = heard(state, one)
    return state


def test_progress_names_the_state_and_counts_the_steps_that_ended() -> None:
    where = {"run_id": "r", "scope": ""}
    state = after(
        event("run.started", **where),
        event("state.entered", key="Get~1quote.1", **where),
        event("step.ended", key="Get~1quote.1/1", **where),
        event("state.entered", run_id="r", scope="Map.1/1/0/", key="Inner.1"),
        event("step.ended", run_id="r", scope="Map.1/1/0/", key="Inner.1/1"),
    )
    assert state.progress["r"] == Progress("Get/quote", 2)


def test_a_run_that_waits_says_until_when_and_no_longer_once_it_goes_on() -> None:
    where = {"run_id": "r", "scope": "", "key": "Wait.1"}
    waits = after(event("wait.started", until=LATER, **where))
    assert waits.progress["r"].until == LATER
    assert heard(waits, event("state.entered", **where)).progress["r"].until is None


def test_a_run_that_stops_for_a_long_wait_still_says_until_when() -> None:
    where = {"run_id": "r", "scope": "", "key": "Wait.1"}
    state = after(event("wait.started", until=LATER, **where), event("run.stopped", run_id="r"))
    assert state.progress["r"].until == LATER


@pytest.mark.parametrize("end", ["run.ended", "run.dropped"])
def test_a_run_that_ends_has_no_progress_any_more(end: str) -> None:
    assert not after(event("step.ended", run_id="r"), event(end, run_id="r")).progress


def test_the_progress_of_so_many_runs_is_kept_and_no_more() -> None:
    state = after(*(event("step.ended", run_id=str(one)) for one in range(MOST_FOLLOWED + 50)))
    assert len(state.progress) <= MOST_FOLLOWED + 1
    assert str(MOST_FOLLOWED + 49) in state.progress


VALUES = st.none() | st.integers() | st.text(max_size=8) | st.dictionaries(st.text(), st.text())
DATA = st.dictionaries(st.sampled_from(["run_id", "scope", "key", "until", "x"]), VALUES)
KINDS = st.sampled_from(["state.entered", "step.ended", "wait.started", "run.ended", "reset"])


@given(KINDS | st.text(max_size=12), DATA)
def test_any_event_is_borne(kind: str, data: dict[str, Any]) -> None:
    one = event(kind, **data)
    heard(State(), one)
    assert touched(one) <= frozenset(Part)


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("reset", set(Part)),
        ("service.changed", set(Part)),
        ("approval.wanted", {Part.APPROVALS, Part.STATUS}),
        ("case.withdrawn", {Part.CASES, Part.STATUS}),
        ("run.started", {Part.RUNS, Part.STATUS}),
        ("run.ended", {Part.RUNS, Part.STATUS}),
        ("pause.changed", {Part.PAUSES, Part.STATUS, Part.RUNS}),
        ("step.ended", set()),
        ("run.stalled", set()),
    ],
)
def test_an_event_says_what_to_read_again(kind: str, parts: set[Part]) -> None:
    assert touched(event(kind)) == parts


def test_what_time_has_ended_counts_no_more_and_is_read_again() -> None:
    gone, there = "2026-07-01T11:59:59Z", "2026-07-01T12:00:20Z"
    state = State(
        status=status(next_due=gone),
        approvals=(approval("A", until=gone), approval("B", until=there)),
        pauses=(pause(until=gone), pause("p", "P", None)),
    )
    assert [one.what for one in open_approvals(state, NOW)] == ["B"]
    assert [one.subject for one in paused(state, NOW)] == ["p"]
    assert overdue(state, NOW) == {Part.STATUS, Part.PAUSES, Part.APPROVALS}
    assert overdue(state, NOW - timedelta(hours=1)) == frozenset()
    assert seconds_until_overdue(state, NOW, 60) == 20
    assert seconds_until_overdue(replace(state, approvals=()), NOW, 60) == 60
    assert seconds_until_overdue(State(), NOW, 60) == 60
