"""The rules of docs/time.md, one by one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from assent_engine.due import due
from assent_schemas.triggers import CronTrigger, IntervalTrigger, OnceTrigger

BEFORE_SPRING = "2026-03-29T00:00+01:00"
BEFORE_AUTUMN = "2026-10-25T00:00+02:00"


def cron(expression: str, timezone: str | None = None) -> CronTrigger:
    return CronTrigger(type="cron", expression=expression, timezone=timezone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def shown(expression: str, after: str, count: int, zone: str = "Europe/Berlin") -> list[str]:
    """The next due times as a clock in the zone shows them, with its offset."""
    moments = islice(due(cron(expression), at(after), zone), count)
    return [f"{moment.astimezone(ZoneInfo(zone)):%a %d %H:%M %z}" for moment in moments]


def days(expression: str, count: int) -> list[str]:
    """The next days from January 2026 on, a Thursday, on which an expression is due."""
    moments = due(cron(expression), at("2025-12-31T23:59Z"), "UTC")
    return [f"{moment:%a %d %b}" for moment in islice(moments, count)]


# The calendar of crontab(5).


def test_0_and_7_are_sunday_and_5_is_friday() -> None:
    assert days("0 0 * * 0", 2) == days("0 0 * * 7", 2) == ["Sun 04 Jan", "Sun 11 Jan"]
    assert days("0 0 * * 5", 1) == days("0 0 * * fri", 1) == ["Fri 02 Jan"]


def test_a_range_may_end_on_sunday_as_7() -> None:
    assert days("0 0 * * 5-7", 4) == ["Fri 02 Jan", "Sat 03 Jan", "Sun 04 Jan", "Fri 09 Jan"]


def test_names_stand_for_months_and_days_alone_and_in_ranges() -> None:
    assert days("0 0 1 FEB,apr-May *", 3) == ["Sun 01 Feb", "Wed 01 Apr", "Fri 01 May"]
    assert days("0 0 * * Mon-Tue", 3) == ["Mon 05 Jan", "Tue 06 Jan", "Mon 12 Jan"]


def test_day_of_month_or_day_of_week_is_enough_where_both_are_restricted() -> None:
    assert days("0 0 13 * FRI", 4) == ["Fri 02 Jan", "Fri 09 Jan", "Tue 13 Jan", "Fri 16 Jan"]


def test_a_day_field_that_begins_with_a_star_does_not_count_as_restricted() -> None:
    assert days("0 0 13 * *", 2) == ["Tue 13 Jan", "Fri 13 Feb"]
    assert days("0 0 */2 * MON", 2) == ["Mon 05 Jan", "Mon 19 Jan"]


def test_a_step_counts_from_the_start_of_its_range() -> None:
    assert days("0 0 5-20/7 1 *", 3) == ["Mon 05 Jan", "Mon 12 Jan", "Mon 19 Jan"]


def test_a_step_over_a_range_of_one_value_is_that_value() -> None:
    assert days("0 0 5-5/7 * *", 2) == ["Mon 05 Jan", "Thu 05 Feb"]
    assert days("0 0 * * 1-mon/2", 2) == ["Mon 05 Jan", "Mon 12 Jan"]


def test_a_month_without_the_day_is_left_out() -> None:
    assert days("0 0 31 * *", 3) == ["Sat 31 Jan", "Tue 31 Mar", "Sun 31 May"]


def test_the_next_leap_day_is_found_over_a_century_that_has_none() -> None:
    [moment] = islice(due(cron("0 0 29 2 *"), at("2096-02-29T00:00Z"), "UTC"), 1)
    assert moment == at("2104-02-29T00:00Z")


def test_a_leap_day_on_a_sunday_is_found_after_forty_years() -> None:
    [moment] = islice(due(cron("0 0 29 2 */7"), at("2088-02-29T00:00Z"), "UTC"), 1)
    assert moment == at("2128-02-29T00:00Z")


# What is asked for and what is given.


def test_due_times_come_strictly_after_the_moment_asked_about() -> None:
    times = ["Thu 01 12:00 +0000", "Thu 01 12:01 +0000"]
    assert shown("* * * * *", "2026-01-01T11:59:59.999999Z", 1, "UTC") == times[:1]
    assert shown("* * * * *", "2026-01-01T12:00:00Z", 1, "UTC") == times[1:]


def test_due_times_are_in_utc_whatever_the_zone() -> None:
    moment = next(due(cron("0 9 * * *"), at("2026-01-01T00:00+09:00"), "Asia/Kolkata"))
    assert (moment, moment.tzinfo) == (at("2026-01-01T03:30Z"), UTC)


def test_the_zone_of_the_trigger_wins_over_the_owners() -> None:
    noon = cron("0 12 * * *", "America/New_York")
    assert next(due(noon, at("2026-01-01T00:00Z"), "Asia/Tokyo")) == at("2026-01-01T17:00Z")


def test_going_on_from_a_due_time_gives_the_rest_of_the_same_times() -> None:
    for expression in ("*/20 1-3 * * *", "30 */2 * * *", "15 * * * *"):
        whole = list(islice(due(cron(expression), at(BEFORE_AUTUMN), "Europe/Berlin"), 12))
        one_by_one, last = [], at(BEFORE_AUTUMN)
        for _ in whole:
            last = next(due(cron(expression), last, "Europe/Berlin"))
            one_by_one.append(last)
        assert one_by_one == whole


def test_due_times_end_with_the_calendar() -> None:
    late = at("9999-12-30T00:00Z")
    assert len(list(due(cron("0 9 * * *"), late, "UTC"))) <= 2
    assert len(list(due(IntervalTrigger(type="interval", seconds=86400), late, "UTC"))) == 1


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "/etc/passwd", "Europe"])
def test_an_unknown_zone_is_refused_at_once(zone: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        due(cron("0 9 * * *"), at("2026-01-01T00:00Z"), zone)


def test_a_faulty_expression_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="the hour field goes from 0 to 23, not to 25"):
        due(cron("0 25 * * *"), at("2026-01-01T00:00Z"), "UTC")


def test_a_moment_without_an_offset_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="has no offset"):
        due(cron("0 9 * * *"), at("2026-01-01T00:00"), "UTC")


# A time of day: the hour field names hours.


def test_a_time_in_the_spring_gap_runs_once_at_the_first_valid_instant() -> None:
    assert shown("30 2 * * *", "2026-03-28T00:00Z", 3) == [
        "Sat 28 02:30 +0100",
        "Sun 29 03:00 +0200",
        "Mon 30 02:30 +0200",
    ]


def test_several_times_in_the_gap_run_once_together() -> None:
    assert shown("*/15 2 * * *", BEFORE_SPRING, 2) == ["Sun 29 03:00 +0200", "Mon 30 02:00 +0200"]


def test_a_time_in_the_gap_and_the_time_at_its_end_are_one() -> None:
    assert shown("0 2,3 * * *", BEFORE_SPRING, 2) == ["Sun 29 03:00 +0200", "Mon 30 02:00 +0200"]


def test_a_gap_at_midnight_does_not_cost_the_day_its_run() -> None:
    assert shown("15 0 * * *", "2026-04-23T12:00Z", 2, "Africa/Cairo") == [
        "Fri 24 01:00 +0300",
        "Sat 25 00:15 +0300",
    ]


def test_a_day_that_a_zone_leaves_out_still_has_its_run() -> None:
    assert shown("0 9 * * *", "2011-12-29T20:00Z", 2, "Pacific/Apia") == [
        "Sat 31 00:00 +1400",
        "Sat 31 09:00 +1400",
    ]


def test_a_time_in_the_autumn_fold_runs_once_the_first() -> None:
    assert shown("30 2 * * *", BEFORE_AUTUMN, 2) == ["Sun 25 02:30 +0200", "Mon 26 02:30 +0100"]


def test_minutes_within_a_named_hour_run_once_in_the_fold() -> None:
    assert shown("*/30 2 * * *", BEFORE_AUTUMN, 3) == [
        "Sun 25 02:00 +0200",
        "Sun 25 02:30 +0200",
        "Mon 26 02:00 +0100",
    ]


@pytest.mark.parametrize("after", ["2026-10-25T02:45+02:00", "2026-10-25T02:15+01:00"])
def test_a_time_that_has_run_is_not_due_again_within_the_fold(after: str) -> None:
    assert shown("30 2 * * *", after, 1) == ["Mon 26 02:30 +0100"]


# Elapsed time: the hour field names every hour, or steps.


@pytest.mark.parametrize("hours", ["*", "0-23", "*/1"])
def test_hourly_skips_and_adds_nothing_in_spring(hours: str) -> None:
    assert shown(f"30 {hours} * * *", "2026-03-29T01:00+01:00", 3) == [
        "Sun 29 01:30 +0100",
        "Sun 29 03:30 +0200",
        "Sun 29 04:30 +0200",
    ]


@pytest.mark.parametrize("hours", ["*", "0-23", "*/1"])
def test_hourly_runs_in_both_hours_of_the_fold(hours: str) -> None:
    assert shown(f"30 {hours} * * *", "2026-10-25T02:00+02:00", 3) == [
        "Sun 25 02:30 +0200",
        "Sun 25 02:30 +0100",
        "Sun 25 03:30 +0100",
    ]


@pytest.mark.parametrize(
    ("zone", "after"),
    [
        ("Europe/Berlin", BEFORE_SPRING),
        ("Europe/Berlin", BEFORE_AUTUMN),
        ("Antarctica/Troll", BEFORE_SPRING),
        ("Antarctica/Troll", "2026-10-25T00:00Z"),
        ("Africa/Cairo", "2026-04-23T12:00Z"),
    ],
)
def test_hourly_and_every_quarter_keep_their_distance_over_a_change(zone: str, after: str) -> None:
    for expression, distance in (("7 * * * *", 60), ("*/15 * * * *", 15)):
        times = list(islice(due(cron(expression), at(after), zone), 200))
        apart = {later - earlier for earlier, later in pairwise(times)}
        assert apart == {timedelta(minutes=distance)}


@pytest.mark.parametrize("hours", ["*/2", "0-23/2", "0-22/2"])
def test_a_stepped_time_in_the_gap_comes_after_the_same_elapsed_time(hours: str) -> None:
    assert shown(f"30 {hours} * * *", "2026-03-29T00:00+01:00", 3) == [
        "Sun 29 00:30 +0100",
        "Sun 29 03:30 +0200",
        "Sun 29 04:30 +0200",
    ]


def test_a_stepped_time_runs_in_both_hours_of_the_fold() -> None:
    assert shown("30 */2 * * *", "2026-10-25T01:00+02:00", 3) == [
        "Sun 25 02:30 +0200",
        "Sun 25 02:30 +0100",
        "Sun 25 04:30 +0100",
    ]


def test_a_gap_of_half_an_hour_skips_no_hour() -> None:
    assert shown("15 * * * *", "2026-10-04T01:00+10:30", 3, "Australia/Lord_Howe") == [
        "Sun 04 01:15 +1030",
        "Sun 04 02:45 +1100",
        "Sun 04 03:15 +1100",
    ]


def test_times_out_of_a_gap_stand_in_order_among_those_behind_it() -> None:
    assert shown("*/20 * * * *", "2026-10-04T01:30+10:30", 5, "Australia/Lord_Howe") == [
        "Sun 04 01:40 +1030",
        "Sun 04 02:30 +1100",
        "Sun 04 02:40 +1100",
        "Sun 04 02:50 +1100",
        "Sun 04 03:00 +1100",
    ]


@pytest.mark.parametrize("minutes", range(0, 180, 7))
def test_asking_again_within_the_change_gives_the_times_that_are_left(minutes: int) -> None:
    for begin in (at("2026-03-29T01:00+01:00"), at("2026-10-25T01:00+02:00")):
        after = begin + timedelta(minutes=minutes)
        whole = islice(due(cron("*/15 */2 * * *"), begin, "Europe/Berlin"), 60)
        left = [moment for moment in whole if moment > after]
        assert list(islice(due(cron("*/15 */2 * * *"), after, "Europe/Berlin"), len(left))) == left


# Intervals and single moments.


def interval(seconds: int, after: str, anchor: str | None = None) -> Iterator[datetime]:
    trigger = IntervalTrigger(type="interval", seconds=seconds)
    return due(trigger, at(after), "Europe/Berlin", at(anchor) if anchor else None)


def test_an_interval_counts_from_its_anchor() -> None:
    times = interval(5400, "2026-01-01T12:00Z", anchor="2026-01-01T10:00Z")
    assert list(islice(times, 2)) == [at("2026-01-01T13:00Z"), at("2026-01-01T14:30Z")]


def test_the_anchor_of_an_interval_is_not_due_itself() -> None:
    times = interval(60, "2025-01-01T00:00Z", anchor="2026-01-01T10:00Z")
    assert next(times) == at("2026-01-01T10:01Z")


def test_an_interval_without_an_anchor_counts_from_the_epoch() -> None:
    assert next(interval(3600, "2026-01-01T12:34:56Z")) == at("2026-01-01T13:00Z")
    assert next(interval(7, "1970-01-01T00:00:07Z")) == at("1970-01-01T00:00:14Z")


def test_an_interval_keeps_elapsed_time_over_a_clock_change() -> None:
    times = interval(86400, "2026-03-28T12:00Z", anchor="2026-03-01T08:00Z")
    assert list(islice(times, 2)) == [at("2026-03-29T08:00Z"), at("2026-03-30T08:00Z")]


def test_an_anchor_finer_than_a_second_is_kept_exactly() -> None:
    anchor = "2026-01-01T00:00:00.000001Z"
    [moment] = islice(interval(99_999_999, "2026-01-02T00:00Z", anchor), 1)
    assert moment == at(anchor) + timedelta(seconds=99_999_999)


def test_once_is_due_at_its_moment_and_never_again() -> None:
    trigger = OnceTrigger(type="once", at=at("2026-01-01T09:00+01:00"))
    assert list(due(trigger, at("2026-01-01T07:59Z"), "UTC")) == [at("2026-01-01T08:00Z")]
    assert list(due(trigger, at("2026-01-01T08:00Z"), "UTC")) == []


@pytest.mark.parametrize("text", ["2026-01-01T09:00", "0001-01-01T00:00+14:00"])
def test_a_single_moment_without_an_offset_or_out_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"has no offset|out of the calendar"):
        due(OnceTrigger(type="once", at=at(text)), at("2026-01-01T00:00Z"), "UTC")
