"""Exact JSON: digits survive, hostile text is refused by a stable code."""

import datetime as dt
import enum
import unicodedata
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid
from assent_schemas.exact_json import Bounds, decode, digest, encode, parse, plain

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
# A Decimal without a fraction or an exponent reads back as an integer; plain() never makes one.
fractions = st.builds(
    Decimal,
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 10**30).map(lambda digits: tuple(int(one) for one in str(digits))),
        st.integers(-30, 30).filter(bool),
    ),
)
scalars = st.none() | st.booleans() | st.integers(-(10**39), 10**39) | fractions | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def identical(left: Any, right: Any) -> bool:
    """Equal with the same types and the same digits."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(identical(left[k], right[k]) for k in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(identical, left, right))
    if isinstance(left, Decimal):
        return bool(left.as_tuple() == right.as_tuple())
    return bool(left == right)


@given(values)
@example([Decimal("0.10"), Decimal("1E-7"), Decimal("-0.0"), Decimal("1E+5"), 2**70, -(2**63) - 1])
def test_what_is_encoded_reads_back_digit_for_digit(value: Any) -> None:
    assert identical(decode(encode(value)), value)


@given(values)
def test_an_untrusted_reader_finds_in_the_canonical_form_what_our_own_finds(value: Any) -> None:
    wide = Bounds(exponent=100, digits=80)
    assert identical(parse(encode(value), wide), value)


@given(values, values)
def test_digests_are_equal_only_for_identical_values(left: Any, right: Any) -> None:
    assert (digest(left) == digest(right)) is identical(left, right)


@given(st.dictionaries(texts, scalars, min_size=2, max_size=5))
def test_the_order_of_keys_does_not_change_the_digest(value: dict[str, Any]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("1", "1.0", id="integer and fraction"),
        pytest.param("1.0", "1.00", id="trailing zero"),
        pytest.param("0.1", "0.10000000000000001", id="beyond a double"),
        pytest.param("100.0", "1E+2", id="exponent"),
        pytest.param("true", "1", id="boolean and number"),
        pytest.param("null", "{}", id="null and empty"),
        pytest.param('"1"', "1", id="text and number"),
        pytest.param("[1,2]", "[2,1]", id="order of a list"),
        pytest.param("9007199254740993", "9007199254740992", id="integers beyond a double"),
    ],
)
def test_values_that_differ_have_different_digests(left: str, right: str) -> None:
    assert digest(parse(left)) != digest(parse(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param('{"a":1,"b":2}', '{ "b" : 2,\n"a":1 }', id="order and white space"),
        pytest.param('"\\u0041"', '"A"', id="escapes"),
        pytest.param("1e2", "1E+2", id="spelling of an exponent"),
        pytest.param('"\\ud83d\\ude00"', '"\N{GRINNING FACE}"', id="a whole surrogate pair"),
    ],
)
def test_spellings_of_one_value_share_a_digest(left: str, right: str) -> None:
    assert digest(parse(left)) == digest(parse(right))


def test_unicode_is_not_normalised_before_hashing() -> None:
    composed = "Zürich"
    decomposed = unicodedata.normalize("NFD", composed)
    assert digest(composed) != digest(decomposed)
    assert digest({composed: 1}) != digest({decomposed: 1})
    assert parse(encode({composed: 1, decomposed: 2})) == {composed: 1, decomposed: 2}


HOSTILE = [
    ("json.too_large", "", b'"' + b"a" * (1 << 20) + b'"', "a mebibyte of text"),
    ("json.too_deep", "", b"[" * 100_000, "100,000 opening brackets"),
    ("json.too_deep", "", b'{"a":' * 65 + b"1" + b"}" * 65, "65 nested objects"),
    ("json.too_deep", "", b'["\\"]",' * 65, "brackets after a text with a bracket"),
    ("json.syntax", "", b"]" * 100_000, "100,000 closing brackets"),
    ("json.syntax", "", b'"' + b"[" * 100_000, "brackets in a text without an end"),
    ("json.syntax", "", b"", "nothing"),
    ("json.syntax", "", b"[1,]", "trailing comma"),
    ("json.syntax", "", b"1 2", "two documents"),
    ("json.syntax", "", b"{'a': 1}", "single quotes"),
    ("json.syntax", "", b"01", "leading zero"),
    ("json.syntax", "", b"+1", "plus sign"),
    ("json.syntax", "", b"0x10", "hexadecimal"),
    ("json.syntax", "", b'"a\nb"', "raw line feed in a text"),
    ("json.syntax", "", b"\xef\xbb\xbf{}", "byte order mark"),
    ("json.duplicate_key", "", b'{"a":1,"a":1}', "duplicate key"),
    ("json.duplicate_key", "", b'{"a":1,"\\u0061":2}', "duplicate key by escape"),
    ("json.duplicate_key", "", b'[{"a":[{"b":{"c":1,"c":2}}]}]', "duplicate key far below"),
    ("json.number", "", b"NaN", "NaN"),
    ("json.number", "", b'{"a":[Infinity]}', "Infinity"),
    ("json.number", "", b"-Infinity", "minus Infinity"),
    ("json.number", "", b"1e400", "1e400"),
    ("json.number", "", b"1e-400", "1e-400"),
    ("json.number", "", b"0e400", "zero with a huge exponent"),
    ("json.number", "", b"1e99999999999999999999", "an exponent that decimal refuses"),
    ("json.number", "", b"-0e-9999999999999999999", "a tiny exponent that decimal refuses"),
    ("json.number", "", b"1" * 5000, "5000 digits"),
    ("json.number", "", b"0." + b"1" * 5000, "5000 fraction digits"),
    ("json.surrogate", "/a~1b/1", b'{"a/b":["x","\\ud800"]}', "escaped lone surrogate"),
    ("json.surrogate", "/a", b'{"a":{"\\udc00":1}}', "escaped lone surrogate in a key"),
    ("json.surrogate", "", b'"\\ude00\\ud83d"', "a pair the wrong way round"),
    ("json.encoding", "", b'"\xed\xa0\x80"', "raw lone surrogate in bytes"),
    ("json.encoding", "", b'"\xff"', "bytes that are not UTF-8"),
    ("json.encoding", "", b'"\xc0\xaf"', "overlong UTF-8"),
    ("json.encoding", "", "{}".encode("utf-16"), "UTF-16"),
    ("json.too_many", "", b"[" + b"1," * 50_000 + b"1]", "too many values"),
    ("json.text_too_long", "/1/a", b'[0,{"a":"' + b"x" * 65_537 + b'"}]', "a long text"),
    ("json.text_too_long", "", b'{"' + b"x" * 65_537 + b'":1}', "a long key"),
]


@pytest.mark.parametrize(
    ("code", "where", "text"), [pytest.param(*row[:3], id=row[3]) for row in HOSTILE]
)
def test_hostile_text_is_refused_by_one_stable_code(code: str, where: str, text: bytes) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        parse(text)
    assert [(one.code, one.pointer) for one in refused.value.problems] == [(code, where)]
    assert len(refused.value.problem.detail) < 200


def test_a_python_text_with_a_raw_lone_surrogate_is_refused() -> None:
    with pytest.raises(PolicyInvalid) as refused:
        parse('"\ud800"')
    assert refused.value.problem.code == "json.encoding"


def test_a_syntax_error_tells_line_and_column() -> None:
    with pytest.raises(PolicyInvalid, match="line 2, column 6"):
        parse('{\n"a": nope}')


def test_a_document_at_its_bounds_is_accepted() -> None:
    assert parse("[" * 64 + "]" * 64)
    assert parse("1" * 40) == int("1" * 40)
    assert parse("1e40") == Decimal("1E+40")
    assert len(parse('"' + "x" * 65_536 + '"')) == 65_536
    assert len(parse("[" + "1," * 49_998 + "1]")) == 49_999


def read_or_refused(text: bytes | str) -> None:
    """Either a value that its record keeps, or PolicyInvalid; anything else comes out."""
    try:
        value = parse(text)
    except PolicyInvalid as refused:
        value = refused.problem.code
    assert identical(decode(encode(value)), value)


@given(st.binary(max_size=64))
@example(b'{"a":1e9999999999999999999}')
@example(b'"\\')
@example(b"\x00")
def test_arbitrary_bytes_raise_nothing_but_policy_invalid(text: bytes) -> None:
    read_or_refused(text)


@given(st.text('{}[]",:0123456789eE+-.\\utrfalsn \ud800', max_size=40))
def test_text_that_looks_like_json_raises_nothing_but_policy_invalid(text: str) -> None:
    read_or_refused(text)


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Money(BaseModel):
    amount: Decimal


class Order(BaseModel):
    total: Money
    ticker: str = Field(serialization_alias="symbol")


class Dressed(float):
    def __repr__(self) -> str:
        return f"Dressed({super().__repr__()})"


class Named(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("given_value", "written"),
    [
        pytest.param(0.1, b"0.1", id="float by its repr"),
        pytest.param(0.1 + 0.2, b"0.30000000000000004", id="float with all its digits"),
        pytest.param(1e22, b"1E+22", id="large float"),
        pytest.param(2.0, b"2.0", id="whole float stays a fraction"),
        pytest.param(Dressed(0.5), b"0.5", id="float subclass by its own value"),
        pytest.param(Decimal("1.10"), b"1.10", id="Decimal"),
        pytest.param([Money(amount=Decimal("0.10"))], b'[{"amount":0.10}]', id="model in a list"),
        pytest.param(
            Order(total=Money(amount=Decimal("1.10")), ticker="X"),
            b'{"symbol":"X","total":{"amount":1.10}}',
            id="nested models with alias",
        ),
        pytest.param(Colour.RED, b'"red"', id="Enum"),
        pytest.param(Level.HIGH, b"3", id="IntEnum"),
        pytest.param(dt.date(2026, 1, 31), b'"2026-01-31"', id="date"),
        pytest.param(
            dt.datetime(2026, 1, 31, 9, tzinfo=dt.UTC),
            b'"2026-01-31T09:00:00+00:00"',
            id="datetime",
        ),
        pytest.param(dt.time(9, 30), b'"09:30:00"', id="time"),
        pytest.param(uuid.UUID(int=1), b'"00000000-0000-0000-0000-000000000001"', id="UUID"),
        pytest.param((1, (2,)), b"[1,[2]]", id="tuples"),
        pytest.param(Named("a"), b'"a"', id="text subclass"),
        pytest.param({Named("a"): True}, b'{"a":true}', id="text subclass as key"),
        pytest.param(None, b"null", id="None"),
    ],
)
def test_python_values_become_exact_json(given_value: Any, written: bytes) -> None:
    assert encode(plain(given_value)) == written


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float("nan"), id="NaN"),
        pytest.param([float("-inf")], id="infinity"),
        pytest.param(Decimal("NaN"), id="Decimal NaN"),
        pytest.param({1: 2}, id="number as key"),
        pytest.param({None: 2}, id="None as key"),
        pytest.param(b"bytes", id="bytes"),
        pytest.param({1, 2}, id="set"),
        pytest.param(1j, id="complex"),
        pytest.param(object(), id="object"),
        pytest.param("\ud800", id="lone surrogate"),
        pytest.param({"\udfff": 1}, id="lone surrogate in a key"),
    ],
)
def test_what_json_has_no_word_for_is_a_value_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r"JSON|keys are text|surrogate"):
        plain(value)


@given(st.recursive(scalars | st.floats(allow_nan=False, allow_infinity=False), st.lists))
def test_a_plain_value_reads_back_identical_from_its_record(value: Any) -> None:
    exact = plain(value)
    assert identical(decode(encode(exact)), exact)


def test_a_whole_decimal_becomes_the_integer_that_its_record_reads_as() -> None:
    assert identical(plain(Decimal(5)), 5)
    assert identical(plain(Decimal("-0")), 0)
    assert identical(plain(Decimal("5.0")), Decimal("5.0"))


def test_a_float_keeps_its_digits_where_binary_arithmetic_would_not() -> None:
    assert plain(0.1) + plain(0.2) == Decimal("0.3")


def test_type_names_are_those_of_json() -> None:
    samples: list[Any] = [{}, [], "", True, None, 1, Decimal(1)]
    names = ["object", "array", "string", "boolean", "null", "number", "number"]
    assert [exact_json.type_name(one) for one in samples] == names
