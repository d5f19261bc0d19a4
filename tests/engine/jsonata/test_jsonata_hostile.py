import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from assent_engine.interpreter.query import QueryFailed, Question
from assent_engine.jsonata import Evaluator
from engine.jsonata.machines import QUERY_ERROR, STARTED, evaluated, marked, pass_on, run

HOSTILE = [
    ("endless recursion", "($f := function($n) { 1 + $f($n) }; $f(1))"),
    ("an endless loop", "($f := function($n) { $f($n + 1) }; $f(1))"),
    ("a self-application", "(function($x) { $x($x) })(function($x) { $x($x) })"),
    ("a huge range", "[1..9999999]"),
    ("a range beyond the limit", "[1..99999999999]"),
    ("a huge $range", "$range(1, 1e12, 1)"),
    ("a huge padding", "$pad('', 2000000000)"),
    ("text that doubles", "$reduce([1..60], function($a, $b) { $a & $a }, 'xxxxxxxx')"),
    ("arrays that double", "$reduce([1..60], function($a, $b) { $append($a, $a) }, [1])"),
    ("a product of loops", "[1..3000].([1..3000].([1..3000].(1)))"),
    ("deep brackets", "(" * 20_000 + "1" + ")" * 20_000),
    ("deep arrays", "[" * 20_000 + "]" * 20_000),
    ("a deep result", "$reduce([1..500], function($a, $b) { {'a': $a} }, 1)"),
    ("a long answer", "$pad('', 20000000)"),
    ("half of a surrogate pair", "$parse('\"\\\\ud800\"')"),
    ("a number too long for a double", "$parse('1' & $pad('', 500, '0')) + 1"),
    ("a pattern that grows", "$contains('a', /((a{1000}){1000}){1000}/)"),
    ("a long pattern", "$contains('a', /" + "a" * 5000 + "/)"),
    ("a text of many matches, over and over", "[1..9999].$match($pad('', 9999, 'a'), /a/)"),
]


@pytest.fixture
def evaluator() -> Iterator[Evaluator]:
    evaluator = Evaluator(seconds=1)
    yield evaluator
    evaluator.close()


def ask(evaluator: Evaluator, *expressions: str) -> list[object]:
    return evaluator.answers(Question(expressions, {"states": {}}, "2026-01-01T00:00:00Z", "0"))


@pytest.mark.parametrize(("what", "expression"), HOSTILE, ids=[case[0] for case in HOSTILE])
def test_a_hostile_expression_fails_in_time_and_the_next_one_works(
    what: str, expression: str
) -> None:
    began = time.monotonic()
    assert evaluated(expression).error == QUERY_ERROR
    assert time.monotonic() - began < 60
    assert evaluated("1 + 1").output == 2


def test_a_worker_that_was_killed_is_started_again(evaluator: Evaluator) -> None:
    assert ask(evaluator, "1") == [1]
    process = evaluator._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert ask(evaluator, "2") == [2]
    assert evaluator._process is not process


def test_one_worker_answers_many_questions(evaluator: Evaluator) -> None:
    ask(evaluator, "1")
    process = evaluator._process
    for number in range(200):
        assert ask(evaluator, f"{number}", "'a'") == [number, "a"]
    assert evaluator._process is process


def test_time_out_kills_the_worker(evaluator: Evaluator) -> None:
    with pytest.raises(QueryFailed, match="took longer than 1 seconds"):
        ask(evaluator, HOSTILE[1][1])
    assert evaluator._process is None
    evaluator.close()


def test_time_is_counted_on_the_processor_alone(evaluator: Evaluator) -> None:
    assert ask(evaluator, "1") == [1]
    process = evaluator._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    waking = threading.Timer(1.5, os.kill, (process.pid, signal.SIGCONT))
    waking.start()
    began = time.monotonic()
    assert ask(evaluator, "2") == [2]
    assert time.monotonic() - began > 1
    waking.join()


def test_what_the_library_prints_is_no_answer(evaluator: Evaluator) -> None:
    with pytest.raises(QueryFailed):
        ask(evaluator, "(1)(2)")
    assert ask(evaluator, "3") == [3]


def test_nothing_stays_from_one_question_to_the_next(evaluator: Evaluator) -> None:
    assert ask(evaluator, "($kept := 5; $kept)") == [5]
    with pytest.raises(QueryFailed, match="nothing"):
        ask(evaluator, "$kept")
    with pytest.raises(QueryFailed, match="nothing"):
        ask(evaluator, "$kept := 1", "$kept")


def test_a_function_cannot_be_replaced_for_later(evaluator: Evaluator) -> None:
    assert ask(evaluator, "($sum := function($x) { 0 }; $sum([1, 2]))") == [0]
    assert ask(evaluator, "$sum([1, 2])") == [3]


def test_data_cannot_be_changed_for_the_next_expression() -> None:
    change = marked("$states.input ~> |$|{'a': 2}|")
    assert run(pass_on(Output=[change, "{% $states.input.a %}"]), {"a": 1}).output == [{"a": 2}, 1]


def test_a_failure_has_the_same_cause_every_time() -> None:
    causes = {evaluated(HOSTILE[0][1], now=STARTED).cause for _ in range(2)}
    assert len(causes) == 1
