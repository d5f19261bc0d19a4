"""The parts of the bridge that need no process: lines, words, messages."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_service.bridge import messages
from assent_service.bridge.lines import lines
from assent_service.bridge.words import Asked, asked

PIECES = st.lists(st.binary(min_size=1, max_size=12) | st.just(b"\n"), max_size=30)


def reader(pieces: list[bytes]) -> Callable[[], bytes]:
    left = [*pieces, b""]
    return lambda: left.pop(0)


@given(PIECES)
def test_however_a_stream_is_cut_its_lines_are_the_same(pieces: list[bytes]) -> None:
    *whole, _ = b"".join(pieces).split(b"\n")
    assert list(lines(reader(pieces), 10_000)) == [one + b"\n" for one in whole if one.strip()]


@given(PIECES, st.integers(0, 8))
def test_a_line_that_is_too_long_is_left_out_and_no_other(pieces: list[bytes], most: int) -> None:
    *whole, _ = b"".join(pieces).split(b"\n")
    expected = [None if len(one) > most else one + b"\n" for one in whole]
    found = list(lines(reader(pieces), most))
    assert found == [one for one in expected if one is None or one.strip()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("mcp", Asked()),
        ("mcp --client claude", Asked(client="claude")),
        ("mcp --home=/a --client=claude", Asked("/a", "claude")),
        ("mcp --client claude --home /a", Asked("/a", "claude")),
    ],
)
def test_plain_words_are_understood_at_once(words: str, found: Asked) -> None:
    assert asked(words.split()) == found


@pytest.mark.parametrize(
    "words",
    [
        "",
        "policy list",
        "mcp --help",
        "mcp --bogus 1",
        "mcp --client",
        "mcp --client --home",
        "mcp --client Claude!",
        "mcp --client ../token",
        "mcp --client a --client b",
        "mcp --json",
        "mcp --home=",
        "mcp claude",
    ],
)
def test_all_other_words_are_for_the_command_line(words: str) -> None:
    assert asked(words.split()) is None


@pytest.mark.parametrize(
    ("line", "requests", "answers"),
    [
        ('{"id": 1, "method": "a"}', [1], []),
        ('{"id": "1", "result": {}}', [], ["1"]),
        ('[{"id": 1, "method": "a"}, {"id": 2, "result": 0}, 7]', [1], [2]),
        ('{"method": "a"}', [], []),
        ('{"id": null, "method": "a"}', [], []),
        ('{"id": {"x": 1}, "method": "a"}', [], []),
        ("7", [], []),
        ("{", [], []),
    ],
)
def test_who_asks_and_who_is_answered_is_read_off_a_line(
    line: str, requests: list[object], answers: list[object]
) -> None:
    said = messages.messages(line.encode())
    assert (messages.requests(said), messages.answers(said)) == (requests, answers)


@given(st.integers() | st.text(), st.text())
def test_an_error_is_one_line_whatever_it_says(to: int | str, text: str) -> None:
    line = messages.error(to, messages.NOT_DONE, text)
    assert line.count(b"\n") == 1
    found = json.loads(line)
    assert (found["id"], found["error"]["message"]) == (to, text)
