"""Sessions of the New York Stock Exchange: our own table, and what triggers make of it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from assent_engine.due import due, sessions, xnys
from assent_schemas.triggers import SessionTrigger


def times(after: str, count: int = 3, **more: object) -> list[str]:
    trigger = SessionTrigger.model_validate({"type": "session", **more})
    found = due(trigger, datetime.fromisoformat(after), "UTC")
    return [next(found).isoformat()[:16] for _ in range(count)]


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_every_day_of_the_table_is_as_an_independent_calendar_has_it() -> None:
    # Heavy: only this test pays for it.
    import exchange_calendars  # type: ignore[import-untyped]

    theirs = exchange_calendars.get_calendar("XNYS", start="2023-12-01", end="2029-01-31")
    days = (xnys.KNOWN_UNTIL - xnys.KNOWN_FROM).days + 1
    for number in range(days):
        day = xnys.KNOWN_FROM + timedelta(days=number)
        ours = sessions.session(day)
        assert (ours is not None) == theirs.is_session(day.isoformat()), day
        if ours is not None:
            assert ours.opens == theirs.session_open(day.isoformat()).to_pydatetime(), day
            assert ours.closes == theirs.session_close(day.isoformat()).to_pydatetime(), day


def test_it_is_open_from_the_opening_on_and_closed_at_the_close() -> None:
    opens = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
    closes = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    assert [sessions.is_open(one) for one in (opens - tick, opens, closes - tick, closes)] == [
        False,
        True,
        True,
        False,
    ]


def test_the_next_open_leaves_out_nights_weekends_and_holidays() -> None:
    wednesday_evening = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)
    assert sessions.next_open(wednesday_evening).isoformat() == "2026-11-27T14:30:00+00:00"
    at_the_open = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
    assert sessions.next_open(at_the_open).isoformat() == "2026-11-30T14:30:00+00:00"


def test_minutes_after_the_open_follow_new_york_through_the_clock_change() -> None:
    found = times("2026-03-05T20:00:00+00:00", minutes_after_open=15)
    assert found == ["2026-03-06T14:45", "2026-03-09T13:45", "2026-03-10T13:45"]


def test_minutes_before_the_close_know_early_closes() -> None:
    found = times("2026-11-25T22:00:00+00:00", 2, minutes_before_close=10)
    assert found == ["2026-11-27T17:50", "2026-11-30T20:50"]


def test_a_moment_that_an_early_close_leaves_out_is_not_due_that_day() -> None:
    found = times("2026-11-25T22:00:00+00:00", 1, minutes_after_open=300)
    assert found == ["2026-11-30T19:30"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("first_of_week", ["2026-07-06", "2026-07-13"]),
        ("last_of_week", ["2026-07-02", "2026-07-10"]),
        ("first_of_month", ["2026-07-01", "2026-08-03"]),
        ("last_of_month", ["2026-06-30", "2026-07-31"]),
    ],
)
def test_first_and_last_sessions_of_weeks_and_months_know_holidays(
    days: str, expected: list[str]
) -> None:
    found = times("2026-06-29T21:00:00+00:00", 2, minutes_after_open=0, days=days)
    assert [one[:10] for one in found] == expected


def test_due_times_end_with_the_calendar_and_nothing_beyond_is_guessed() -> None:
    trigger = SessionTrigger(type="session", minutes_after_open=0)
    last = list(due(trigger, datetime(2028, 12, 28, 22, tzinfo=UTC), "UTC"))
    assert [one.date() for one in last] == [date(2028, 12, 29)]
    for asked in (sessions.is_open, sessions.next_open):
        with pytest.raises(sessions.Unknown, match="2028-12-31"):
            asked(datetime(2029, 1, 2, 15, tzinfo=UTC))
