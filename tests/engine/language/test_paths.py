"""Paths case by case; the numbers are those of the ASL notes, RFC is RFC 9535."""

import json
from decimal import Decimal
from typing import Any

import pytest

from assent_engine.interpreter.faults import RESULT_PATH_MISMATCH, RUNTIME, StateFault
from assent_engine.interpreter.paths import MISSING, Path, PathSyntaxError, compile_path

SHOP: Any = json.loads(
    """{
      "items": [
        {"id": 1, "price": 75.10, "tags": ["a", "b"], "Name": "Receipt", "ok": true},
        {"id": 2, "price": 100, "tags": [], "Name": "é x", "ok": null},
        {"id": 3, "price": 5.0, "tags": ["b"], "deep": {"id": 30}, "ok": false}
      ],
      "limit": 75.1, "none": null, "empty": [], "blank": {}, "word": "héllo",
      "a b": {"x": 1}, "x-y": 2, "it's": 3, "$ref": 4, "n:s": 5, "@type": 6, "über": 7, "0lead": 8,
      "where": 9, "a.b": 10, "a+b": 11, "a/b": 12, "\\\\": 13, "[x]": 14, "": 15, "length": 16,
      "matrix": [[1, 2], [3, 4], []], "prices": [0.3, 0.1, 2, "9", null, true],
      "mixed": [1, 1.0, true, "1", null, [1], {"a": 1}, [1.0], {"a": 1.0}, [true]],
      "texts": ["A", "A ", "AB", "a", "\\uffff", "\\ud83d\\ude00", ""]
    }""",
    parse_float=Decimal,
)
ITEMS: Any = SHOP["items"]
MIXED: Any = SHOP["mixed"]
TEXTS: Any = SHOP["texts"]

