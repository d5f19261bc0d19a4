"""How intrinsic functions are written; numbers are points of the ASL notes, S the specification."""

import time
from decimal import Decimal
from typing import Any

import pytest

from assent_engine.interpreter.intrinsics import (
    Intrinsic,
    IntrinsicSyntaxError,
    compile_intrinsic,
    is_intrinsic,
)
from assent_schemas import exact_json


def echo(intrinsic: Intrinsic) -> Any:
    """Its value when a path stands for its own text."""
    return intrinsic.evaluate(lambda path: f"<{path}>", lambda: bytes(32))


def refusal(text: str) -> str:
    """Why it is refused; empty if it is not."""
    try:
        compile_intrinsic(text)
    except IntrinsicSyntaxError as error:
        return str(error)
    return ""


def nested(depth: int) -> str:
    return "States.Array(" * depth + ")" * depth


ARGUMENTS = [
    ("23 text", "'a b'", "a b"),
    ("23 empty text", "''", ""),
    ("23 quote", r"'it\'s'", "it's"),
    ("23 braces escaped", r"'\{\}'", "{}"),
    ("23 backslash", r"'a\\b'", "a\\b"),
    ("23 backslash at the end", r"'a\\'", "a\\"),
    ("23 braces bare", "'{a}}{'", "{a}}{"),
    ("23 raw newline", "'a\nb\tc'", "a\nb\tc"),
    ("23 controls", r"'a\nb\tc\rd'", "a\nb\tc\rd"),
    ("23 double quotes", "'say \"x\"'", 'say "x"'),
    ("23 signs of the grammar", "'a, b) ( [ $.c'", "a, b) ( [ $.c"),
    ("23 beyond ASCII", "'é😀'", "é😀"),
    ("23 integer", "2020", 2020),
    ("23 negative", "-7", -7),
    ("23 zero", "0", 0),
    ("DESIGN 4 exact", "1.50", Decimal("1.50")),
    ("DESIGN 4 exact", "-0.1e-2", Decimal("-0.001")),
    ("DESIGN 4 exact", "1E3", Decimal("1E+3")),
    ("23 null", "null", None),
    ("23 true", "true", True),
    ("23 false", "false", False),
    ("23 path", "$.a.b[0]", "<$.a.b[0]>"),
    ("7 whole input", "$", "<$>"),
    ("7 whole context", "$$", "<$$>"),
    ("7 context", "$$.Execution.Id", "<$$.Execution.Id>"),
    ("23 variable", "$name.a", "<$name.a>"),
    ("9 bracket name", "$['a, b) c']", "<$['a, b) c']>"),
    ("9 bracket name", '$["it\'s \\" ]"]', '<$["it\'s \\" ]"]>'),
    ("9 bracket name", r"$['it\'s']", r"<$['it\'s']>"),
    ("5 filter", "$.a[?(@.b == 'x)' && (@.c))].d", "<$.a[?(@.b == 'x)' && (@.c))].d>"),
    ("5 union", "$.a[0,1]", "<$.a[0,1]>"),
    ("5 function", "$.a.length()", "<$.a.length()>"),
    ("5 escaped", r"$.a\,b\)", r"<$.a\,b\)>"),
    ("5 space inside", "$.a b", "<$.a b>"),
    ("23 nested", "States.Array()", []),
    ("23 nested path", "States.Array($.a)", ["<$.a>"]),
]


@pytest.mark.parametrize(
    ("argument", "expected"), [pytest.param(a, e, id=f"{p}: {a}") for p, a, e in ARGUMENTS]
)
@pytest.mark.parametrize("form", ["States.Array({})", "States.Array( {} )", "States.Array(\n{}\t)"])
def test_an_argument_means_what_it_says(form: str, argument: str, expected: Any) -> None:
    found = echo(compile_intrinsic(form.replace("{}", argument)))
    assert exact_json.encode(found) == exact_json.encode([expected])


def test_arguments_keep_their_order_with_and_without_spaces() -> None:
    tight = compile_intrinsic("States.Array($.a,'b',3,null,$.c)")
    loose = compile_intrinsic("States.Array( $.a , 'b' , 3 , null , $.c ) ")
    assert echo(tight) == echo(loose) == ["<$.a>", "b", 3, None, "<$.c>"]


