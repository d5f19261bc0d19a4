"""Text made safe to show, and where in a run something happens."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_service.cli.places import depth, place
from assent_service.cli.text import shown, shown_document
from service.shell import hidden_in


@given(st.text())
def test_a_shown_document_is_the_same_document(text: str) -> None:
    written = json.dumps({"a": text}, indent=2, ensure_ascii=False)
    assert json.loads(shown_document(written)) == {"a": text}
    assert hidden_in(shown_document(written)) == set()


def test_letters_of_any_script_stay_as_they_are() -> None:
    text = "Größe 数量 количество 🚀 naïve"
    assert shown(text) == text


def test_what_is_cut_is_said() -> None:
    assert shown("x" * 12, 10) == "x" * 10 + "... (2 more characters)"


@pytest.mark.parametrize(
    ("scope", "key", "expected"),
    [
        ("", "", ""),
        ("", "GetVIX.1", "GetVIX"),
        ("", "GetVIX.1/1", "GetVIX"),
        ("", "GetVIX.1/3", "GetVIX (attempt 3)"),
        ("", "Loop.4/2", "Loop (visit 4, attempt 2)"),
        ("", "a.b~1c~0.1", "a.b/c~"),
        ("Scan.1/1/0/", "Check.1", "  Check"),
        ("Scan.1/1/2/", "Check.1", "  Check [2]"),
        ("Scan.1/1/2/Harvest.1/1/0/", "Plan.1", "    Plan [2.0]"),
        ("", "\x1b[2J.1", r"\u001b[2J"),
    ],
)
def test_a_place_is_told_by_state_depth_item_visit_and_attempt(
    scope: str, key: str, expected: str
) -> None:
    assert place(scope, key) == expected
    assert depth(scope) == (len(expected) - len(expected.lstrip())) // 2
