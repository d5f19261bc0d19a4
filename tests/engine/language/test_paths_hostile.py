"""Hostile paths and hostile data: refused at once, within the budget, without a crash."""

import logging
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assent_engine.interpreter.faults import RUNTIME, StateFault
from assent_engine.interpreter.paths import BUDGET, PathSyntaxError, compile_path

GRAMMAR = [*"$@.*[]()?!&|=<>,:'\"\\ -+/~`{}\n0179aé\ud800", "..", "[?(", "@.", "&&", "||", "=="]
WORDS = ["in ", "!(", ".length()", "(@.length-1)", "null", "true", "where", "'a'", "[0]", "[*]"]
SIGNS = st.sampled_from(GRAMMAR + WORDS)
HOSTILE = [
    "$" + "[0,1]" * 100,
    "$[" + "0," * 254 + "0]",
    "$[?(" + "@&&" * 160 + "@)]",
    "$[?(" + "@||" * 160 + "@)]",
    "$[?(" + "!" * 500 + "@)]",
    "$[?" + "(" * 500,
    "$[?" + "!(" * 250,
    "$" + "[?(@" * 120 + ")]" * 10,
    "$['" + "\\" * 500,
    "$['" + "a','" * 120 + "a']",
    "$." + "a " * 250,
    "$." + "\\" * 501,
    "$." + "a" * 500 + "(",
    "$" + "." * 500,
    "$[" + " " * 500,
    "$[(" + " " * 500,
    "$[?(@.length()" + " " * 490 + "-",
    "$[?(@ in [" + "1," * 240 + "])]",
    "$[?(@ in [" + "''," * 160 + "])]",
    "$[?(@ == " + "9" * 490 + "e999)]",
    "$[?(@ == 1" + "e" * 490 + ")]",
    "$" + "v" * 500,
    "$" + "é" * 500,
    "$[?(@" + "..a" * 100 + ")]",
]


def compiles(text: str) -> bool:
    try:
        compile_path(text)
    except PathSyntaxError:
        return False
    return True


def seconds(text: str) -> float:
    started = time.perf_counter()
    compiles(text)
    return time.perf_counter() - started


@given(st.text(max_size=60) | st.lists(SIGNS, max_size=40).map("".join))
@example("$[?(@.a == 1e999)]")
@example("$[?(@ == '\ud800')]")
@example("$\ud800")
def test_any_text_is_a_path_or_a_syntax_error(text: str) -> None:
    compiles(text)


@given(st.lists(SIGNS, max_size=30).map(lambda signs: "$" + "".join(signs)))
def test_any_path_finds_something_or_nothing_and_never_fails(text: str) -> None:
    data = {"a": [{"a": 1, "é": ["a", None]}, 0, True], "0": {"a": {}}}
    if compiles(text):
        compile_path(text).find(data)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_settled_at_once(text: str) -> None:
    compiles("$[*]")
    assert min(seconds(text) for _ in range(3)) < 0.05


def test_a_text_of_a_megabyte_is_refused_unread_and_quoted_in_part() -> None:
    with pytest.raises(PathSyntaxError, match="longer than 512") as refusal:
        compile_path("$." + "a" * 1_000_000)
    assert len(str(refusal.value)) < 200


def test_the_longest_path_is_a_path() -> None:
    assert compile_path("$." + "a" * 510).find({"a" * 510: 1}) == 1
    assert compile_path("$" + ".a" * 32).definite
    assert compile_path("$" + "[*]" * 32).find([]) == []
    assert compile_path("$[?" + "(" * 15 + "@" + ")" * 15 + "]").find([0]) == [0]


LONG = {"items": [{"id": at, "text": "x" * 40} for at in range(BUDGET // 2)]}
WIDE = {"big": "é" * 65_000, "list": ["é" * 65_000] * 5_000, "same": list(range(3_000))}


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("$..*", LONG),
        ("$..*..*..*", LONG),
        ("$.items[*]['id','text']", LONG),
        ("$.items[*][?(@.id >= 0)]", {"items": [LONG["items"]] * 3}),
        ("$.items[?($..id)]", LONG),
        ("$.items[?(@.id < $.items.length() && @.text != 'y')]", LONG),
        ("$.same[?($.same == $.same)]", WIDE),
        ("$.same[?(@ in $.same)]", WIDE),
        ("$.same[?($.same[*].max() > @)]", WIDE),
        ("$.list[?(@ < $.big)]", WIDE),
        ("$.list[?(@ == $.big)]", WIDE),
        ("$[" + "0," * 200 + "0]" + "[*]", [list(range(1_000))]),
    ],
)
def test_an_evaluation_over_its_budget_is_a_runtime_fault_that_names_it(
    text: str, data: Any
) -> None:
    started = time.perf_counter()
    with pytest.raises(StateFault, match="budget of 100,000 visited nodes") as fault:
        compile_path(text).get(data)
    assert fault.value.error == RUNTIME
    assert time.perf_counter() - started < 2


def test_the_budget_holds_to_the_node_and_for_each_evaluation_anew() -> None:
    path = compile_path("$[*]")
    assert len(path.find([0] * BUDGET)) == BUDGET
    assert len(path.find([0] * BUDGET)) == BUDGET
    with pytest.raises(StateFault):
        path.find([0] * (BUDGET + 1))


def nested(depth: int, *, named: bool) -> Any:
    data: Any = {"a": 1} if named else [1]
    for _ in range(depth):
        data = {"a": data} if named else [data]
    return data


@pytest.mark.parametrize("named", [True, False])
def test_deep_data_meets_no_recursion(*, named: bool) -> None:
    depth = BUDGET // 4
    left, right = nested(depth, named=named), nested(depth, named=named)
    assert len(compile_path("$..*").find(left)) == depth + 1
    assert len(compile_path("$.p[?(@ == $.p[1])]").find({"p": [left, right]})) == 2
    _dismantle(left)
    _dismantle(right)


def _dismantle(data: Any) -> None:
    """Take deep data apart from the top, so that freeing it nests no deeper than one."""
    while isinstance(data, dict | list) and data:
        inner = data.pop("a") if isinstance(data, dict) else data.pop()
        data = inner


def test_the_parser_says_warns_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings(), caplog.at_level(logging.DEBUG):
        warnings.simplefilter("error")
        compile_path("$.quiet[?(@.Name==Receipt && !@.x)]")
        assert not compiles("$.quiet[?(@.Name==)]")
    assert caplog.records == []
    assert list(tmp_path.iterdir()) == []


def test_the_parser_is_imported_with_the_first_path_that_needs_it() -> None:
    code = """if True:
        import sys
        from assent_engine.interpreter.paths import compile_path
        compile_path("$.a['b c'][-1]")
        assert "jsonpath_ng" not in sys.modules
        compile_path("$.a[*]")
        assert "jsonpath_ng" in sys.modules
    """
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
