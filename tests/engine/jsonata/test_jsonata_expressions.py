from decimal import Decimal
from typing import Any

import pytest

from assent_schemas.errors import PolicyInvalid
from engine.jsonata.machines import INPUT, QUERY_ERROR, evaluated, pass_on, run

# Each case: where it is written, the expression, its value. The numbers are the points of the
# notes on the language's semantics; "guide" is the developer guide's page on JSONata, "JSONata"
# the language's own documentation.
VALUES: list[tuple[str, str, Any]] = [
    ("48 a name", "$states.input.name", "Ada"),
    ("48 null is a value", "$states.input.nothing", None),
    ("48 the null literal", "null", None),
    ("48 null in an array", "$states.input.mixed", [None, 1, "b"]),
    ("48 an element that is null", "$states.input.mixed[0]", None),
    ("guide the whole input", "$states.input", {**INPUT, "half": Decimal("0.5")}),
    ("guide the state's name", "$states.context.State.Name", "A"),
    ("guide the time of entry", "$states.context.State.EnteredTime", "2026-03-01T09:30:00.000Z"),
    ("guide the run's input", "$states.context.Execution.Input.count", 3),
    ("guide the redrives", "$states.context.Execution.RedriveCount", 0),
    ("48 partition", "$partition([1,2,3,4,5], 2)", [[1, 2], [3, 4], [5]]),
    ("48 partition of nothing", "$partition([], 2)", []),
    ("48 partition into one", "$partition([1,2], 9)", [[1, 2]]),
    ("48 range", "$range(0, 10, 3)", [0, 3, 6, 9]),
    ("48 range includes its end", "$range(0, 10, 5)", [0, 5, 10]),
    ("48 range downwards", "$range(5, 1, -2)", [5, 3, 1]),
    ("48 range by fractions", "$range(0, 1, 0.5)", [0, Decimal("0.5"), 1]),
    ("48 range of one", "$range(4, 4, 1)", [4]),
    ("48 MD5", "$hash('a', 'MD5')", "0cc175b9c0f1b6a831c399e269772661"),
    ("48 SHA-1", "$hash('a', 'SHA-1')", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
    ("48 SHA-256", "$substring($hash('a', 'SHA-256'), 0, 8)", "ca978112"),
    ("48 SHA-384", "$length($hash('a', 'SHA-384'))", 96),
    ("48 SHA-512", "$length($hash('a', 'SHA-512'))", 128),
    ("48 parse", "$parse($states.input.json)", {"k": [1, None, Decimal("2.5")]}),
    ("48 parse a number", "$parse('3') + 1", 4),
    ("48 parse null", "$parse('null')", None),
    ("48 random is below one", "$random() < 1 and $random() >= 0", True),
    ("48 random by a seed repeats", "$random(7) = $random(7)", True),
    ("48 seeds differ", "$random(7) = $random(8)", False),
    ("48 random without a seed goes on", "$random() = $random()", False),
    ("48 a uuid has 36 characters", "$length($uuid())", 36),
    ("48 a uuid is of version 4", "$substring($uuid(), 14, 1)", "4"),
    ("48 uuids differ", "$uuid() = $uuid()", False),
    ("guide now is recorded", "$now()", "2026-03-01T09:30:00.000Z"),
    ("guide millis is recorded", "$millis()", 1772357400000),
    ("JSONata now with a picture", "$now('[Y0001]-[M01]')", "2026-03"),
    ("JSONata a time as millis", "$toMillis('1970-01-01T00:00:01Z')", 1000),
    ("JSONata millis as a time", "$fromMillis(0)", "1970-01-01T00:00:00.000Z"),
    ("JSONata a sum", "$states.input.count + 1", 4),
    ("JSONata a whole quotient", "6 / 2", 3),
    ("JSONata a quotient", "7 / 2", Decimal("3.5")),
    ("JSONata doubles inside", "0.1 + 0.2", Decimal("0.30000000000000004")),
    ("JSONata a fraction", "$states.input.half", Decimal("0.5")),
    ("JSONata a remainder", "7 % 4", 3),
    ("JSONata a negative", "-$states.input.count", -3),
    ("JSONata joined texts", "'Hello ' & $states.input.name", "Hello Ada"),
    ("JSONata a number in a text", "'n' & 3", "n3"),
    ("JSONata a text in double quotes", '"x"', "x"),
    ("JSONata equal", "$states.input.count = 3", True),
    ("JSONata not equal", "$states.input.name != 'Bob'", True),
    ("JSONata less", "$states.input.count < 3", False),
    ("JSONata in", "2 in $states.input.list", True),
    ("JSONata and", "$states.input.yes and false", False),
    ("JSONata or", "false or true", True),
    ("JSONata a condition", "$states.input.count > 2 ? 'many' : 'few'", "many"),
    ("JSONata a block", "($x := 2; $y := 3; $x * $y)", 6),
    ("JSONata an index", "$states.input.list[1]", 1),
    ("JSONata from the end", "$states.input.list[-1]", 2),
    ("JSONata a path through objects", "$states.input.nested.a.b", [10, 20]),
    ("JSONata a path through arrays", "$states.input.items.id", ["p", "q"]),
    ("JSONata a filter with one hit", "$states.input.items[price > 20].id", "q"),
    ("JSONata a filter kept as array", "$states.input.items[price > 20].id[]", ["q"]),
    ("JSONata a quoted name", "$states.input.`odd key`", "found"),
    ("JSONata flattened arrays", "$states.input.items.tags", ["x", "x", "y"]),
    ("JSONata an array of one", "$states.input.one", [7]),
    ("JSONata an empty array", "$states.input.empty", []),
    ("JSONata a built object", "{'n': $states.input.name}", {"n": "Ada"}),
    ("JSONata a built array", "[1, 'a', null]", [1, "a", None]),
    ("JSONata a range", "[1..4]", [1, 2, 3, 4]),
    ("JSONata items inside a path", "$states.input.list.($ * 2)", [6, 2, 4]),
    ("JSONata items inside a filter", "$states.input.list[$ > 1]", [3, 2]),
    ("JSONata nothing is left out", "{'a': $states.input.missing, 'b': 1}", {"b": 1}),
    ("JSONata nothing in an array", "[$states.input.missing, 1]", [1]),
    ("JSONata an empty object", "{}", {}),
    ("JSONata map", "$map($states.input.list, function($v) { $v + 1 })", [4, 2, 3]),
    ("JSONata map with index", "$map(['a','b'], function($v, $i) { $v & $i })", ["a0", "b1"]),
    ("JSONata filter", "$filter($states.input.list, function($v) { $v > 1 })", [3, 2]),
    ("JSONata reduce", "$reduce($states.input.list, function($a, $b) { $a + $b })", 6),
    ("JSONata sum", "$sum($states.input.items.price)", 35),
    ("JSONata average", "$average([1, 2])", Decimal("1.5")),
    ("JSONata max", "$max($states.input.list)", 3),
    ("JSONata min", "$min($states.input.list)", 1),
    ("JSONata count", "$count($states.input.list)", 3),
    ("JSONata count of nothing", "$count($states.input.missing)", 0),
    ("JSONata sort", "$sort($states.input.list)", [1, 2, 3]),
    ("JSONata order", "$states.input.items^(>price).id", ["q", "p"]),
    ("JSONata reverse", "$reverse($states.input.list)", [2, 1, 3]),
    ("JSONata distinct", "$distinct($states.input.items.tags)", ["x", "y"]),
    ("JSONata append", "$append([1], [2])", [1, 2]),
    ("JSONata merge", "$merge([{'a': 1}, {'b': 2}])", {"a": 1, "b": 2}),
    ("JSONata keys", "$keys({'a': 1, 'b': 2})", ["a", "b"]),
    ("JSONata lookup", "$lookup({'a': 1}, 'a')", 1),
    ("JSONata exists", "$exists($states.input.missing)", False),
    ("JSONata null exists", "$exists($states.input.nothing)", True),
    ("JSONata type of null", "$type($states.input.nothing)", "null"),
    ("JSONata type of a number", "$type(1)", "number"),
    ("JSONata not", "$not(0)", True),
    ("JSONata upper case", "$uppercase('ab')", "AB"),
    ("JSONata substring", "$substring('hello', 1, 2)", "el"),
    ("JSONata split", "$split('a,b', ',')", ["a", "b"]),
    ("JSONata join", "$join(['a', 'b'], '-')", "a-b"),
    ("JSONata contains", "$contains('abc', 'b')", True),
    ("JSONata replace", "$replace('aXb', 'X', '-')", "a-b"),
    ("JSONata trim", "$trim('  a  ')", "a"),
    ("JSONata a text of a number", "$string(5)", "5"),
    ("JSONata a text of an object", "$string({'a': null})", '{"a":null}'),
    ("JSONata a number of a text", "$number('12.5')", Decimal("12.5")),
    ("JSONata floor", "$floor(1.7)", 1),
    ("JSONata round is to even", "$round(2.5)", 2),
    ("JSONata a power", "$power(2, 10)", 1024),
    ("JSONata base 64", "$base64encode('a')", "YQ=="),
    ("JSONata a chain", "'a' ~> $uppercase", "A"),
    ("JSONata a closure", "(function($x) { $x * 2 })(4)", 8),
    ("JSONata recursion", "($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f(10))", 3628800),
    ("JSONata a comment", "/* why */ 1", 1),
    ("JSONata a changed copy", "$states.input.nested ~> |a|{'c': 1}, 'b'|", {"a": {"c": 1}}),
    ("JSONata grouped", "$states.input.items{id: price}", {"p": 10, "q": 25}),
    ("JSONata a line break", "\n1\n+\n1\n", 2),
    ("JSONata contains a pattern", "$contains('ab', /a+/)", True),
    ("JSONata contains no pattern", "$contains('AB', /a+/)", False),
    ("JSONata the flag i", "$contains('AB', /a+/i)", True),
    ("JSONata the flag m", r"$match('a\nb', /^b$/m).index", 2),
    ("JSONata without the flag m", r"$contains('a\nb', /^b$/)", False),
    ("JSONata both flags", r"$contains('a\nB', /^b$/im)", True),
    (
        "JSONata every match",
        "$match('ab12 c3', /([a-z]+)([0-9])/)",
        [
            {"match": "ab1", "index": 0, "groups": ["ab", "1"]},
            {"match": "c3", "index": 5, "groups": ["c", "3"]},
        ],
    ),
    ("JSONata so many matches", "$match('abab', /a(b)/, 1).match", "ab"),
    ("JSONata an index counts characters", "$match('éé1', /[0-9]/).index", 2),
    ("JSONata a group without a match", "$match('x', /(x)|(y)/).groups", ["x", None]),
    ("JSONata split by a pattern", r"$split('a, b;c', /[,;]\s*/)", ["a", "b", "c"]),
    ("JSONata split without the groups", "$split('a1b', /([0-9])/)", ["a", "b"]),
    ("JSONata split into so many", "$split('a,b,c', /,/, 2)", ["a", "b"]),
    ("JSONata groups filled in", r"$replace('John Smith', /(\w+) (\w+)/, '$2, $1')", "Smith, John"),
    ("JSONata the whole match", "$replace('ab', /b/, '[$0]')", "a[b]"),
    ("JSONata a dollar sign", "$replace('265USD', /([0-9]+)USD/, '$$$1')", "$265"),
    ("JSONata a group and a digit", "$replace('ab', /(a)b/, '$12')", "a2"),
    ("JSONata a group that is not there", "$replace('ab', /(a)b/, '[$2]')", "[]"),
    ("JSONata a backslash is itself", r"$replace('a', /a/, '\\1')", "\\1"),
    ("JSONata so many replaced", "$replace('aaa', /a/, 'aa', 2)", "aaaaa"),
    ("JSONata none replaced", "$replace('aaa', /a/, 'b', 0)", "aaa"),
    (
        "JSONata replaced by a function",
        "$replace('68F', /([0-9]+)F/, function($m) { $string($number($m.groups[0]) - 32) & 'C' })",
        "36C",
    ),
    ("JSONata a text replaced", "$replace('a.b', '.', '-')", "a-b"),
    ("JSONata a character by its number", r"$contains('é', /\u00e9/)", True),
    ("JSONata a slash", r"$contains('a/b', /a\/b/)", True),
    ("JSONata a pattern as a function", "/a(b)/('xab').match", "ab"),
    ("linear time: no backtracking", "$contains($pad('', 20000, 'a') & '!', /^(a+)+$/)", False),
]

NO_VALUE = [
    ("48 a name that is missing", "$states.input.missing"),
    ("48 a variable that is missing", "$missing"),
    ("48 a filter without a hit", "$states.input.items[price > 99]"),
    ("48 a Pass has no result", "$states.result"),
    ("48 nothing was caught", "$states.errorOutput"),
    ("48 $eval is nothing", "($f := $eval; $f('1'))"),
    ("guide no $ at the top", "$"),
    ("guide no path from $ at the top", "$.name"),
    ("guide no $$", "$$"),
    ("guide no $$ inside a path", "$states.input.list.($$)"),
    ("guide no bare name at the top", "name"),
    ("a function is no value", "$sum"),
    ("a closure is no value", "function($x) { $x }"),
    ("a function inside a value", "{'f': $sum}"),
    ("a back-reference", r"$contains('aa', /(a)\1/)"),
    ("a look-ahead", "$contains('ab', /a(?=b)/)"),
    ("a look-behind", "$replace('ab', /(?<=a)b/, 'x')"),
    ("JSONata D1004: a match of no length", "$match('ab', /x*/)"),
    ("JSONata a pattern without a match", "$match('ab', /x/)"),
    ("JSONata D3011: a negative limit", "$replace('ab', /a/, 'x', -1)"),
    ("JSONata D3012: a replacement that is no text", "$replace('a', /a/, function($m) { 1 })"),
    ("an unknown function", "$nope(1)"),
    ("a text in a sum", "'a' + 1"),
    ("a division by zero", "1 / 0"),
    ("a number out of bounds", "$power(10, 400)"),
    ("an error on purpose", "$error('stop')"),
    ("a failed assertion", "$assert(false, 'no')"),
    ("48 parse of no JSON", "$parse('{')"),
    ("48 parse of NaN", "$parse('NaN')"),
    ("48 partition by zero", "$partition([1], 0)"),
    ("48 partition by a fraction", "$partition([1], 1.5)"),
    ("48 range by zero", "$range(1, 2, 0)"),
    ("48 an unknown hash", "$hash('a', 'CRC32')"),
    ("48 a hash of a number", "$hash(1, 'MD5')"),
]

LITERALS: list[tuple[str, Any]] = [
    ("48 a space before the marks", " {% 1 %}"),
    ("48 a space after the marks", "{% 1 %} "),
    ("48 text around the marks", "a {% 1 %} b"),
    ("48 half of the marks", "{% 1"),
    ("48 marks that share a sign", "{%}"),
    ("3 a path is text", "$.name"),
    ("3 a key that ends in .$ is a key", {"x.$": "$.name"}),
    ("a number", 5),
    ("a fraction keeps its digits", Decimal("1.10")),
    ("null", None),
    ("a list", [1, [True]]),
]


@pytest.mark.parametrize(("cited", "expression", "value"), VALUES, ids=[c[0] for c in VALUES])
def test_an_expression_has_its_value(cited: str, expression: str, value: Any) -> None:
    result = evaluated(expression)
    assert (result.output, result.error) == (value, None), result.cause
    assert type(result.output) is type(value)


@pytest.mark.parametrize(("cited", "expression"), NO_VALUE, ids=[c[0] for c in NO_VALUE])
def test_an_expression_without_a_value_fails_its_state(cited: str, expression: str) -> None:
    assert evaluated(expression).error == QUERY_ERROR


@pytest.mark.parametrize("expression", ["1 +", "'a", ""])
def test_an_expression_that_cannot_be_parsed_is_refused_before_the_run(expression: str) -> None:
    with pytest.raises(PolicyInvalid, match=r"asl\.jsonata\.syntax"):
        evaluated(expression)


@pytest.mark.parametrize(("cited", "value"), LITERALS, ids=[c[0] for c in LITERALS])
def test_what_is_not_wholly_within_the_marks_is_literal(cited: str, value: Any) -> None:
    assert run(pass_on(Output=value)).output == value


def test_expressions_stand_at_any_depth_and_keys_are_never_expressions() -> None:
    output = {"{% 1 %}": ["{% 1 + 1 %}", {"deep": "{%$states.input.count%}"}], "plain": 1}
    assert run(pass_on(Output=output)).output == {"{% 1 %}": [2, {"deep": 3}], "plain": 1}


def test_the_cause_names_the_field_and_the_expression() -> None:
    result = run(pass_on(Output={"a": ["{% $states.input.missing %}"]}))
    assert result.cause == (
        "The JSONata expression '$states.input.missing' specified for the field 'Output/a[0]'"
        " returned nothing (undefined)."
    )


def test_numbers_that_no_expression_touches_keep_their_digits() -> None:
    given = {"price": Decimal("10.10"), "large": 12345678901234567890}
    assert run(pass_on(), given).output == given
    touched = evaluated("$states.input.price", given).output
    assert (touched, str(touched)) == (Decimal("10.1"), "10.1")


def test_the_same_seed_draws_the_same_numbers_and_another_seed_does_not() -> None:
    expression = "[$random(), $uuid(), $shuffle([1..20])]"
    once, again = (evaluated(expression, seed="s").output for _ in range(2))
    assert once == again
    assert once != evaluated(expression, seed="t").output


def test_two_states_draw_different_numbers() -> None:
    first = {"Type": "Pass", "Assign": {"first": "{% $uuid() %}"}, "Next": "B"}
    states = {"A": first, "B": {"Type": "Succeed", "Output": "{% $uuid() = $first %}"}}
    assert run(states).output is False