def test_paths_are_all_that_is_read_in_the_order_written() -> None:
    text = "States.Format('$.not {} {} {}', $.b, States.Array($$.State.Name, $.b), $v[0])"
    assert compile_intrinsic(text).paths == ("$.b", "$$.State.Name", "$.b", "$v[0]")


def test_a_compiled_function_keeps_its_text_and_is_equal_to_its_like() -> None:
    text = "States.Array($.a, 1)"
    assert compile_intrinsic(text).text == text
    assert compile_intrinsic(text) == compile_intrinsic(text)


@pytest.mark.parametrize("text", ["States.UUID()", "States.Nope(", "States. ("])
def test_a_text_with_the_prefix_and_a_parenthesis_is_meant_as_a_function(text: str) -> None:
    assert is_intrinsic(text)


@pytest.mark.parametrize("text", ["", "$.a", "States.Format", "states.UUID()", " States.UUID()"])
def test_any_other_text_is_not(text: str) -> None:
    assert not is_intrinsic(text)


def test_ten_levels_of_functions_nest_and_eleven_do_not() -> None:
    """Point 23."""
    assert echo(compile_intrinsic(nested(10))) == [[[[[[[[[[]]]]]]]]]]
    with pytest.raises(IntrinsicSyntaxError, match="nests deeper than 10"):
        compile_intrinsic(nested(11))


def test_a_text_of_ten_thousand_characters_is_read_and_a_longer_one_is_not() -> None:
    filler = "x" * (10_000 - len("States.Array('')"))
    assert echo(compile_intrinsic(f"States.Array('{filler}')")) == [filler]
    with pytest.raises(IntrinsicSyntaxError, match="longer than 10000 characters"):
        compile_intrinsic(f"States.Array('{filler}x')")