FOUND: list[tuple[str, str, Any]] = [
    ("7 the data itself", "$", SHOP),
    ("5 a name", "$.limit", Decimal("75.1")),
    ("5 null is found", "$.none", None),
    ("5 an index gives the element itself", "$.items[0]", ITEMS[0]),
    ("5 names and indexes", "$.items[2].deep.id", 30),
    ("5 index of index", "$.matrix[1][0]", 3),
    ("5 blanks within brackets", "$.items[ 0 ].id", 1),
    ("9 dot before a bracket", "$.items.[1].id", 2),
    ("9 dot before a quoted name", "$.['a b'].x", 1),
    ("9 single quotes", "$['a b']['x']", 1),
    ("9 double quotes", '$["a b"]["x"]', 1),
    ("9 a quote within the other quotes", '$["it\'s"]', 3),
    ("9 an escaped quote", "$['it\\'s']", 3),
    ("9 an escaped backslash", "$['\\\\']", 13),
    ("9 brackets in quotes", "$['[x]']", 14),
    ("9 the empty name", "$['']", 15),
    ("9 a dot in quotes", "$['a.b']", 10),
    ("8 an escaped dot", "$.a\\.b", 10),
    ("8 needless escapes", "$.\\limit", Decimal("75.1")),
    ("8 escaped brackets", "$.\\[x\\]", 14),
    ("gaps: a letter beyond ASCII", "$.über", 7),
    ("gaps: a leading digit", "$.0lead", 8),
    ("gaps: a word of the parser", "$.where", 9),
    ("gaps: $ref", "$.$ref", 4),
    ("gaps: a colon", "$.n:s", 5),
    ("gaps: a slash", "$.a/b", 12),
    ("gaps: a plus is no arithmetic", "$.a+b", 11),
    ("gaps: a hyphen", "$.x-y", 2),
    ("gaps: an at sign", "$.@type", 6),
    ("gaps: a blank", "$.a b.x", 1),
    ("gaps: a name like a function's", "$.length", 16),
    ("RFC 2.3.3 from the end", "$.items[-1].id", 3),
    ("RFC 2.3.3 from the end, first", "$.items[-3].id", 1),
    ("gaps: from the end by length", "$.items[(@.length-1)].id", 3),
    ("gaps: from the end by length()", "$.items[( @.length() - 2 )].id", 2),
    ("5 wildcard", "$.items[*].id", [1, 2, 3]),
    ("5 wildcard on an object", "$['a b'][*]", [1]),
    ("5 dot wildcard", "$.items.*.id", [1, 2, 3]),
    ("9 dot before a wildcard", "$.items.[*].id", [1, 2, 3]),
    ("5 wildcard, missing parent", "$.nowhere[*].id", []),
    ("5 wildcard on nothing", "$.empty[*]", []),
    ("5 wildcard on a text", "$.word[*]", []),
    ("5 wildcard on null", "$.none[*]", []),
    ("5 wildcard of wildcard", "$.matrix[*][*]", [1, 2, 3, 4]),
    ("5 wildcard, then index", "$.matrix[*][0]", [1, 3]),
    ("5 wildcard, then a name some lack", "$.items[*].deep.id", [30]),
    ("5 wildcard finds nulls", "$.items[*].ok", [True, None, False]),
    ("5 quoted names before a wildcard", "$['items'][*]['id']", [1, 2, 3]),
    ("5 a quoted star is a name", "$['*']", MISSING),
    ("RFC 2.3.4 slice", "$.items[1:3].id", [2, 3]),
    ("RFC 2.3.4 slice from the end", "$.items[-1:].id", [3]),
    ("RFC 2.3.4 slice to the end", "$.items[1:].id", [2, 3]),
    ("RFC 2.3.4 slice from the start", "$.items[:2].id", [1, 2]),
    ("RFC 2.3.4 slice to before the end", "$.items[:-1].id", [1, 2]),
    ("RFC 2.3.4 whole slice", "$.items[:].id", [1, 2, 3]),
    ("RFC 2.3.4 slice by two", "$.items[::2].id", [1, 3]),
    ("RFC 2.3.4 slice backwards", "$.items[::-1].id", [3, 2, 1]),
    ("RFC 2.3.4 slice beyond", "$.items[2:99].id", [3]),
    ("RFC 2.3.4 slice of nothing", "$.items[3:1].id", []),
    ("5 slice, missing parent", "$.nowhere[0:1]", []),
    ("5 slice of an object", "$.blank[0:1]", []),
    ("5 slice of a text", "$.word[0:1]", []),
    ("5 slice with blanks", "$.items[ 1 : 3 ].id", [2, 3]),
    ("5 slice of one is a list", "$.items[0:1].id", [1]),
    ("RFC 2.3 union of indexes", "$.items[0,2].id", [1, 3]),
    ("RFC 2.3 union in the order written", "$.items[2,0].id", [3, 1]),
    ("RFC 2.3 union with a repetition", "$.items[0,0].id", [1, 1]),
    ("RFC 2.3 union from the end", "$.items[-1, 0].id", [3, 1]),
    ("RFC 2.3 union, one beyond", "$.items[0,9].id", [1]),
    ("RFC 2.3 union of names", "$.items[0]['price','id']", [Decimal("75.10"), 1]),
    ("RFC 2.3 union of odd names", "$['n:s','über']", [5, 7]),
    ("RFC 2.3 union of missing names", "$['n','m']", []),
    ("RFC 2.5.2 descent", "$..id", [1, 2, 3, 30]),
    ("RFC 2.5.2 descent by a quoted name", "$..['id']", [1, 2, 3, 30]),
    ("RFC 2.5.2 descent, then index", "$.matrix..[0]", [[1, 2], 1, 3]),
    ("RFC 2.5.2 descent, then wildcard", "$.matrix..*", [[1, 2], [3, 4], [], 1, 2, 3, 4]),
    ("RFC 2.5.2 descent, then bracket wildcard", "$['a b']..[*]", [1]),
    ("RFC 2.5.2 descent to nothing", "$..nowhere", []),
    ("RFC 2.5.2 descent in the middle", "$.items..deep.id", [30]),
    ("RFC 2.5.2 descent from a text", "$.word..id", []),
    ("RFC 2.5.2 two descents", "$..deep..id", [30]),
    ("RFC 2.5.2 descent, then filter", "$..[?(@.id > 2)].id", [3, 30]),
    ("gaps: descent to a letter beyond ASCII", "$..über", [7]),
]

