"""Which expressions are crontab(5)'s, and the reason that is given for the others."""

import time
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_engine.due import due, is_valid_cron
from assent_schemas.triggers import CronTrigger
from engine.due.film import RANGES, is_day

LEAP_CYCLE = 146_097


@pytest.mark.parametrize(
    "expression",
    [
        "* * * * *",
        "0 0 * * 7",
        " \t0\t0  1 1 0 ",
        "*/5,7,10-20/3 0-23 1,15 JAN-mar,12 mon,WED-fri",
        "05 09 01 01 *",
        "*/90 * * * *",
        "0 0 29 2 *",
        "0 0 29 2 */7",
        "0 0 31 2,4 1",
        "0 0 30 1,2 *",
    ],
)
def test_an_expression_of_crontab_5_is_accepted(expression: str) -> None:
    assert is_valid_cron(expression) is None


FIVE = "it needs five fields: minute, hour, day-of-month, month, day-of-week"
NEVER = "it is never due: none of its months has such a day"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", FIVE),
        ("* * * *", FIVE),
        ("0 * * * * *", FIVE),
        ("@daily", FIVE),
        ("60 * * * *", "the minute field goes from 0 to 59, not to 60"),
        ("* 24 * * *", "the hour field goes from 0 to 23, not to 24"),
        ("* * 0 * *", "the day-of-month field goes from 1 to 31, not to 0"),
        ("* * * 13 *", "the month field goes from 1 to 12, not to 13"),
        ("* * * * 8", "the day-of-week field goes from 0 to 7, not to 8"),
        ("* * * FOO *", "the month field knows no 'FOO'"),
        ("* * * MON *", "the month field knows no 'MON'"),
        ("* mon * * *", "the hour field knows no 'mon'"),
        ("*/0 * * * *", "the minute field cannot step by 0"),
        ("0/15 * * * *", "in the minute field a step follows * or a range: 0-59/15"),
        ("* * * * FRI-SUN", "in the day-of-week field the range FRI-SUN runs backwards"),
        ("* 22-6 * * *", "in the hour field the range 22-6 runs backwards"),
        ("0 0 L * *", "the day-of-month field does not understand 'L'"),
        ("0 0 * * 5L", "the day-of-week field does not understand '5L'"),
        ("0 0 * * MON#1", "the day-of-week field does not understand 'MON#1'"),
        ("0 0 ? * *", "the day-of-month field does not understand '?'"),
        ("1,,2 * * * *", "the minute field does not understand ''"),
        ("*-5 * * * *", "the minute field does not understand '*-5'"),
        ("-1 * * * *", "the minute field does not understand '-1'"),
        ("1.5 * * * *", "the minute field does not understand '1.5'"),
        ("\u0661 * * * *", "the minute field does not understand '\u0661'"),
        ("0 0 * * \u017fun", "the day-of-week field does not understand '\u017fun'"),
        ("0 0 * *\n*", FIVE),
        ("0 0 31 2 *", NEVER),
        ("0 0 30,31 2 */2", NEVER),
        ("0 0 31 2,4,6,9,11 *", NEVER),
        ("0 0 31-31/1 FEB *", NEVER),
        ("1," * 128 + "1 * * * *", "it is longer than 256 characters"),
        ("9" * 1_000_000, "it is longer than 256 characters"),
    ],
)
def test_any_other_is_refused_with_the_reason(expression: str, reason: str) -> None:
    assert is_valid_cron(expression) == reason


@given(st.text(max_size=300) | st.text("0123456789*/-, \tLW#jansu", max_size=300))
def test_no_text_raises_and_what_is_accepted_is_due(text: str) -> None:
    if text and is_valid_cron(text) is None:
        trigger = CronTrigger(type="cron", expression=text)
        assert len(list(islice(due(trigger, datetime(2026, 1, 1, tzinfo=UTC), "UTC"), 2))) == 2


FIELDS = [
    st.lists(
        st.sampled_from([f"{low}", f"{high}", f"{low}-{high}", f"{high - 2}-{high}/2", "*/2", "*"]),
        min_size=1,
        max_size=3,
    ).map(",".join)
    for low, high in RANGES
]
CYCLE = (date(2000, 1, 1) + timedelta(days=at) for at in range(LEAP_CYCLE))
DATES = list({(day.month, day.day, day.weekday()): day for day in CYCLE}.values())
"""Every day of the month on every day of the week that comes in four hundred years."""


@given(FIELDS[2] | st.just("30,31"), FIELDS[3] | st.sampled_from(["2", "4,2"]), FIELDS[4])
def test_never_due_is_what_has_no_day_in_four_hundred_years(
    day_of_month: str, month: str, day_of_week: str
) -> None:
    days = ["0", "0", day_of_month, month, day_of_week]
    comes = any(is_day(day, days) for day in DATES)
    assert is_valid_cron(" ".join(days)) == (None if comes else NEVER)


@pytest.mark.parametrize(
    "expression",
    [
        "0 0 29 2 */7",
        "59 23 31 12 */7",
        ",".join(["0-59"] * 48) + " * * * *",
        "* * " + ",".join(["1-31"] * 40) + " * *",
        "0 0 31 2 *",
        "*/999 */999 */999 */999 */999",
    ],
)
def test_hostile_expressions_cost_milliseconds(expression: str) -> None:
    begin = time.process_time()
    if is_valid_cron(expression) is None:
        trigger = CronTrigger(type="cron", expression=expression)
        after = datetime(2088, 2, 29, tzinfo=UTC)
        assert len(list(islice(due(trigger, after, "Europe/Berlin"), 5))) == 5
    assert time.process_time() - begin < 0.5
