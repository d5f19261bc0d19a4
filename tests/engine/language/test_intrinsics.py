"""Intrinsic functions by value.

Numbers are points of the ASL notes, S1 to S8 of the security tests; B is the specification's
list of functions, D the developer guide.
"""

import hashlib
from decimal import Decimal
from typing import Any

import pytest

from assent_engine.interpreter.faults import RUNTIME, StateFault
from assent_engine.interpreter.intrinsics import compile_intrinsic
from assent_schemas import exact_json

DATA_LIMIT = "States.DataLimitExceeded"
BYTES = bytes(range(32))
NESTED = {"Arg1": 1, "Arg2": []}
KIB_256 = 256 * 1024
ONE_TO_NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9]
OVER_256_KIB = "over 262144 bytes"
SPLIT = "States.ArrayLength(States.StringSplit($.j, ',')),"
SEARCH = "States.ArrayContains($.j, 1),"
OVER_BUDGET = "more than 1048576 bytes"
SHA_256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def evaluate(text: str, data: dict[str, Any] | None = None) -> Any:
    """The value of a function whose paths are `$.name` into the data."""
    known = {f"$.{name}": value for name, value in (data or {}).items()}
    return compile_intrinsic(text).evaluate(known.__getitem__, lambda: BYTES)


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def in_arrays(depth: int) -> list[Any]:
    items: list[Any] = []
    for _ in range(depth - 1):
        items = [items]
    return items


def value(point: str, text: str, expected: Any, **data: Any) -> Any:
    return pytest.param(text, data, expected, id=f"{point}: {text[:70]} {list(data)}")


def fault(point: str, text: str, cause: str, error: str = RUNTIME, **data: Any) -> Any:
    return pytest.param(text, data, error, cause, id=f"{point}: {text[:70]} {list(data)}")


