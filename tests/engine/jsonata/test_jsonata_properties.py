"""Whatever is written between the marks: it has a value that is JSON, or it fails by name."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assent_engine.interpreter.query import QueryFailed, Question
from assent_engine.jsonata import Evaluator
from assent_schemas import exact_json
from engine.jsonata.machines import INPUT

PIECES = [
    *("$states", ".input", ".list", "[0]", "[$>1]", "$", "$$", "(", ")", "[", "]", "{", "}"),
    *("'a'", '"b"', "1", "-1", "1.5", "null", "true", ",", ":", "?", ":=", "$x", ";", "..", "."),
    *("+", "-", "*", "/", "%", "&", "=", "<", "in", "and", "~>", "^(", "|", "@$i", "#$j", "**"),
    *("$map", "$sum", "$string", "$partition", "$range", "$hash", "$parse", "$uuid", "$random"),
    *("$eval", "function($v){", "$now", "$error", "/a/", "`", "\\", "\u00e9", "\U0001f600", " "),
]
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)
CALM = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def evaluator() -> Iterator[Evaluator]:
    evaluator = Evaluator()
    yield evaluator
    evaluator.close()


def ask(evaluator: Evaluator, expression: str, given: Any) -> Any:
    bindings = {"states": {"input": given}}
    question = Question((expression,), bindings, "2026-01-01T00:00:00Z", "seed")
    try:
        return evaluator.answers(question)
    except QueryFailed as failed:
        return failed.cause


@CALM
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=20))
def test_any_text_has_a_value_or_fails_by_name_and_does_so_again(
    evaluator: Evaluator, text: str
) -> None:
    once = ask(evaluator, text, exact_json.plain(INPUT))
    exact_json.encode(once)
    assert ask(evaluator, text, exact_json.plain(INPUT)) == once


@CALM
@given(JSON)
def test_data_goes_through_an_expression_unchanged(evaluator: Evaluator, value: Any) -> None:
    assert ask(evaluator, "$states.input", {"v": value}) == [{"v": value}]