CHOSEN: list[tuple[str, str, list[int]]] = [
    ("5 one hit is a list of one", "@.id == 2", [2]),
    ("5 no hit", "@.id == 9", []),
    ("exact: a Decimal over an integer", "@.price > 75", [1, 2]),
    ("exact: equal whatever the zeros", "@.price == 75.100", [1]),
    ("exact: no nearer float", "@.price == 75.1000000000000000000001", []),
    ("exact: an integer and a fraction", "@.price == 100.0", [2]),
    ("exact: a fraction and an integer", "@.price == 5", [3]),
    ("exact: an exponent", "@.price == 1e2", [2]),
    ("exact: below", "@.price < 75.1", [3]),
    ("exact: at most", "@.price <= 75.1", [1, 3]),
    ("exact: at least", "@.price >= 75.1", [1, 2]),
    ("exact: different", "@.price != 5.00", [1, 2]),
    ("a negative number", "@.price > -0.5", [1, 2, 3]),
    ("the root in a filter", "@.price >= $.limit", [1, 2]),
    ("the root's items in a filter", "@.id == $.items[1].id", [2]),
    ("a path on both sides", "@.id == @.deep.id", []),
    ("the literal first", "75 < @.price", [1, 2]),
    ("single quotes", "@.Name == 'é x'", [2]),
    ("double quotes", '@.Name == "é x"', [2]),
    ("a bare word, as real machines have", "@.Name==Receipt", [1]),
    ("a bracketed name", "@['Name'] == 'Receipt'", [1]),
    ("no parentheses needed", "@.id==3", [3]),
    ("existence", "@.deep", [3]),
    ("existence of null and false", "@.ok", [1, 2, 3]),
    ("existence of a list of none", "@.tags", [1, 2, 3]),
    ("existence of elements", "@.tags[*]", [1, 3]),
    ("existence by index", "@.tags[1]", [1]),
    ("existence below", "@..deep", [3]),
    ("existence by filter", "@.tags[?(@ == 'a')]", [1]),
    ("existence of the root's", "$.limit", [1, 2, 3]),
    ("existence of the node", "@", [1, 2, 3]),
    ("gaps: no existence", "!@.deep", [1, 2]),
    ("gaps: not in parentheses", "!(@.id == 1)", [2, 3]),
    ("gaps: not of not", "!(!(@.id == 1))", [1]),
    ("gaps: not of both", "!(@.id > 1 && @.price < 50)", [1, 2]),
    ("gaps: not of either", "!(@.id == 1 || @.id == 2)", [3]),
    ("gaps: not beside a path", "!(@.id == 1) && !@.deep", [2]),
    ("both", "@.id > 1 && @.price > 50", [2]),
    ("either", "@.id == 1 || @.id == 3", [1, 3]),
    ("both before either", "@.id == 1 || @.id == 2 && @.deep", [1]),
    ("parentheses first", "(@.id == 1 || @.id == 3) && @.deep", [3]),
    ("inner parentheses", "((@.id) == 1)", [1]),
    ("three of both", "@.id && @.tags && @.deep", [3]),
    ("three of either", "@.id == 1 || @.id == 2 || @.id == 3", [1, 2, 3]),
    ("10 true", "@.ok == true", [1]),
    ("10 false", "@.ok == false", [3]),
    ("10 null", "@.ok == null", [2]),
    ("10 not null", "@.ok != null", [1, 3]),
    ("10 true is not 1", "@.ok == 1", []),
    ("10 false is not 0", "@.ok == 0", []),
    ("10 true is no text", "@.ok == 'true'", []),
    ("10 a number is no text", "@.id == '1'", []),
    ("10 another type differs", "@.id != '1'", [1, 2, 3]),
    ("10 order of another type", "@.id > '0'", []),
    ("10 order of booleans", "@.ok >= false", []),
    ("10 order of null", "@.ok <= null", []),
    ("10 order of arrays", "@.tags >= @.tags", []),
    ("12 what is missing equals no null", "@.deep == null", []),
    ("12 what is missing differs", "@.deep != 1", [1, 2, 3]),
    ("12 what is missing has no order", "@.deep.id < 99", [3]),
    ("12 what is missing equals nothing", "@.no == @.nor", []),
    ("arrays by content", "@.tags == $.items[2].tags", [3]),
    ("an empty array", "@.tags == $.empty", [2]),
    ("gaps: in a list", "@.id in [1, 3]", [1, 3]),
    ("gaps: in a list of texts", "@.Name in ['Receipt', \"x\"]", [1]),
    ("gaps: in keeps to types", "@.ok in ['true', 1, null]", [2]),
    ("gaps: in a path", "'a' in @.tags", [1]),
    ("gaps: in what is no list", "1 in @.id", []),
    ("gaps: length()", "@.tags.length() > 1", [1]),
    ("gaps: length() on the right", "1 == @.tags.length()", [3]),
    ("gaps: length() of what is missing", "@.no.length() >= 0", []),
    ("gaps: max() of the root's", "$.items[*].price.max() == @.price", [2]),
    ("gaps: existence of min()", "@.tags.min()", []),
    ("a filter in a filter", "@.tags[?(@ == $.items[2].tags[0])]", [1, 3]),
    ("constants only", "1 == 1.0", [1, 2, 3]),
    ("blanks and line ends", " ( @.id\t==\n1 ) ", [1]),
]

