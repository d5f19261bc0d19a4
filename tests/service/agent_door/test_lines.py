"""Lines and greetings: cut as they come, whatever the pieces, and bounded."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_service.agent_door.greeting import BAD, Greeting, greeting_of
from assent_service.agent_door.lines import TooLong, lines

LONGEST = 40


def heard(pieces: list[bytes]) -> list[bytes | TooLong]:
    async def read() -> list[bytes | TooLong]:
        reader = asyncio.StreamReader()
        found: list[bytes | TooLong] = []

        async def take() -> None:
            found.extend([one async for one in lines(reader, LONGEST)])

        taking = asyncio.create_task(take())
        for piece in pieces:
            reader.feed_data(piece)
            await asyncio.sleep(0)
        reader.feed_eof()
        await taking
        return found

    return asyncio.run(read())


WORDS = st.binary(max_size=120).map(lambda one: one.replace(b"\n", b"n"))


@given(st.lists(WORDS, max_size=8), st.data())
def test_lines_are_the_same_however_the_bytes_come(words: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(one + b"\n" for one in words)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    edges = [0, *cuts, len(whole)]
    pieces = [whole[a:b] for a, b in itertools.pairwise(edges)]
    found = heard(pieces)
    expected = [one for one in words if one.strip() or len(one) > LONGEST]
    assert len(found) in (len(expected), len([one for one in words if one.strip()]))
    for one in found:
        if isinstance(one, TooLong):
            assert any(len(word) > LONGEST and word.startswith(one.first[:20]) for word in words)
        else:
            assert one in words
            assert len(one) <= LONGEST


def test_what_is_not_ended_by_a_line_break_is_not_heard() -> None:
    assert heard([b"one\ntwo"]) == [b"one"]


@pytest.mark.parametrize(
    ("first", "last", "about"),
    [
        (b'{"jsonrpc":"2.0","id":7,"method":"x', b"", 7),
        (b'{ "jsonrpc": "2.0", "id": "a-b", ', b"", "a-b"),
        (b'{"id":-1,', b"", -1),
        (b'{"method":"x","params":{"id":3}', b'"}},"id":12}', 12),
        (b'{"method":"x","params":{"id":3},', b'"}', None),
        (b"{", b'"id": 4 } ', 4),
    ],
)
def test_the_id_of_an_overlong_line_is_read_off_its_edges(
    first: bytes, last: bytes, about: object
) -> None:
    assert TooLong(first, last).id == about


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"assent": 1, "client": "a", "token": "b"}', Greeting("a", "b")),
        (b'  {"assent":1,"token":"b","client":"a"}', Greeting("a", "b")),
        (b'{"assent": true, "client": "a", "token": "b"}', Greeting("a", "b")),
        (b'{"assent": 2, "client": "a", "token": "b"}', BAD),
        (b'{"assent": 1, "client": "a", "token": "b", "x": 1}', BAD),
        (b'{"assent": 1, "client": 5, "token": "b"}', BAD),
        (b'{"assent"', BAD),
        (b'{"assent": 1' + b" " * 5000, BAD),
        (b'{"jsonrpc": "2.0", "assent": 1}', None),
        (b"hello", None),
    ],
)
def test_a_first_line_is_a_greeting_a_bad_one_or_none(line: bytes, said: object) -> None:
    assert greeting_of(line, 4096) == said
