"""Items out of CSV, JSON and JSON Lines: the reference's rules (point 39), exactness, bounds."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_engine.files import FileFault, MemoryFiles, Reader, read_items
from assent_schemas import exact_json

LIMIT = 256 * 1024


def items(text: str | bytes, kind: str = "CSV", **more: Any) -> list[Any]:
    raw = text.encode() if isinstance(text, str) else text
    return list(read_items(MemoryFiles({"f": raw}), Reader("f", kind, **more)))


def fault(text: str | bytes, kind: str = "CSV", **more: Any) -> str:
    with pytest.raises(FileFault) as caught:
        items(text, kind, **more)
    return str(caught.value)


CSV = {
    "every value is a text": ("a,b\n1,true\n", [{"a": "1", "b": "true"}]),
    "short rows are filled": ("a,b,c\n1\n", [{"a": "1", "b": "", "c": ""}]),
    "what is too much is dropped": ("a\n1,2,3\n", [{"a": "1"}]),
    "a row of blanks is kept": ("a,b\n , \n", [{"a": " ", "b": " "}]),
    "a row of nothing is kept": ("a,b\n,\n", [{"a": "", "b": ""}]),
    "an empty line is kept": ("a,b\n\n1,2\n", [{"a": "", "b": ""}, {"a": "1", "b": "2"}]),
    "a header alone gives nothing": ("a,b\n", []),
    "the last line needs no end": ("a\n1", [{"a": "1"}]),
    "lines may end in two signs": ("a,b\r\n1,2\r\n", [{"a": "1", "b": "2"}]),
    "a quoted cell may hold anything": ('a,b\n"x,""y""\nz",2\n', [{"a": 'x,"y"\nz', "b": "2"}]),
    "a mark at the start is no part of a name": ("\ufeffa\n1\n", [{"a": "1"}]),
    "letters of any script are kept": ("größe\nä€\U0001f600\n", [{"größe": "ä€\U0001f600"}]),
    "spaces are kept": ("a, b\n 1 ,2\n", [{"a": " 1 ", " b": "2"}]),
    "an unnamed column is one": ("a,\n1,2\n", [{"a": "1", "": "2"}]),
}


@pytest.mark.parametrize("name", CSV)
def test_csv_is_read_as_the_reference_reads_it(name: str) -> None:
    text, expected = CSV[name]
    assert items(text) == expected


def test_given_headers_leave_the_first_row_among_the_items() -> None:
    assert items("1,2\n3\n", headers=["x", "y"]) == [{"x": "1", "y": "2"}, {"x": "3", "y": ""}]


@pytest.mark.parametrize("sign", [",", "|", ";", " ", "\t"])
def test_each_delimiter_separates(sign: str) -> None:
    assert items(f"a{sign}b\n1{sign}2\n", delimiter=sign) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(("most", "count"), [(0, 5), (1, 1), (4, 4), (5, 5), (9, 5)])
def test_the_number_of_items_is_bounded_and_zero_takes_all(most: int, count: int) -> None:
    assert len(items("a\n" + "x\n" * 5, max_items=most)) == count


REFUSED: dict[str, tuple[str | bytes, dict[str, Any], str]] = {
    "duplicate headers": ("a,b,a\n1,2,3\n", {}, "The header 'a' stands twice."),
    "duplicate given headers": ("1\n", {"headers": ["x", "x"]}, "stands twice"),
    "no header": ("", {}, "There is no row of headers."),
    "no given header": ("1\n", {"headers": []}, "There is no row of headers."),
    "a negative number": ("a\n1\n", {"max_items": -1}, "may not be negative; it is -1."),
    "no UTF-8": (b"a\n\xff\n", {}, "The text is not UTF-8."),
    "an open quote": ('a\n"x\n', {}, "is not CSV"),
    "a long line": ("a\n" + "x" * (LIMIT + 1), {}, "A line is longer than"),
    "a large cell": ("a\n" + "x" * 140_000, {}, "is not CSV: field larger than field limit"),
    "a large row": ("a,b,c\n" + ",".join(["x" * 100_000] * 3), {}, "A line is longer than"),
    "many columns": (",".join(map(str, range(1001))), {}, "more than 1000 columns"),
    "many rows": ("a\n" + "\n" * 100_001, {}, "more than 100000 items"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_cannot_be_read_is_refused_with_the_reason(name: str) -> None:
    text, more, reason = REFUSED[name]
    assert reason in fault(text, **more)


def test_a_row_over_many_lines_is_bounded_too() -> None:
    cells = ",".join(f'"{"x" * 60_000}\n{"y" * 60_000}"' for _ in range(3))
    assert "bytes; 262144 are allowed" in fault(f"a,b,c\n{cells}\n")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=6))
def test_what_a_table_was_written_from_is_read_from_it(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    assert [list(one.values()) for one in items(text.getvalue())] == rows


JSON = {
    "an array": ('[1, [2, 3], {"a": [4]}, "]"]', [1, [2, 3], {"a": [4]}, "]"]),
    "an empty array": (" [ ] \n", []),
    "brackets in texts": (r'["\"[", "a\\", "},"]', ['"[', "a\\", "},"]),
    "a mark at the start": ("\ufeff[null]", [None]),
    "exact numbers": ("[0.10, 1e2, 12345678901234567890.5]", None),
}


@pytest.mark.parametrize("name", JSON)
def test_a_json_array_is_read_element_by_element(name: str) -> None:
    text, expected = JSON[name]
    assert items(text, "JSON") == (expected or exact_json.parse(text))


def test_numbers_keep_their_digits() -> None:
    (found,) = items("[0.10]", "JSON")
    assert (found, str(found)) == (Decimal("0.10"), "0.10")


NO_ARRAY = ['{"a": 1}', "7", "null", "", "[1", "[1,]", "[,]", "[1}", "[1] 2", "[1]]", "[[1}]",
            '["open]', "[1 2]", '[{"a":1,"a":2}]', "[NaN]", "[" * 70 + "]" * 70]  # fmt: skip


@pytest.mark.parametrize("text", NO_ARRAY)
def test_what_is_no_json_array_is_refused(text: str) -> None:
    assert fault(text, "JSON")


def test_a_large_element_and_many_elements_are_refused() -> None:
    assert "An item is longer" in fault('["' + "x" * LIMIT + '"]', "JSON")
    assert "more than 100000 items" in fault("[" + "1," * 100_001 + "1]", "JSON")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_elements_are_those_that_a_parser_of_the_whole_would_give(value: Any) -> None:
    text = exact_json.encode([value, value])
    assert items(text, "JSON") == exact_json.parse(text)


def test_a_pointer_finds_the_array_in_a_file() -> None:
    text = '{"book": {"pa/ges": [{"n": 1}, {"n": 2}]}, "list": [[3]]}'
    assert items(text, "JSON", pointer="/book/pa~1ges", max_items=1) == [{"n": 1}]
    assert items(text, "JSON", pointer="/list/0") == [3]
    assert "no array at '/book'" in fault(text, "JSON", pointer="/book")
    assert "no array at '/list/9'" in fault(text, "JSON", pointer="/list/9")


def test_json_lines_are_items_and_blank_ones_are_none() -> None:
    assert items('{"a": 0.50}\n\n[1]\n  \nnull', "JSONL") == [{"a": Decimal("0.50")}, [1], None]
    assert fault('1\n{"a":\n', "JSONL").startswith("Line 2: ")
    assert "Line 1 is longer" in fault('"' + "x" * LIMIT + '"', "JSONL")