FUNCTIONS: list[tuple[str, str, Any]] = [
    ("gaps: length() of an array", "$.items.length()", 3),
    ("gaps: length() of an object", "$.items[2].deep.length()", 1),
    ("gaps: length() of a text", "$.word.length()", 5),
    ("gaps: length() of nothing", "$.empty.length()", 0),
    ("gaps: length() of null", "$.none.length()", MISSING),
    ("gaps: length() of a number", "$.limit.length()", MISSING),
    ("gaps: length() of what is missing", "$.nowhere.length()", MISSING),
    ("gaps: length() of all that was found", "$.items[*].tags[*].length()", 3),
    ("gaps: length() of a filter", "$.items[?(@.price > 50)].length()", 2),
    ("gaps: min() of numbers only", "$.prices.min()", Decimal("0.1")),
    ("gaps: max() of numbers only", "$.prices.max()", 2),
    ("gaps: max() of all that was found", "$.items[*].price.max()", 100),
    ("gaps: min() keeps the digits", "$.items[*].price.min()", Decimal("5.0")),
    ("gaps: min() of nothing", "$.empty.min()", MISSING),
    ("gaps: max() of no numbers", "$.texts.max()", MISSING),
    ("gaps: max() of an object", "$.blank.max()", MISSING),
    ("gaps: a function of the whole", "$.length()", len(SHOP)),
]

