"""The words of a review page: how things stand, where it was decided, and how long is left."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assent_engine.moments import timestamp
from assent_engine.store.rows import RequestRow
from assent_schemas import exact_json
from assent_service.review.looking import Question
from assent_service.review.question_page import question_page
from assent_service.review.standing import Standing, of_question
from assent_service.review.telling_time import Watch

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WATCH = Watch(NOON, ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("how", "way"),
    [
        ("cli", "the CLI"),
        ("owner door, cli/0.1.0", "the CLI"),
        ("owner door, tray/0.1.0", "the tray"),
        ("review page", "the review page"),
        ("owner door, editor/2", "editor"),
    ],
)
def test_where_it_was_decided_is_said_in_words(how: str, way: str) -> None:
    assert Standing("approved", "ann", how, timestamp(NOON)).way == way


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=7), ", 7 days left"),
        (timedelta(days=1, hours=23), ", 1 day left"),
        (timedelta(minutes=119), ", 1 hour left"),
        (timedelta(seconds=59), ", less than a minute left"),
        (timedelta(0), ""),
        (timedelta(days=-1), ""),
    ],
)
def test_what_is_left_is_told_in_the_largest_unit(left: timedelta, said: str) -> None:
    text = timestamp(NOON + left)
    assert WATCH.until(text) == f"{WATCH.when(text)}{said}"


def test_moments_are_told_in_the_zone_of_the_owner() -> None:
    assert WATCH.at("2026-03-02T09:04:00Z") == "at 10:04"
    assert WATCH.at("2026-03-01T23:04:00Z") == "at 00:04"
    assert WATCH.at("2026-03-01T22:59:00Z") == "on Sun 2026-03-01 23:59 (UTC+01:00)"


def missed(**more: object) -> Question:
    """A due time that was missed, and asks whether it is to be run now."""
    shown = {
        "title": "Greeter was due and missed. Run it now?",
        "run": "",
        "asked_at": "subject",
        "until": timestamp(NOON + timedelta(hours=1)),
        "policy": {"id": "p", "name": "Greeter", "version": "1.0.0"},
        "trigger": "cron-1",
        "due": timestamp(NOON),
    }
    facts: dict[str, object] = {
        "id": "r",
        "kind": "occurrence",
        "run_id": "",
        "subject": "subject",
        "title": shown["title"],
        "shown": exact_json.encode(shown).decode(),
        "hash": exact_json.digest(shown),
        "deadline": shown["until"],
        "status": "open",
        "note": None,
        "decided_by": None,
        "decided_how": None,
        "opened_at": timestamp(NOON),
        "closed_at": None,
    }
    row = RequestRow(**(facts | more))  # type: ignore[arg-type]
    return Question(row, shown, None, of_question(row, NOON))


def test_a_missed_due_time_is_no_question_of_a_run() -> None:
    page = question_page(missed(), WATCH)
    assert page.kind == "A due time was missed"
    assert page.orders is None
    assert "A yes starts one run now." in page.sections[0].lines
    assert "Run" not in [one.label for one in page.facts]


@pytest.mark.parametrize(
    ("row", "title"),
    [
        ({"status": "withdrawn", "closed_at": timestamp(NOON)}, "Withdrawn"),
        ({"status": "timed_out", "closed_at": timestamp(NOON)}, "Expired on"),
        ({"deadline": timestamp(NOON)}, "Expired on"),
        (
            {
                "status": "approved",
                "decided_by": "ann",
                "decided_how": "owner door, tray/0.1.0",
                "closed_at": timestamp(NOON),
            },
            "Approved from the tray at 13:00 by ann",
        ),
    ],
)
def test_what_became_of_a_question_comes_first(row: dict[str, object], title: str) -> None:
    standing = question_page(missed(**row), WATCH).standing
    assert standing is not None
    assert standing.title.startswith(title)


def test_a_service_that_shows_no_review_loads_no_templates() -> None:
    said = "import sys, assent_service.process.running; sys.exit('jinja2' in sys.modules)"
    subprocess.run([sys.executable, "-c", said], check=True)
