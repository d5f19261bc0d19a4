"""Laws of the intrinsic functions, and texts that nobody thought of."""

import re
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from assent_engine.interpreter.faults import RUNTIME, StateFault
from assent_engine.interpreter.intrinsics import (
    IntrinsicSyntaxError,
    compile_intrinsic,
    is_intrinsic,
)
from assent_engine.interpreter.intrinsics.functions import FUNCTIONS
from assent_schemas import exact_json

SIGNS = st.sampled_from(
    [
        *"()[]'\"\\{},.$@ \n-+01e9é\ud800",
        *FUNCTIONS,
        "{}",
        "null",
        "true",
        "$.a",
        "$$",
        "\\'",
        "1.5",
    ]
)
NUMBERS = st.integers(-(10**9), 10**9) | st.decimals(
    -(10**6), 10**6, allow_nan=False, allow_infinity=False, places=3
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
ARRAYS = st.lists(VALUES, max_size=12)


def draws(seed: str = "") -> Callable[[], bytes]:
    """Bytes as a run draws them: fresh at each call, the same for the same seed."""
    count = iter(range(1_000))
    return lambda: sha256(f"{seed}/{next(count)}".encode()).digest()


def call(name: str, *values: Any, seed: str = "") -> Any:
    paths = [f"$[{position}]" for position in range(len(values))]
    intrinsic = compile_intrinsic(f"States.{name}({','.join(paths)})")
    return intrinsic.evaluate(dict(zip(paths, values, strict=True)).__getitem__, draws(seed))


def attempted(name: str, *values: Any) -> Any:
    """The value of the call, or its fault."""
    try:
        return call(name, *values)
    except StateFault as fault:
        return fault


def quoted(text: str) -> str:
    return "'" + re.sub(r"(['\\{}])", r"\\\1", text) + "'"


def same(left: Any, right: Any) -> bool:
    """Deep equality, said in the plainest way."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    return bool(left == right)


@given(st.text(max_size=60) | st.lists(SIGNS, max_size=30).map("".join))
@example("States.Array('\ud800')")
def test_any_text_is_a_function_or_a_syntax_error(text: str) -> None:
    is_intrinsic(text)
    for one in (text, f"States.Array({text})", f"States.Format('{text}')"):
        try:
            compile_intrinsic(one)
        except IntrinsicSyntaxError:
            continue


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(VALUES, max_size=4), st.data())
def test_any_call_gives_json_or_a_fault_of_the_language(
    name: str, values: list[Any], data: st.DataObject
) -> None:
    function = FUNCTIONS[name]
    while not function.takes(len(values)):
        values = [*values, data.draw(VALUES)] if len(values) < function.least else values[:-1]
    found = attempted(name.removeprefix("States."), *values)
    if isinstance(found, StateFault):
        assert (found.error, found.cause.split()[0]) == (RUNTIME, name)
    else:
        assert exact_json.decode(exact_json.encode(found)) == found


@given(st.text(max_size=40))
def test_a_quoted_text_means_itself(text: str) -> None:
    assert compile_intrinsic(f"States.Array({quoted(text)})").evaluate(str, bytes) == [text]
    assert compile_intrinsic(f"States.Format({quoted(text)})").evaluate(str, bytes) == text


@given(st.lists(NAMES, max_size=5), st.data())
def test_format_puts_every_text_in_its_place(values: list[str], data: st.DataObject) -> None:
    between = [data.draw(NAMES) for _ in range(len(values) + 1)]
    template = "'" + "{}".join(quoted(text)[1:-1] for text in between) + "'"
    slots = "".join(f", {quoted(text)}" for text in values)
    expected = between[0] + "".join(
        value + text for value, text in zip(values, between[1:], strict=True)
    )
    assert compile_intrinsic(f"States.Format({template}{slots})").evaluate(str, bytes) == expected


@given(st.lists(st.text("abé", min_size=1, max_size=4), max_size=8), st.text(",;.|", min_size=1))
def test_what_was_joined_by_a_delimiter_is_split_into_the_same_pieces(
    pieces: list[str], signs: str
) -> None:
    for delimiter in (signs, signs[0]):
        assert call("StringSplit", delimiter.join(pieces), signs) == pieces


@given(st.text("ab,;", max_size=30), st.text(",;", min_size=1, max_size=3))
def test_no_piece_is_empty_or_holds_a_delimiter_and_nothing_else_is_lost(
    text: str, signs: str
) -> None:
    pieces = call("StringSplit", text, signs)
    assert all(piece and not set(piece) & set(signs) for piece in pieces)
    assert "".join(pieces) == "".join(sign for sign in text if sign not in signs)


@given(ARRAYS, st.integers(1, 15))
def test_chunks_put_together_are_the_array_and_only_the_last_is_short(
    items: list[Any], size: int
) -> None:
    chunks = call("ArrayPartition", items, size)
    assert [item for chunk in chunks for item in chunk] == items
    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert all(0 < len(chunk) <= size for chunk in chunks)


@given(ARRAYS, VALUES)
def test_an_array_contains_what_is_deeply_equal_to_one_of_its_items(
    items: list[Any], sought: Any
) -> None:
    assert call("ArrayContains", items, sought) is any(same(item, sought) for item in items)
    assert call("ArrayContains", [*items, sought], sought) is True


@given(ARRAYS)
def test_unique_items_are_the_first_of_their_kind_in_order(items: list[Any]) -> None:
    expected: list[Any] = []
    for item in items + items:
        if not any(same(item, other) for other in expected):
            expected.append(item)
    found = call("ArrayUnique", items + items)
    assert list(map(id, found)) == list(map(id, expected))
    assert call("ArrayUnique", found) == found


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-9, 9).filter(bool))
def test_a_range_starts_at_its_start_steps_evenly_and_stays_within_its_end(
    start: int, end: int, step: int
) -> None:
    found = call("ArrayRange", start, end, step)
    assert found == [start + step * at for at in range(len(found))]
    following = start + step * len(found)
    assert following > end if step > 0 else following < end
    assert not found or (found[-1] <= end if step > 0 else found[-1] >= end)


@given(st.text(max_size=50).filter(lambda text: not re.search("[\ud800-\udfff]", text)))
def test_base64_gives_back_what_was_encoded(text: str) -> None:
    encoded = call("Base64Encode", text)
    assert call("Base64Decode", encoded) == text
    assert call("Base64Decode", encoded.rstrip("=")) == text


@given(VALUES)
def test_json_text_gives_back_the_value_digit_for_digit(value: Any) -> None:
    written = call("JsonToString", value)
    assert exact_json.encode(call("StringToJson", written)) == exact_json.encode(value)


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.dictionaries(NAMES, VALUES, max_size=5))
def test_the_second_object_wins_in_a_merge(first: dict[str, Any], second: dict[str, Any]) -> None:
    merged = call("JsonMerge", first, second, False)
    assert merged.keys() == first.keys() | second.keys()
    assert all(merged[name] is second.get(name, first.get(name)) for name in merged)


@given(NUMBERS, NUMBERS)
def test_each_summand_is_rounded_half_up_before_they_are_added(
    first: int | Decimal, second: int | Decimal
) -> None:
    def rounded(number: int | Decimal) -> int:
        doubled = Decimal(number) * 2 + 1
        return int(doubled // 2) - (doubled < 0 and doubled % 2 != 0)

    assert call("MathAdd", first, second) == rounded(first) + rounded(second)


@given(st.integers(-(10**17), 10**17), st.integers(1, 10**17), st.text(max_size=5))
def test_a_random_number_is_from_its_start_to_before_its_end(
    start: int, span: int, seed: str
) -> None:
    found = call("MathRandom", start, start + span, seed=seed)
    assert start <= found < start + span
    assert call("MathRandom", start, start + span, seed=seed) == found


@given(st.integers(), st.integers(2, 100))
def test_a_seed_decides_a_random_number_whatever_is_drawn(seed: int, span: int) -> None:
    seed %= 10**18
    numbers = {call("MathRandom", 0, span, seed, seed=run) for run in ("a", "b", "c")}
    assert len(numbers) == 1


def test_every_number_of_a_range_comes_up() -> None:
    drawn = {call("MathRandom", 1, 6, seed=str(at)) for at in range(200)}
    seeded = {call("MathRandom", 1, 6, at) for at in range(200)}
    assert drawn == seeded == {1, 2, 3, 4, 5}


@given(st.text(max_size=5))
def test_a_uuid_is_of_version_4_and_the_same_for_the_same_draw(seed: str) -> None:
    pattern = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(pattern, call("UUID", seed=seed))
    assert call("UUID", seed=seed) == call("UUID", seed=seed) != call("UUID", seed=seed + "x")