REFUSED: list[tuple[str, str]] = [
    ("no root", ""),
    ("no dollar", "items"),
    ("blank before", " $.a"),
    ("blank after", "$.a "),
    ("a dot alone", "$."),
    ("dots alone", "$.."),
    ("three dots", "$...a"),
    ("a dot at the end", "$.a."),
    ("an open bracket", "$["),
    ("empty brackets", "$[]"),
    ("an open quote", "$['a"),
    ("an open filter", "$[?(@.a"),
    ("an open parenthesis", "$[?(@.a]"),
    ("a closed one too many", "$[?@.a)]"),
    ("an empty filter", "$[?]"),
    ("an empty condition", "$[?()]"),
    ("only a literal", "$[?(1)]"),
    ("half a comparison", "$[?(@.a ==)]"),
    ("one equals sign", "$[?(@.a = 1)]"),
    ("three equals signs", "$[?(@.a === 1)]"),
    ("two comparisons", "$[?(1 < @.a < 3)]"),
    ("a pattern", "$[?(@.a =~ 'x')]"),
    ("a pattern between slashes", "$[?(@.a =~ /x/i)]"),
    ("arithmetic in a filter", "$[?(@.a + 1 == 2)]"),
    ("many nodes compared", "$[?(@.a[*] == 1)]"),
    ("many nodes on the right", "$[?(1 == @.a[*])]"),
    ("the context in a filter", "$[?(@.a == $$.b)]"),
    ("a variable in a filter", "$[?(@.a == $b)]"),
    ("a name without its path", "$[?(.a == 1)]"),
    ("a bracket without its path", "$[?(['a'] == 1)]"),
    ("a literal with members", "$[?('a'['b'] == 1)]"),
    ("a number with leading dot", "$[?(@.a == .5)]"),
    ("a word after a number", "$[?(@.a == 5x)]"),
    ("no list after in", "$[?(@.a in [1,])]"),
    ("not twice", "$[?(!!(@.a))]"),
    ("not with members", "$[?(!(@.a)['b'])]"),
    ("a mixed union", "$[0,'a']"),
    ("a union of slices", "$[0,1:2]"),
    ("two indexes", "$[1 2]"),
    ("a product of indexes", "$[1*2]"),
    ("a slice that never moves on", "$[::0]"),
    ("a slice of four", "$[1:2:3:4]"),
    ("an index of ten digits", "$[1234567890]"),
    ("a fraction as index", "$[1.5]"),
    ("a name unquoted in brackets", "$[a]"),
    ("a script", "$[(1+1)]"),
    ("a script of another kind", "$[(@.length+1)]"),
    ("one past the end", "$[(@.length-0)]"),
    ("an unknown function", "$.a.sum()"),
    ("a function in the middle", "$.a.length().b"),
    ("a function after a descent", "$..length()"),
    ("52 a placeholder", "${Name}"),
    ("52 a placeholder for a name", "$.a.${Name}"),
    ("8 a comma in a name", "$.a,b"),
    ("8 a question mark in a name", "$.a?b"),
    ("a lone backslash", "$.a\\"),
    ("a parenthesis in a name", "$.a(b"),
    ("an operator of the parser", "$.a | $.b"),
    ("a named operator of the parser", "$.a.`len`.b[*]~"),
    ("a sort of the parser", "$.a[/b]"),
    ("46 a variable that starts with a digit", "$1a"),
    ("46 a variable with a hyphen", "$a-b"),
    ("46 a variable of 81 letters", "$" + "v" * 81),
    ("a variable of the context", "$$a"),
    ("three dollars", "$$$"),
    ("S7 513 characters", "$." + "a" * 511),
    ("S7 33 names", "$" + ".a" * 33),
    ("S7 33 wildcards", "$" + "[*]" * 33),
    ("S7 33 names in a filter", "$[?(@" + ".a" * 33 + ")]"),
    ("S7 nested deeper than 16", "$[?" + "(" * 16 + "@" + ")" * 16 + "]"),
]


def found(text: str, data: Any = SHOP) -> Any:
    return compile_path(text).find(data)


def same(left: Any, right: Any) -> bool:
    """Equal down to the types: true is not 1."""
    return repr(left) == repr(right) or (left is MISSING and right is MISSING)


@pytest.mark.parametrize(("path", "expected"), [pytest.param(p, e, id=i) for i, p, e in FOUND])
def test_a_path_finds_what_the_notes_say(path: str, expected: Any) -> None:
    assert same(found(path), expected)


@pytest.mark.parametrize(("test", "ids"), [pytest.param(t, e, id=i) for i, t, e in CHOSEN])
def test_a_filter_chooses_the_items_for_which_it_holds(test: str, ids: list[int]) -> None:
    assert found(f"$.items[?({test})].id") == ids


@pytest.mark.parametrize(("path", "expected"), [pytest.param(p, e, id=i) for i, p, e in FUNCTIONS])
def test_a_function_gives_one_value_of_what_the_path_before_it_gives(
    path: str, expected: Any
) -> None:
    assert same(found(path), expected)
    assert compile_path(path).definite
    assert not compile_path(path).is_reference