VALUES = [
    # MathAdd
    value("17 recorded", "States.MathAdd(1.5, 1.51)", 4),
    value("17 recorded", "States.MathAdd(-1.5, 0)", -1),
    value("17 recorded", "States.MathAdd(-0.5, 0.5)", 1),
    value("17", "States.MathAdd(0.5, 0)", 1),
    value("17", "States.MathAdd(2.5, 0)", 3),
    value("17", "States.MathAdd(-2.5, 0)", -2),
    value("17", "States.MathAdd(-2.51, 0)", -3),
    value("17", "States.MathAdd(1.49, 1.49)", 2),
    value("17", "States.MathAdd(0.4999999999999999999, 0)", 0),
    value("17", "States.MathAdd($.a, $.b)", 3, a=Decimal("1.0"), b=Decimal("2.4")),
    value("B MathAdd", "States.MathAdd($.value1, $.step)", 110, value1=111, step=-1),
    value("B MathAdd", "States.MathAdd(1e3, 1)", 1001),
    value("DESIGN 4 exact", "States.MathAdd(9007199254740993, 0)", 9007199254740993),
    value("DESIGN 4 exact", "States.MathAdd(999999999999999999, 1)", 10**18),
    # MathRandom
    value("17 end excluded", "States.MathRandom(5, 6)", 5),
    value("17 negative", "States.MathRandom(-5, -4)", -5),
    value("17 fractions", "States.MathRandom(4.5, 5.5)", 5),
    value("17 fractions", "States.MathRandom(-1.5, -0.5)", -1),
    value("B MathRandom seed", "States.MathRandom(7, 8, 42)", 7),
    value("17 seed by value", "States.MathRandom(7, 8, 42.0)", 7),
    # StringSplit
    value("18 recorded", "States.StringSplit(', , ,', ',')", [" ", " "]),
    value("18 recorded", "States.StringSplit(',,,,', ',')", []),
    value("18 set", "States.StringSplit('a,b;c,;d', ',;')", ["a", "b", "c", "d"]),
    value("18 set", "States.StringSplit('a;,b', ',;')", ["a", "b"]),
    value("18", "States.StringSplit('', ',')", []),
    value("18 no delimiter", "States.StringSplit('abc', '')", ["abc"]),
    value("18 no delimiter", "States.StringSplit('', '')", []),
    value("18", "States.StringSplit('abc', ',')", ["abc"]),
    value("18 not a pattern", "States.StringSplit('a.b|c', '.')", ["a", "b|c"]),
    value("18 not a pattern", "States.StringSplit('a^b-c]d', '^-]')", ["a", "b", "c", "d"]),
    value("18", "States.StringSplit('é€😀x', '€😀')", ["é", "x"]),
    value("18", "States.StringSplit($.s, $.d)", ["1", "2"], s="1\n2", d="\n"),
    value(
        "B StringSplit",
        "States.StringSplit($.inputString, $.splitter)",
        ["1", "2", "3", "4", "5"],
        inputString="1,2,3,4,5",
        splitter=",",
    ),
    # StringToJson and JsonToString
    value("19 recorded", "States.StringToJson('')", None),
    value("19 recorded", "States.StringToJson(' ')", None),
    value("19", "States.StringToJson($.s)", None, s=" \t\r\n"),
    value("19 recorded", "States.StringToJson('-0')", 0),
    value("B StringToJson", "States.StringToJson($.s)", {"number": 20}, s='{"number": 20}'),
    value("B StringToJson", "States.StringToJson('[1, null, true]')", [1, None, True]),
    value("B StringToJson", r"States.StringToJson('{\"a\": 1}')".replace('\\"', '"'), {"a": 1}),
    value("23 escapes first", r"States.StringToJson('\{\}')", {}),
    value("B StringToJson", "States.StringToJson('\"x\"')", "x"),
    value("DESIGN 4 exact", "States.StringToJson('0.10')", Decimal("0.10")),
    value(
        "19 compact", "States.JsonToString($.j)", '{"a":[1,{"b":null}]}', j={"a": [1, {"b": None}]}
    ),
    value(
        "B JsonToString",
        "States.JsonToString($.j)",
        '{"name":"Foo","year":2020}',
        j={"name": "Foo", "year": 2020},
    ),
    value("19 own order", "States.JsonToString($.j)", '{"b":1,"a":2}', j={"b": 1, "a": 2}),
    value("19", "States.JsonToString($.j)", '"é \\" \\n"', j='é " \n'),
    value("19", "States.JsonToString(null)", "null"),
    value("19", "States.JsonToString($.j)", "[]", j=[]),
    value(
        "DESIGN 4 exact",
        "States.JsonToString($.j)",
        "[1,1.0,0.10]",
        j=[1, Decimal("1.0"), Decimal("0.10")],
    ),
    value("19", "States.JsonToString(States.StringToJson('[1, 2]'))", "[1,2]"),
    # Format
    value("20 recorded", "States.Format('{}', $.x)", "{Arg1=1, Arg2=[]}", x=NESTED),
    value("20 recorded", "States.Format('{}', null)", "null"),
    value("20 recorded", "States.Format('{}', 'bare')", "bare"),
    value("20", "States.Format('{}|{}', true, false)", "true|false"),
    value(
        "20",
        "States.Format('{}', $.x)",
        "[1, two, [null], {a=false}]",
        x=[1, "two", [None], {"a": False}],
    ),
    value("20", "States.Format('{}{}', $.x, $.y)", "[]{}", x=[], y={}),
    value("20", "States.Format('{}', $.x)", "{a={b={c=}}}", x={"a": {"b": {"c": ""}}}),
    value("DESIGN 4 exact", "States.Format('{} {}', 1.50, 2)", "1.50 2"),
    value("B Format", "States.Format('Hello, {}.', $.name)", "Hello, Arnav.", name="Arnav"),
    value("B Format", "States.Format($.template, $.name)", "Hi A.", template="Hi {}.", name="A"),
    value("B Format", "States.Format('no slot')", "no slot"),
    value("B Format", "States.Format('')", ""),
    value("B Format", "States.Format('{}{}{}', 1, 2, 3)", "123"),
    value("B Format", r"States.Format('\{{}\}', 1)", "{1}"),
    value("B Format", r"States.Format('\{\}')", "{}"),
    value("B Format", r"States.Format('{\}', 1)".replace(r"{\}", r"{}\}"), "1}"),
    value("B Format", r"States.Format('a\\{}', 1)", "a\\1"),
    value("20 filled once", "States.Format('{}{}', '{}', 'x')", "{}x"),
    value("B Format data", "States.Format($.t, 1)", '{"a": 1}', t='{"a": {}}'),
    value("B Format data", "States.Format($.t, 1)", "{} 1 '", t=r"\{\} {} \'"),
    value("B Format data", "States.Format($.t, 1)", "C:\\n\\ 1", t=r"C:\n\\ {}"),
    value("B Format data", "States.Format($.t)", "a\\", t="a\\"),
    value(
        "B Format",
        r"States.Format('Welcome to {} {}\'s playlist.', $.first, $.last)",
        "Welcome to Ann Lee's playlist.",
        first="Ann",
        last="Lee",
    ),
    # Array
    value("B Array", "States.Array()", []),
    value("B Array", "States.Array($.Id)", [123456], Id=123456),
    value(
        "B Array", "States.Array('Foo', 2020, $.j, null)", ["Foo", 2020, {"a": 1}, None], j={"a": 1}
    ),
    value("B Array", "States.Array(States.Array(), States.Array(1))", [[], [1]]),
    # ArrayPartition
    value("21 recorded", "States.ArrayPartition($.a, 4)", [], a=[]),
    value(
        "21 recorded",
        "States.ArrayPartition($.a, 4)",
        [[1, 2, 3, 4], [5, 6, 7, 8], [9]],
        a=ONE_TO_NINE,
    ),
    value("21", "States.ArrayPartition($.a, 3)", [[1, 2, 3]], a=[1, 2, 3]),
    value("21", "States.ArrayPartition($.a, 1)", [[1], [[]]], a=[1, []]),
    value("21", "States.ArrayPartition($.a, 1000000)", [[1]], a=[1]),
    value("guide rounds", "States.ArrayPartition($.a, 1.5)", [[1, 2], [3]], a=[1, 2, 3]),
    # ArrayContains
    value("B ArrayContains", "States.ArrayContains($.a, 5)", True, a=ONE_TO_NINE),
    value(
        "21 deep",
        "States.ArrayContains($.a, $.x)",
        True,
        a=[{"b": [1, {}], "a": None}],
        x={"a": None, "b": [1, {}]},
    ),
    value("21 deep", "States.ArrayContains($.a, $.x)", False, a=[{"a": 1, "b": 2}], x={"a": 1}),
    value("21 deep", "States.ArrayContains($.a, $.x)", False, a=[[1, 2]], x=[2, 1]),
    value("21 deep", "States.ArrayContains($.a, $.x)", True, a=[[Decimal("1.0")]], x=[1]),
    value("10 true is not 1", "States.ArrayContains($.a, 1)", False, a=[True]),
    value("10 true is not 1", "States.ArrayContains($.a, true)", False, a=[1]),
    value("10 true is not 1", "States.ArrayContains($.a, $.x)", False, a=[[True]], x=[1]),
    value("10 0 equals 0.0", "States.ArrayContains($.a, 0.0)", True, a=[0]),
    value("21", "States.ArrayContains($.a, '1')", False, a=[1]),
    value("21", "States.ArrayContains($.a, 'True')", False, a=[True]),
    value("21", "States.ArrayContains($.a, 'null')", False, a=[None]),
    value("21", "States.ArrayContains($.a, null)", True, a=[None]),
    value("21", "States.ArrayContains($.a, null)", False, a=[False, 0, "", [], {}]),
    value("21", "States.ArrayContains($.a, $.x)", False, a=[{}], x=[]),
    value("21", "States.ArrayContains($.a, $.x)", False, a=[], x=[]),
    # ArrayRange
    value("B ArrayRange", "States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
    value("21 end if hit", "States.ArrayRange(1, 9, 3)", [1, 4, 7]),
    value("21", "States.ArrayRange(9, 1, -4)", [9, 5, 1]),
    value("21", "States.ArrayRange(2, 2, 1)", [2]),
    value("21", "States.ArrayRange(2, 2, -1)", [2]),
    value("21", "States.ArrayRange(1, 5, -1)", []),
    value("21", "States.ArrayRange(5, 1, 1)", []),
    value("21 most", "States.ArrayRange(1, 1000, 1)", list(range(1, 1001))),
    value("guide rounds", "States.ArrayRange(0.5, 3.4, 1.2)", [1, 2, 3]),
    # ArrayGetItem, ArrayLength, ArrayUnique
    value("B ArrayGetItem", "States.ArrayGetItem($.a, $.index)", 6, a=ONE_TO_NINE, index=5),
    value("B ArrayGetItem", "States.ArrayGetItem($.a, 0)", None, a=[None]),
    value("B ArrayGetItem", "States.ArrayGetItem($.a, 1.0)", "b", a=["a", "b"]),
    value("B ArrayLength", "States.ArrayLength($.a)", 9, a=list(range(9))),
    value("B ArrayLength", "States.ArrayLength(States.Array())", 0),
    value("B ArrayUnique", "States.ArrayUnique($.a)", [1, 2, 3, 4], a=[1, 2, 3, 3, 3, 3, 3, 3, 4]),
    value("22 first stays", "States.ArrayUnique($.a)", [3, 1, 2], a=[3, 1, 3, 2, 1]),
    value(
        "22 deep",
        "States.ArrayUnique($.a)",
        [{"a": 1, "b": 2}],
        a=[{"a": 1, "b": 2}, {"b": 2, "a": 1}],
    ),
    value(
        "10 true is not 1",
        "States.ArrayUnique($.a)",
        [True, 1, "1", None],
        a=[True, 1, "1", None, True, None],
    ),
    value("10 0 equals 0.0", "States.ArrayUnique($.a)", [Decimal("1.0")], a=[Decimal("1.0"), 1]),
    value("22", "States.ArrayUnique($.a)", [], a=[]),
    # Base64, Hash
    value(
        "B Base64Encode",
        "States.Base64Encode($.input)",
        "RGF0YSB0byBlbmNvZGU=",
        input="Data to encode",
    ),
    value("B Base64Decode", "States.Base64Decode($.x)", "Data to encode", x="RGF0YSB0byBlbmNvZGU="),
    value("22", "States.Base64Encode('')", ""),
    value("22", "States.Base64Decode('')", ""),
    value("22 UTF-8", "States.Base64Encode('é€')", "w6nigqw="),
    value(
        "22 MIME", "States.Base64Decode($.x)", "Data to encode", x="RGF0YSB0\r\nbyBlbmNvZGU=\r\n"
    ),
    value("22 no padding", "States.Base64Decode('YQ')", "a"),
    value("22 one line", "States.Base64Encode($.x)", "YWFh" * 100, x="a" * 300),
    value("22 most", "States.Hash($.x, 'MD5')", md5(b"a" * 10_000), x="a" * 10_000),
    value("B Hash", "States.Hash('input data', 'SHA-1')", sha1(b"input data")),
    value("22 MD5", "States.Hash('', 'MD5')", "d41d8cd98f00b204e9800998ecf8427e"),
    value("22 SHA-1", "States.Hash('abc', 'SHA-1')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    value("22 SHA-256", "States.Hash('abc', 'SHA-256')", SHA_256_OF_ABC),
    value("22 SHA-384", "States.Hash('é', 'SHA-384')", hashlib.sha384("é".encode()).hexdigest()),
    value("22 SHA-512", "States.Hash('abc', $.a)", hashlib.sha512(b"abc").hexdigest(), a="SHA-512"),
    value(
        "B Hash of JSON",
        "States.Hash($.x, 'MD5')",
        md5(b'{"b":[1,1.0]}'),
        x={"b": [1, Decimal("1.0")]},
    ),
    # JsonMerge
    value(
        "B JsonMerge",
        "States.JsonMerge($.json1, $.json2, false)",
        {"a": {"a3": 1, "a4": 2}, "b": 2, "c": 3},
        json1={"a": {"a1": 1, "a2": 2}, "b": 2},
        json2={"a": {"a3": 1, "a4": 2}, "c": 3},
    ),
    value(
        "22 null stays", "States.JsonMerge($.x, $.y, false)", {"a": None}, x={"a": 1}, y={"a": None}
    ),
    value("22", "States.JsonMerge($.x, $.x, false)", {}, x={}),
    # UUID
    value("22 version 4", "States.UUID()", "00010203-0405-4607-8809-0a0b0c0d0e0f"),
    # Nesting
    value(
        "D nested in the guide",
        "States.Format('{}.{}.{}', States.ArrayGetItem(States.StringSplit(States.ArrayGetItem("
        "States.StringSplit($.arn, '/'), 2), '.'), 0), States.ArrayGetItem(States.StringSplit("
        "States.ArrayGetItem(States.StringSplit($.arn, '/'), 2), '.'), 1), $.end)",
        "1.0.x",
        arn="arn:aws:imagebuilder/recipe/1.0.5",
        end="x",
    ),
]

FAULTS = [
    fault(
        "17", "States.MathAdd('1', 1)", "States.MathAdd takes a number where it was given a string."
    ),
    fault("10 true is not 1", "States.MathAdd(true, 1)", "a number where it was given a boolean"),
    fault("17", "States.MathAdd(null, 1)", "a number where it was given null"),
    fault("S3", "States.MathAdd($.a, 1)", "works on numbers from", a=10**18),
    fault("S3", "States.MathAdd($.a, 1)", "works on numbers from", a=Decimal("1E+999999")),
    fault("S3", "States.MathAdd($.a, 1)", "a finite number", a=Decimal("NaN")),
    fault("17 end excluded", "States.MathRandom(5, 5)", "an end that is greater than its start"),
    fault("17", "States.MathRandom(6, 5)", "an end that is greater than its start"),
    fault("17 rounded", "States.MathRandom(1, 1.4)", "an end that is greater than its start"),
    fault(
        "B MathRandom", "States.MathRandom(1, 2, 'seed')", "a number where it was given a string"
    ),
    fault("18", "States.StringSplit(1, ',')", "a string where it was given a number"),
    fault("18", "States.StringSplit('a', null)", "a string where it was given null"),
    fault("19", "States.StringToJson($.s)", "a string where it was given an object", s={}),
    fault("19", "States.StringToJson('nope')", "The text is not JSON"),
    fault("19", "States.StringToJson('[1] 2')", "The text is not JSON"),
    fault(
        "S1 duplicate", "States.StringToJson($.s)", 'The key "a" stands twice', s='{"a":1,"a":2}'
    ),
    fault("S1 NaN", "States.StringToJson('[NaN]')", "NaN is not a JSON number"),
    fault("S1 surrogate", "States.StringToJson($.s)", "half of a surrogate pair", s='"\\ud800"'),
    fault("S2 depth", "States.StringToJson($.s)", "nests deeper", s="[" * 100_000),
    fault("S3 digits", "States.StringToJson($.s)", "characters; 40 may be", s="9" * 5000),
    fault("S3 exponent", "States.StringToJson('1e400')", "out of bounds"),
    fault(
        "S1 nodes", "States.StringToJson($.s)", "more than 50000 values", s=f"[{'0,' * 60_000}0]"
    ),
    fault("S1 size", "States.StringToJson($.s)", OVER_256_KIB, DATA_LIMIT, s=" " * KIB_256),
    fault("S2 depth", "States.JsonToString($.j)", "deeper than 256", DATA_LIMIT, j=in_arrays(300)),
    fault("S2 depth", "States.Array($.j)", "deeper than 256", DATA_LIMIT, j=in_arrays(100_000)),
    fault("S1 surrogate", "States.JsonToString($.j)", "cannot hold", j="\ud800"),
    fault("43 size", "States.JsonToString($.j)", OVER_256_KIB, DATA_LIMIT, j="x" * KIB_256),
    fault(
        "S8 growth",
        f"States.JsonToString(States.Array({'$.j,' * 2000}1))",
        OVER_256_KIB,
        DATA_LIMIT,
        j="x" * 1000,
    ),
    fault("S8 growth", f"States.Array({'$.j,' * 2000}1)", OVER_256_KIB, DATA_LIMIT, j=["x" * 1000]),
    fault(
        "S8 growth",
        f"States.Format('{'{}' * 1000}'{',$.j' * 1000})",
        OVER_256_KIB,
        DATA_LIMIT,
        j="x" * 1000,
    ),
    fault("S8 work", f"States.Array({SPLIT * 150}1)", OVER_BUDGET, DATA_LIMIT, j="x," * 5000),
    fault("S8 work", f"States.Array({SEARCH * 300}1)", OVER_BUDGET, DATA_LIMIT, j=[0] * 20_000),
    fault("S3 digits", "States.Format('{}', $.x)", "thousands of digits", x=10**5000),
    fault("S3 digits", "States.JsonToString($.x)", "cannot hold", x=10**5000),
    fault("20", "States.Format(1)", "a string where it was given a number"),
    fault("B Format", "States.Format($.t, 1)", "1 arguments for 2 slots {}", t="{} {}"),
    fault("B Format", "States.Format($.t, 1)", "1 arguments for 0 slots {}", t=r"\{\}"),
    fault("21", "States.ArrayPartition('a', 1)", "an array where it was given a string"),
    fault("21", "States.ArrayPartition($.a, 0)", "a chunk size of 1 or more", a=[1]),
    fault("21", "States.ArrayPartition($.a, -1)", "a chunk size of 1 or more", a=[]),
    fault("21 rounded", "States.ArrayPartition($.a, 0.4)", "a chunk size of 1 or more", a=[1]),
    fault("21", "States.ArrayContains($.a, 1)", "an array where it was given an object", a={}),
    fault("21 step", "States.ArrayRange(1, 2, 0)", "a step that is not 0"),
    fault("21 step rounded", "States.ArrayRange(1, 2, 0.4)", "a step that is not 0"),
    fault("21 most", "States.ArrayRange(0, 1000, 1)", "1000 elements at the most, not 1001"),
    fault("21 most", "States.ArrayRange(-1e18, 1e18, 1)", "1000 elements at the most"),
    fault("B ArrayGetItem", "States.ArrayGetItem($.a, 1)", "nothing at index 1 of 1 items", a=[1]),
    fault("B ArrayGetItem", "States.ArrayGetItem($.a, -1)", "nothing at index -1", a=[1]),
    fault("B ArrayGetItem", "States.ArrayGetItem($.a, 0.5)", "a whole number, not 0.5", a=[1]),
    fault("10 true is not 1", "States.ArrayGetItem($.a, false)", "given a boolean", a=[1]),
    fault("B ArrayLength", "States.ArrayLength('abc')", "an array where it was given a string"),
    fault("22", "States.ArrayUnique(null)", "an array where it was given null"),
    fault(
        "22 most",
        "States.Base64Encode($.x)",
        "10000 characters at the most, not 10001",
        x="a" * 10_001,
    ),
    fault("22 most", "States.Base64Decode($.x)", "10000 characters at the most", x="a" * 10_004),
    fault("22 most", "States.Hash($.x, 'MD5')", "10000 characters at the most", x="a" * 10_001),
    fault("22", "States.Base64Encode(1)", "a string where it was given a number"),
    fault("S1 surrogate", "States.Base64Encode($.x)", "half of a surrogate pair", x="\ud800"),
    fault("22", "States.Base64Decode('a')", "not Base64"),
    fault("22", "States.Base64Decode('é===')", "not Base64"),
    fault("22", "States.Base64Decode('YQ=')", "not Base64"),
    fault("22", "States.Base64Decode('a*b=')", "not Base64"),
    fault("22", "States.Base64Decode('/w==')", "no UTF-8 text"),
    fault("22", "States.Hash('a', 'SHA256')", "SHA-256, SHA-384, SHA-512, not 'SHA256'"),
    fault("22", "States.Hash('a', 'sha-256')", "not 'sha-256'"),
    fault("22", "States.Hash('a', null)", "a string where it was given null"),
    fault("22 recorded", "States.JsonMerge($.x, $.x, true)", "third argument must be false", x={}),
    fault(
        "10 0 is not false", "States.JsonMerge($.x, $.x, 0)", "third argument must be false", x={}
    ),
    fault(
        "22",
        "States.JsonMerge($.x, $.y, false)",
        "an object where it was given an array",
        x={},
        y=[],
    ),
    fault("22", "States.JsonMerge(null, $.x, false)", "an object where it was given null", x={}),
]


@pytest.mark.parametrize(("text", "data", "expected"), VALUES)
def test_a_function_gives_what_the_page_or_the_specification_says(
    text: str, data: dict[str, Any], expected: Any
) -> None:
    found = evaluate(text, data)
    assert exact_json.encode(found) == exact_json.encode(expected)


@pytest.mark.parametrize(("text", "data", "error", "cause"), FAULTS)
def test_what_does_not_fit_is_a_fault_that_names_the_reason(
    text: str, data: dict[str, Any], error: str, cause: str
) -> None:
    with pytest.raises(StateFault) as caught:
        evaluate(text, data)
    assert caught.value.error == error
    assert cause in caught.value.cause


def test_a_fault_names_the_function_that_raised_it() -> None:
    with pytest.raises(StateFault, match=r"States\.Runtime: States\.ArrayLength takes an array"):
        evaluate("States.Array(States.ArrayLength(1))")


def test_a_value_of_exactly_256_kib_is_allowed() -> None:
    """Point 43: the quotes of the JSON text count."""
    text = "x" * (KIB_256 - 2)
    assert evaluate("States.ArrayGetItem($.a, 0)", {"a": [text]}) == text
    with pytest.raises(StateFault, match=DATA_LIMIT):
        evaluate("States.ArrayGetItem($.a, 0)", {"a": [text + "x"]})


def test_a_fault_of_the_resolver_passes_through() -> None:
    """Point 5: it is for the caller to say what a missing path is."""
    missing = StateFault(RUNTIME, "nothing there")

    def resolve(_path: str) -> Any:
        raise missing

    with pytest.raises(StateFault) as caught:
        compile_intrinsic("States.Array($.a)").evaluate(resolve, lambda: BYTES)
    assert caught.value is missing


def test_the_input_of_a_function_is_left_as_it_was() -> None:
    first, items = {"a": [1]}, [3, 1, 3]
    evaluate("States.JsonMerge($.x, $.y, false)", {"x": first, "y": {"a": 2, "b": 3}})
    evaluate("States.ArrayUnique($.x)", {"x": items})
    assert (first, items) == ({"a": [1]}, [3, 1, 3])


def test_each_random_function_draws_once_and_a_seed_spares_the_draw() -> None:
    drawn: list[bytes] = []

    def draw() -> bytes:
        drawn.append(bytes([len(drawn)]) * 32)
        return drawn[-1]

    random = "States.MathRandom(0, 9), States.MathRandom(0, 9, 1)"
    intrinsic = compile_intrinsic(f"States.Array(States.UUID(), States.UUID(), {random})")
    first, second, *_ = intrinsic.evaluate(lambda path: path, draw)
    assert first != second
    assert len(drawn) == 3