REFUSED = [
    ("S name", "States.Fromat('x')", 'Did you mean "States.Format"?'),
    ("S name", "States.ArrayLenght($.a)", 'Did you mean "States.ArrayLength"?'),
    ("S name", "States.Array(States.Uuid())", 'Did you mean "States.UUID"?'),
    ("S name", "Own.Function()", "where a function is expected"),
    ("S name", "", "is no argument"),
    ("S name", "$.a", "is no argument"),
    ("S name at once", "States.UUID ()", "no parenthesis after the function's name"),
    ("S name at once", "States.UUID", "no parenthesis after the function's name"),
    ("S name first", " States.UUID()", "is no argument"),
    ("B arity", "States.UUID(1)", "takes no arguments, not 1"),
    ("B arity", "States.Format()", "takes 1 or more arguments, not 0"),
    ("B arity", "States.ArrayLength($.a, 1)", "takes 1 argument, not 2"),
    ("B arity", "States.JsonMerge($.a, $.b)", "takes 3 arguments, not 2"),
    ("B arity", "States.MathRandom(1)", "takes 2 to 3 arguments, not 1"),
    ("B arity", "States.MathRandom(1, 2, 3, 4)", "takes 2 to 3 arguments, not 4"),
    ("B Format", "States.Format('{} {}', 1)", "2 slots {} in its text and 1 arguments"),
    ("B Format", "States.Format('none', 1)", "0 slots {} in its text and 1 arguments"),
    ("B Format", r"States.Format('\{\}', 1)", "0 slots {}"),
    ("23 braces in Format", "States.Format('{')", r"a lone { where States.Format wants \{"),
    ("23 braces in Format", "States.Format('{}}', 1)", r"a lone } where States.Format wants \}"),
    ("23 braces in Format", "States.Format('{\"a\": {}}', 1)", r"a lone {"),
    ("23 recorded", r"States.Array('\"')", "a backslash before '\"'"),
    ("23 recorded", r"States.Format('\"{}\"', 1)", "a backslash before '\"'"),
    ("S escapes", r"States.Array('\x')", "a backslash before 'x'"),
    ("S escapes", "States.Array('\\\n')", "a backslash before '\\n'"),
    ("S quotes", "States.Array('a)", "never closed"),
    ("S quotes", r"States.Array('a\')", "never closed"),
    ("S quotes", 'States.Array("a")', "texts stand in single quotes"),
    ("S quotes", "States.Array(a)", "Texts stand in single quotes."),
    ("S quotes", "States.Array('a''b')", "lacks a comma"),
    ("S numbers", "States.Array(01)", "no JSON number"),
    ("S numbers", "States.Array(+1)", "is no argument"),
    ("S numbers", "States.Array(.5)", "where a function is expected"),
    ("S numbers", "States.Array(1.)", "no JSON number"),
    ("S numbers", "States.Array(-)", "no JSON number"),
    ("S numbers", "States.Array(1x)", "no JSON number"),
    ("S numbers", "States.Array(0x10)", "no JSON number"),
    ("S numbers", "States.Array(٣)", "no JSON number"),
    ("S numbers", "States.Array(NaN)", "where a function is expected"),
    ("S3 digits", f"States.Array({'9' * 41})", "characters; 40 may be"),
    ("S3 exponent", "States.Array(1e400)", "out of bounds"),
    ("S words", "States.Array(True)", "where a function is expected"),
    ("S words", "States.Array(nullx)", "where a function is expected"),
    ("S words", "States.Array(null())", "lacks a comma"),
    ("S list", "States.Array(,)", "is no argument"),
    ("S list", "States.Array(1,)", "is no argument"),
    ("S list", "States.Array(1 2)", "lacks a comma"),
    ("S list", "States.Array(1", "lacks a comma or a closing parenthesis"),
    ("S list", "States.Array(", "is no argument"),
    ("S list", "States.Array({})", "is no argument"),
    ("S list", "States.Array([1])", "is no argument"),
    ("S whole", "States.UUID() x", "goes on after its last parenthesis"),
    ("S whole", "States.UUID())", "goes on after its last parenthesis"),
    ("S whole", "States.UUID().a", "goes on after its last parenthesis"),
    ("S paths", "States.Array($.a", "a path that never ends"),
    ("S paths", "States.Array($.a[)", "brackets do not match"),
    ("S paths", "States.Array($.a])", "brackets do not match"),
    ("S paths", "States.Array($.a[(0]))", "brackets do not match"),
    ("S paths", "States.Array($['a)", "a quote that is never closed"),
    ("S paths", "States.Array($.a\\", "a path that never ends"),
]


@pytest.mark.parametrize(
    ("text", "reason"), [pytest.param(t, r, id=f"{p}: {t[:60]}") for p, t, r in REFUSED]
)
def test_what_is_no_function_is_refused_with_the_reason(text: str, reason: str) -> None:
    assert reason in refusal(text)
    assert len(refusal(text)) < 300


HOSTILE = [
    "'" * 9_980,
    "(" * 9_980,
    ")" * 9_980,
    "\\" * 9_979,
    "'" + "\\" * 9_979,
    "'" + "\\'" * 4_990,
    "{" * 9_980,
    "{}" * 4_990,
    "$" * 9_980,
    "$['" + "\\" * 9_970,
    '$["' * 3_300,
    "$" + "[" * 9_970,
    "$" + "[(" * 4_980,
    "$" + "\\a" * 4_980,
    " " * 9_980,
    "1" * 9_980,
    "1," * 4_980,
    "1." * 4_980,
    "1e" * 4_980,
    "-" * 9_980,
    "." * 9_980,
    "States." * 1_400,
    "States.Array(" * 760,
    "States.Array()," * 660,
    "$," * 4_980,
    "'a'," * 2_490,
    "null," * 1_990,
]


@pytest.mark.parametrize("opening", ["", "States.Array(", "States.Format('"])
@pytest.mark.parametrize("middle", HOSTILE, ids=lambda text: text[:12])
def test_a_hostile_text_is_settled_at_once(opening: str, middle: str) -> None:
    started = time.perf_counter()
    assert len(refusal((opening + middle)[:10_000])) < 300
    assert time.perf_counter() - started < 0.5


def test_a_text_of_megabytes_is_refused_by_its_length_alone() -> None:
    with pytest.raises(IntrinsicSyntaxError, match="longer than"):
        compile_intrinsic("States.Array(" * 1_000_000)