@pytest.mark.parametrize("path", [pytest.param(p, id=i) for i, p in REFUSED])
def test_what_is_no_path_is_refused_with_a_reason(path: str) -> None:
    with pytest.raises(PathSyntaxError) as refusal:
        compile_path(path)
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        pytest.param("1", MIXED[:2], id="10 a number, however written"),
        pytest.param("1.00", MIXED[:2], id="10 a fraction of no value"),
        pytest.param("true", MIXED[2:3], id="10 true is no number"),
        pytest.param("'1'", MIXED[3:4], id="10 a text is no number"),
        pytest.param("null", MIXED[4:5], id="10 null is nothing else"),
        pytest.param("$.mixed[5]", [MIXED[5], MIXED[7]], id="arrays, and true in them is not 1"),
        pytest.param("$.mixed[6]", [MIXED[6], MIXED[8]], id="objects by content"),
        pytest.param("$.blank", [], id="an object of other names"),
    ],
)
def test_equality_keeps_to_types(literal: str, expected: list[Any]) -> None:
    assert same(found(f"$.mixed[?(@ == {literal})]"), expected)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        pytest.param("@ < 'AB'", ["A", "A ", ""], id="13 without locale"),
        pytest.param("@ >= 'a'", ["a", "\uffff", "\U0001f600"], id="13 without folding"),
        pytest.param("@ > '\U0001f600'", ["\uffff"], id="13 by code unit, not by code point"),
        pytest.param("@ <= ''", [""], id="13 the empty text is first"),
        pytest.param("@ == '\U0001f600'", ["\U0001f600"], id="13 equal beyond U+FFFF"),
        pytest.param('@ == ""', [""], id="13 the empty text"),
    ],
)
def test_texts_order_by_code_unit(test: str, expected: list[str]) -> None:
    assert found(f"$.texts[?({test})]") == expected


@pytest.mark.parametrize(
    ("text", "in_context", "variable", "parts"),
    [
        ("$", False, None, ()),
        ("$$", True, None, ()),
        ("$$.map.item.value[0]", True, None, ("map", "item", "value", 0)),
        ("$name", False, "name", ()),
        ("$name.a[0]", False, "name", ("a", 0)),
        ("$größe_2['a']", False, "größe_2", ("a",)),
        ("$" + "v" * 80, False, "v" * 80, ()),
        ("$_[-1]", False, "_", (-1,)),
        ("$.a[*].b", False, None, ("a",)),
        ("$$.state[*]", True, None, ("state",)),
        ("$$..x", True, None, ()),
        ("$list[?(@.a)]", False, "list", ()),
        ("$.a.length()", False, None, ("a",)),
    ],
)
def test_7_46_a_path_tells_its_root_and_what_it_opens_with(
    text: str, in_context: bool, variable: str | None, parts: tuple[str | int, ...]
) -> None:
    path = compile_path(text)
    assert (path.in_context, path.variable, path.parts) == (in_context, variable, parts)
    assert path.text == text
    assert path.is_root is (text == "$")


def test_46_a_path_of_a_variable_starts_from_its_value() -> None:
    assert found("$basket[1].id", ITEMS) == 2
    assert found("$basket[?(@.id > $[1].id)].id", ITEMS) == [3]


@pytest.mark.parametrize(
    ("text", "definite", "is_reference"),
    [
        ("$", True, True),
        ("$$", True, True),
        ("$name.a", True, True),
        ("$.a['b'][0]", True, True),
        ("$.a[-1]", True, True),
        ("$.store\\.book", True, True),
        ("$.\\stor\\e.boo\\k", True, True),
        ("$.foo.\\.bar", True, True),
        ("$.foo\\@bar.baz\\[\\[.\\?pretty", True, True),
        ("$.&Ж中.\U00010346", True, True),
        ("$.ledgers[0][22][315].foo", True, True),
        ("$['store'][0]['book']", True, True),
        ("$['a:b']", True, True),
        ("$.a\\:b", True, True),
        ("$.a:b", True, False),
        ("$.@type", True, False),
        ("$.a[(@.length-1)]", True, False),
        ("$.a.length()", True, False),
        ("$.a[*].b.max()", True, False),
        ("$.a[*]", False, False),
        ("$.*", False, False),
        ("$..a", False, False),
        ("$.a[0:1]", False, False),
        ("$.a[0,1]", False, False),
        ("$['a','b']", False, False),
        ("$[?(@.a)]", False, False),
    ],
)
def test_5_8_definiteness_and_reference_paths_are_told_from_the_syntax(
    text: str, definite: bool, is_reference: bool
) -> None:
    path = compile_path(text)
    assert (path.definite, path.is_reference) == (definite, is_reference)


