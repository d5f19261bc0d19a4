"""The menu: what it offers, for whatever the tray knows, and never more than may be offered."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_schemas.checks import Finding, Verdict
from assent_schemas.errors import Problem
from assent_schemas.statuses import RunStatus
from assent_tray.asks import (
    Cancel,
    Decide,
    Examine,
    Pause,
    Quit,
    Resume,
    Review,
    Settle,
    StartService,
)
from assent_tray.asks import subject_of as subject
from assent_tray.face import Face, Mood
from assent_tray.menu.lines import MOST_ITEMS
from assent_tray.menu.whole import look
from assent_tray.ports import Item
from assent_tray.show_first import ShowFirst
from assent_tray.state import Brief, Part, Progress, State, Tie
from service.shell import hidden_in
from tray.pictures import HOSTILE, LATER, NOW, approval, case, pause, run, status

TIED = State(Tie.TIED, status=status())
PROBLEM = Problem("x.y", "Broken", "It broke.", "Mend it.")
WIDEST = 130
"""Characters of the longest label: a command with two identifiers."""


def every(items: Sequence[Item]) -> Iterator[Item]:
    for one in items:
        yield one
        yield from every(one.inside)


def labels(state: State, rule: ShowFirst = ShowFirst.ACTING) -> list[str]:
    return [one.label for one in every(look(state, NOW, rule).items) if one.label]


def asks(state: State, rule: ShowFirst = ShowFirst.ACTING) -> list[Any]:
    return [one.ask for one in every(look(state, NOW, rule).items) if one.ask is not None]


def read(*waiting: Any, acts: bool) -> State:
    briefs = {subject(one): Brief(one.hash, ("Places orders.",), acts) for one in waiting}
    return replace(TIED, approvals=waiting, briefs=MappingProxyType(briefs))


TEXTS = st.sampled_from(["Greeter", HOSTILE, "", "_&<b>x</b>"]) | st.text(max_size=80)
MOMENTS = st.sampled_from([LATER, "2026-07-01T11:00:00Z", "nonsense"])
KNOWN = st.builds(
    State,
    tie=st.sampled_from(Tie),
    problem=st.none() | st.just(PROBLEM),
    status=st.none() | st.builds(status, next_due=st.none() | MOMENTS, storage_trouble=st.none()),
    approvals=st.lists(
        st.builds(approval, TEXTS, who=TEXTS, until=MOMENTS), max_size=15, unique_by=subject
    ).map(tuple),
    cases=st.lists(
        st.builds(case, TEXTS, text=TEXTS), max_size=3, unique_by=lambda one: one.intervention_id
    ).map(tuple),
    runs=st.lists(
        st.builds(run, TEXTS, st.sampled_from(RunStatus), error=st.none() | TEXTS),
        max_size=15,
        unique_by=lambda one: one.run_id,
    ).map(tuple),
    pauses=st.lists(
        st.builds(pause, st.sampled_from(["*", "p"]), TEXTS, st.none() | MOMENTS),
        max_size=2,
        unique_by=lambda one: one.subject,
    ).map(tuple),
    unread=st.dictionaries(st.sampled_from(Part), st.just(PROBLEM)),
    findings=st.none() | st.just((("disk", Finding(Verdict.FAIL, "Full.", "Make room.")),)),
    busy=st.frozensets(st.sampled_from(["pause", "doctor", "service"])),
    told=TEXTS,
)


@given(KNOWN, st.sampled_from(ShowFirst))
def test_whatever_is_known_makes_a_menu_of_short_visible_lines_with_keys_of_their_own(
    state: State, rule: ShowFirst
) -> None:
    items = list(every(look(state, NOW, rule).items))
    assert len({one.key for one in items}) == len(items)
    assert all(len(one.label) <= WIDEST for one in items)
    assert all(hidden_in(one.label) == set() and "\n" not in one.label for one in items)
    assert items[-1].ask == Quit()
    assert not any(one.ask is not None and one.inside for one in items)


@given(KNOWN)
def test_the_first_line_holds_no_words_of_an_agent(state: State) -> None:
    assert HOSTILE[:4] not in look(state, NOW).headline


@pytest.mark.parametrize(
    ("rule", "acts", "offered"),
    [
        (ShowFirst.ACTING, True, [False]),
        (ShowFirst.ACTING, False, [True, False]),
        (ShowFirst.EVERYTHING, False, [False]),
        (ShowFirst.NOTHING, True, [True, False]),
    ],
)
def test_a_yes_is_offered_only_where_nothing_has_to_be_read_whole_first(
    rule: ShowFirst, acts: bool, offered: list[bool]
) -> None:
    state = read(approval(), acts=acts)
    decisions = [one for one in asks(state, rule) if isinstance(one, Decide)]
    assert [one.yes for one in decisions] == offered
    assert all(one.one.hash == approval().hash for one in decisions)
    assert [one.one for one in asks(state, rule) if isinstance(one, Review)] == [approval()]


def test_a_yes_is_never_offered_before_what_it_is_to_was_read() -> None:
    state = replace(TIED, approvals=(approval(),))
    assert [one.yes for one in asks(state, ShowFirst.NOTHING) if isinstance(one, Decide)] == [False]
    other = read(approval(digest="b" * 64), acts=False)
    state = replace(state, briefs=other.briefs)
    assert [one.yes for one in asks(state) if isinstance(one, Decide)] == [False]


def test_another_document_of_the_same_version_is_another_entry() -> None:
    keys = {
        one.key
        for digest in ("a" * 64, "b" * 64)
        for one in every(look(read(approval(digest=digest), acts=False), NOW).items)
        if one.label == "Approve"
    }
    assert len(keys) == 2


def test_what_is_being_decided_cannot_be_decided_again() -> None:
    one = approval()
    state = replace(read(one, acts=False), busy=frozenset({subject(one), "case:case-Greeter"}))
    state = replace(state, cases=(case(),))
    assert not any(isinstance(ask, Decide | Settle) for ask in asks(state))
    assert "Your answer is on its way ..." in labels(state)


def test_an_approval_whose_time_is_up_is_not_there() -> None:
    state = read(approval(until="2026-07-01T11:00:00Z"), acts=False)
    assert not any("Greeter" in one for one in labels(state))
    assert look(state, NOW).face == Face(Mood.FINE)


def test_more_than_the_menu_has_room_for_is_counted_and_where_it_is_said() -> None:
    many = tuple(approval(str(number)) for number in range(MOST_ITEMS + 3))
    said = labels(replace(TIED, approvals=many))
    assert "and 3 more: assent approvals list" in said
    assert look(replace(TIED, approvals=many), NOW).face.count == MOST_ITEMS + 3


def test_a_case_offers_its_choices_but_what_takes_more_than_a_click() -> None:
    state = replace(TIED, cases=(case(),))
    settle = [one for one in asks(state) if isinstance(one, Settle)]
    assert [one.choice for one in settle] == ["retry", "abort"]
    assert {"Try again", "End the run", "assent inbox show case-Greeter"} <= set(labels(state))


def test_a_run_shows_its_progress_and_can_be_ended_both_ways() -> None:
    at = MappingProxyType({"run-Greeter": Progress("Place orders", 7)})
    state = replace(TIED, runs=(run(),), progress=at)
    assert "Greeter: Place orders, 7 steps" in labels(state)
    assert [one for one in asks(state) if isinstance(one, Cancel)] == [
        Cancel("run-Greeter", "Greeter", keep=False),
        Cancel("run-Greeter", "Greeter", keep=True),
    ]
    waits = MappingProxyType({"run-Greeter": Progress("Wait", 7, LATER)})
    assert "Greeter: waits until Fri 16:00" in labels(replace(state, progress=waits))
    asked = replace(state, busy=frozenset({"run:run-Greeter"}))
    assert not any(isinstance(one, Cancel) for one in asks(asked))


def test_the_latest_runs_stand_there_with_their_outcomes() -> None:
    failed = run("Sad", RunStatus.FAILED, error="Broken", cause="on purpose")
    called = run("Called", RunStatus.COMPLETED, parent_run="run-Sad")
    state = replace(TIED, runs=(failed, called, run("Good", RunStatus.COMPLETED)))
    said = labels(state)
    assert {"Sad: failed 11:30", "Broken: on purpose", "Good: done 11:30"} <= set(said)
    assert not any("Called" in one for one in said)


def test_a_pause_takes_the_place_of_the_ways_to_pause() -> None:
    assert [one for one in asks(TIED) if isinstance(one, Pause)] == [
        Pause(seconds=3600),
        Pause(until="tomorrow"),
        Pause(until="market-open"),
    ]
    held = replace(TIED, pauses=(pause(),))
    assert "Everything is paused until Fri 16:00" in labels(held)
    assert asks(held) == [Resume(None, "Everything"), Quit()]
    assert look(held, NOW).face == Face(Mood.PAUSED)
    one = replace(TIED, pauses=(pause("p", "Greeter", None),))
    assert Resume("p", "Greeter") in asks(one)
    assert look(one, NOW).face == Face(Mood.FINE)


def test_the_first_line_says_what_matters() -> None:
    state = read(approval("A"), approval("B"), acts=True)
    state = replace(state, status=status(next_due=LATER), cases=(case(),), runs=(run(),))
    shown = look(state, NOW)
    assert shown.headline == "2 approvals, 1 case for you, 1 running, next run Fri 16:00"
    assert shown.face == Face(Mood.NEEDS_YOU, 3)
    assert look(TIED, NOW).headline == "Nothing to do"


def test_a_run_under_way_is_work() -> None:
    assert look(replace(TIED, runs=(run(),)), NOW).face == Face(Mood.WORKING)
    waits = replace(TIED, runs=(run(status=RunStatus.WAITING),))
    assert look(waits, NOW).face == Face(Mood.FINE)


def test_without_a_service_it_can_be_started() -> None:
    absent = State(Tie.ABSENT, Problem("service.not_running", "It does not run", "Nobody answers."))
    shown = look(absent, NOW)
    assert (shown.headline, shown.face) == ("The service does not run", Face(Mood.NOT_CONNECTED))
    assert asks(absent) == [StartService(), Examine(), Quit()]
    assert StartService() not in asks(replace(absent, busy=frozenset({"service"})))
    assert look(State(), NOW).headline == "Looking for the service ..."


def test_a_service_that_may_not_be_talked_to_is_trouble_and_says_why() -> None:
    refused = State(Tie.REFUSED, PROBLEM)
    assert look(refused, NOW).face == Face(Mood.TROUBLE)
    assert "Broken. It broke. Mend it." in labels(refused)
    assert asks(refused) == [Examine(), Quit()]


def test_trouble_is_said_and_the_doctor_offered() -> None:
    held = replace(TIED, status=status(state="held", reason=PROBLEM, storage_trouble="full"))
    assert {"Broken.", "It broke.", "Mend it.", "Storage trouble: full"} <= set(labels(held))
    assert look(held, NOW).face == Face(Mood.TROUBLE)
    assert Examine() in asks(held)
    found = replace(held, findings=(("disk", Finding(Verdict.FAIL, "Full.", "Make room.")),))
    assert "disk: Full. Make room." in labels(found)
    assert "Doctor: all is well here" in labels(replace(held, findings=()))
    assert Examine() not in asks(TIED)


def test_a_service_that_is_about_to_be_ready_is_no_trouble() -> None:
    reason = Problem("service.starting", "The service starts", "It is not ready yet.")
    assert look(replace(TIED, status=status(reason=reason)), NOW).face == Face(Mood.FINE)


def test_what_came_of_the_last_click_stands_below_the_first_line() -> None:
    told = "Already approved from the command line at 10:04: Greeter"
    assert labels(replace(TIED, told=told))[1] == told
