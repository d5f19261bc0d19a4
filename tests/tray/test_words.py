"""Labels: words from anywhere in one short visible line, and moments as a person says them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_tray.words import LONGEST, capital, command, counted, label, moment, when
from service.shell import HOSTILE, hidden_in

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))


@given(st.text())
def test_a_label_is_one_short_line_in_which_nothing_hides(text: str) -> None:
    said = label(text)
    assert len(said) <= LONGEST
    assert hidden_in(said) == set()
    assert "\n" not in said


@given(st.text(alphabet="abc ", max_size=LONGEST))
def test_plain_words_that_fit_stay_as_they_are(text: str) -> None:
    assert label(text) == text


def test_what_is_cut_says_so() -> None:
    assert label("x" * 100) == "x" * (LONGEST - 1) + "…"
    assert label(HOSTILE * 10).endswith("…")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-07-01T10:30:00Z", "12:30"),
        ("2026-07-01T09:00:00.123456Z", "11:00"),
        ("2026-07-01T22:30:00Z", "Thu 00:30"),
        ("2026-07-03T14:00:00Z", "Fri 16:00"),
        ("2026-07-09T14:00:00Z", "9 Jul 16:00"),
        ("2026-06-30T14:00:00Z", "30 Jun 16:00"),
        ("2027-01-01T14:00:00Z", "1 Jan 2027"),
        ("soon", "soon"),
        ("2026-07-01T10:30:00", "2026-07-01T10:30:00"),
    ],
)
def test_a_moment_is_said_in_the_zone_and_from_the_day_of_who_reads(at: str, said: str) -> None:
    assert when(at, NOW) == said


@given(st.text())
def test_any_text_may_stand_for_a_moment(text: str) -> None:
    assert hidden_in(when(text, NOW)) == set()
    found = moment(text)
    assert found is None or found.tzinfo is not None


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_read_back(at: datetime) -> None:
    assert moment(at.isoformat()) == at


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("3dae9276-2d83-47b7-9d2e-e710a2f19f83", "3dae9276"),
        ("1.0.0", "1.0.0"),
        ("$(reboot)", "'$(reboot)'"),
        ("a\nb", "'a\\nb'"),
    ],
)
def test_a_command_holds_short_and_harmless_words(word: str, typed: str) -> None:
    assert command("assent run show", word) == f"assent run show {typed}"


def test_the_first_letter_alone_is_made_large() -> None:
    assert (capital("nothing to do at 10:04 CET"), capital("")) == (
        "Nothing to do at 10:04 CET",
        "",
    )


def test_things_are_counted() -> None:
    assert (counted(1, "case"), counted(2, "case"), counted(0, "case")) == (
        "1 case",
        "2 cases",
        "0 cases",
    )
