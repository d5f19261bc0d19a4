"""Words from outside: whatever they hold, what is shown hides nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_schemas.visible import cut, shown
from service.shell import hidden_in


@given(st.text())
def test_no_text_hides_anything(text: str) -> None:
    assert hidden_in(shown(text)) == set()
    assert "\n" not in shown(text)


@pytest.mark.parametrize("blank", "\u115f\u3164\u2800\ufe0f\U000e0100\u034f\u00ad\ufeff\u2066")
def test_what_draws_nothing_is_shown_by_its_number(blank: str) -> None:
    assert shown(f"a{blank}b") == f"a{json.dumps(blank)[1:-1]}b"


@given(st.text(), st.integers(1, 80))
def test_a_cut_text_is_as_short_as_asked_and_its_beginning(text: str, longest: int) -> None:
    short = cut(text, longest)
    assert len(short) <= longest
    assert hidden_in(short) == set()
    whole = shown(text, 10**6)
    assert short == whole or whole.startswith(short[:-1])