@pytest.mark.parametrize(
    "text", ["$.nowhere", "$.items[3]", "$.items[-4]", "$.limit.x", "$.none.x"]
)
def test_5_a_definite_path_that_finds_nothing_is_a_runtime_fault(text: str) -> None:
    assert found(text) is MISSING
    with pytest.raises(StateFault, match="not found") as fault:
        compile_path(text).get(SHOP)
    assert fault.value.error == RUNTIME


@pytest.mark.parametrize("text", ["$.items.nowhere.max()", "$.none.length()"])
def test_5_a_function_of_nothing_is_a_runtime_fault(text: str) -> None:
    with pytest.raises(StateFault) as fault:
        compile_path(text).get(SHOP)
    assert fault.value.error == RUNTIME


@pytest.mark.parametrize("data", [{}, [], None, "text", 1, True, Decimal("0.1")])
@pytest.mark.parametrize(
    "text", ["$.x[*].id", "$..id", "$.x[0:2]", "$.x[?(@.id == 1)]", "$['x','y']"]
)
def test_5_an_indefinite_path_into_nothing_gives_an_empty_list(text: str, data: Any) -> None:
    assert compile_path(text).get(data) == []


def put(text: str, data: Any, value: Any) -> Any:
    return compile_path(text).put(data, value)


@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        pytest.param("$", {"a": 1}, 7, id="2 the whole"),
        pytest.param("$.b", {"a": 1}, {"a": 1, "b": 7}, id="2 beside what was there"),
        pytest.param("$.b.c", {}, {"b": {"c": 7}}, id="2 parents are made"),
        pytest.param("$.a[1]", {"a": [1, 2, 3]}, {"a": [1, 7, 3]}, id="2 into a list"),
        pytest.param("$.a[-1]", {"a": [1, 2, 3]}, {"a": [1, 2, 7]}, id="2 into a list's end"),
        pytest.param("$.a\\.b", {}, {"a.b": 7}, id="8 an escaped dot"),
        pytest.param("$.a", {"a": {"b": 1}}, {"a": 7}, id="2 over what was there"),
    ],
)
def test_a_value_is_put_at_a_reference_path(text: str, data: Any, expected: Any) -> None:
    before = json.dumps(data)
    assert put(text, data, 7) == expected
    assert json.dumps(data) == before


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("$.x", "text"),
        ("$.x", 1),
        ("$.x", [1]),
        ("$.a.x", {"a": 1}),
        ("$.a[3]", {"a": [1]}),
        ("$.a[-2]", {"a": [1]}),
        ("$.a[0]", {}),
        ("$.a[*]", {"a": [1]}),
        ("$..a", {"a": [1]}),
        ("$.a.length()", {"a": [1]}),
    ],
)
def test_2_a_value_that_cannot_be_put_is_a_result_path_fault(text: str, data: Any) -> None:
    with pytest.raises(StateFault) as fault:
        put(text, data, 7)
    assert fault.value.error == RESULT_PATH_MISMATCH


def test_a_path_is_compiled_once() -> None:
    assert compile_path("$.a[?(@.b)]") is compile_path("$.a[?(@.b)]")
    assert isinstance(compile_path("$.a[?(@.b)]"), Path)


def test_a_query_never_hands_out_the_list_that_it_read() -> None:
    data = {"a": [1, 2]}
    found("$.a[*]", data).append(3)
    found("$.a[:]", data).append(3)
    assert data == {"a": [1, 2]}
