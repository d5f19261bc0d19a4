"""Crashes are counted over starts, and too many in a row hold the engine."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assent_service.process.crashes import MOST, WITHIN, CrashLog

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def started(home: Path, at: datetime) -> CrashLog:
    one = CrashLog(home)
    one.begin(at)
    return one


def test_starts_with_clean_ends_are_no_crashes(tmp_path: Path) -> None:
    for number in range(10):
        one = started(tmp_path, NOON + timedelta(seconds=number))
        assert not one.too_many
        one.end()
    assert CrashLog(tmp_path).look().crashes == []


def test_five_crashes_within_two_minutes_are_too_many(tmp_path: Path) -> None:
    step = WITHIN / (MOST - 1)
    held = [started(tmp_path, NOON + number * step).too_many for number in range(MOST + 1)]
    assert held == [False] * MOST + [True]


def test_crashes_further_apart_are_not(tmp_path: Path) -> None:
    step = WITHIN / (MOST - 1) + timedelta(seconds=1)
    assert not any(started(tmp_path, NOON + number * step).too_many for number in range(20))


def test_it_stays_held_until_it_was_ended_cleanly(tmp_path: Path) -> None:
    for number in range(MOST):
        started(tmp_path, NOON + timedelta(seconds=number))
    one = started(tmp_path, NOON + timedelta(seconds=MOST))
    assert one.too_many
    assert one.reason == "The service crashed 5 times within 120 seconds."
    one.end()
    assert not started(tmp_path, NOON + timedelta(seconds=9)).too_many


def test_a_clean_end_forgets_no_crash_that_was_not_one_too_many(tmp_path: Path) -> None:
    started(tmp_path, NOON)
    started(tmp_path, NOON + timedelta(seconds=1)).end()
    assert CrashLog(tmp_path).look().crashes == [NOON + timedelta(seconds=1)]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"crashes": 3}', '{"crashes": ["noon"]}'])
def test_a_file_that_makes_no_sense_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "crashes.json").write_text(text)
    assert not started(tmp_path, NOON).too_many


def test_the_file_does_not_grow(tmp_path: Path) -> None:
    for number in range(100):
        started(tmp_path, NOON + timedelta(days=number))
    assert (tmp_path / "crashes.json").stat().st_size < 2000


def test_who_follows_a_crash_is_told_when_that_process_was_started(tmp_path: Path) -> None:
    assert CrashLog(tmp_path).begin(NOON) is None
    later = CrashLog(tmp_path)
    assert later.begin(NOON + timedelta(hours=1)) == NOON
    later.end()
    assert CrashLog(tmp_path).begin(NOON) is None
