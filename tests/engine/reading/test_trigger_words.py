"""Triggers in words: what the owner reads before a policy may start by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from assent_engine.reading import diff
from assent_engine.reading.schedule import moment_words
from assent_engine.reading.trigger_words import trigger_words
from assent_engine.registry import StepRegistry
from assent_schemas.document import read_policy
from assent_schemas.policy import Policy
from assent_schemas.triggers import AnyTrigger

READER: TypeAdapter[Any] = TypeAdapter(AnyTrigger)
SPOKEN = [
    (
        {"type": "session", "minutes_after_open": 15, "days": "last_of_month"},
        "15 minutes after the open of the last session of each month (XNYS)",
    ),
    (
        {"type": "session", "minutes_before_close": 1, "only_while": {"in_session": "XNYS"}},
        "1 minute before the close of every session (XNYS); only while XNYS is open",
    ),
    ({"type": "start"}, "whenever the service starts"),
    ({"type": "wake", "overlap": "allow"}, "whenever the computer wakes; even while another run"),
    (
        {
            "type": "event",
            "name": "deposit",
            "when": {"variable": "$.amount", "numeric_greater_than": 1000},
        },
        (
            'on each event "deposit", with data from whoever emits it;'
            " only if $.amount is more than 1,000"
        ),
    ),
    (
        {"type": "webhook", "name": "bank"},
        'on each call of the webhook "bank", with data from its caller',
    ),
    ({"type": "file", "path": "in"}, 'whenever "in" beneath the folder files has changed'),
    (
        {"type": "run_end", "policy": "A", "statuses": ["FAILED", "TIMED_OUT"]},
        'whenever a run of "A" has ended FAILED or TIMED_OUT',
    ),
    (
        {"type": "interval", "seconds": 3600, "catch_up": {"missed": "none"}},
        "every hour; what was missed is not caught up",
    ),
    (
        {"type": "interval", "seconds": 60, "catch_up": {"missed": "all", "most": 3}},
        "every minute; the last 3 missed are caught up within 7 days",
    ),
    (
        {"type": "interval", "seconds": 60, "catch_up": {"missed": "ask"}},
        "every minute; you are asked about the latest missed within 7 days",
    ),
    (
        {
            "type": "interval",
            "seconds": 60,
            "catch_up": {"within_seconds": 60},
            "only_while": {"deadline_seconds": 90},
        },
        (
            "every minute; the latest missed is caught up within 1 minute;"
            " at most 1 minute and 30 seconds late"
        ),
    ),
]


@pytest.mark.parametrize(("trigger", "words"), SPOKEN)
def test_a_trigger_says_when_it_is_due_and_how_it_starts(
    trigger: dict[str, Any], words: str
) -> None:
    assert trigger_words(READER.validate_python(trigger)).startswith(words)


def with_triggers(*triggers: dict[str, Any]) -> Policy:
    states = {"A": {"type": "Succeed"}}
    document = {"name": "P", "start_at": "A", "states": states, "triggers": [*triggers]}
    return read_policy(document)


def test_a_new_event_is_riskier_since_nobody_knows_how_often_it_comes() -> None:
    found = diff(with_triggers(), with_triggers({"type": "event", "name": "x"}), StepRegistry())
    assert found.verdict == "riskier"
    assert "new trigger" in found.risks[0].text


def test_another_manner_of_a_trigger_is_told_as_a_trigger_for_another() -> None:
    old, new = {"type": "start"}, {"type": "start", "overlap": "cancel_other"}
    found = diff(with_triggers(old), with_triggers(new), StepRegistry())
    assert [one.text.partition(":")[0] for one in found.risks] == ["new trigger", "trigger gone"]


def test_two_moments_that_differ_by_seconds_do_not_look_the_same() -> None:
    first = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert moment_words(first, UTC) == "Mon 2026-03-02 09:30 (UTC+00:00)"
    assert moment_words(first.replace(second=5), UTC) == "Mon 2026-03-02 09:30:05 (UTC+00:00)"
