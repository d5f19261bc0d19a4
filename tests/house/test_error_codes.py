"""The error catalogue is whole: each code of the source has a row, and each row a code."""

import re
from pathlib import Path

import pytest

from assent_schemas.error_catalogue import CATALOGUE, SECTIONS
from assent_schemas.error_catalogue.page import page
from house import error_codes
from house.figures import ROOT, Module

PASSED_ON = {
    "_text(self.error_path, visit)": "the policy's own name, of a Fail state",
    "code": "what a check of one value gave, read from its pairs",
    "data['error']": "a recorded outcome",
    "error": "the policy's own name, of a Fail state, or an outcome's",
    "failure.error": "what a step raised",
    "given_up.error": "what TimeIsUp was given",
    "first.code": "what the first of several Halts was given",
    "now['error']": "what a file of canned results says",
    "one.code": "the code of a problem that is worded anew",
    "self.error": "what a StateFault was given, or the policy's own name",
    "type(error).__name__": "the name of a step's own exception",
}
"""Expressions that hand on a code which was given elsewhere, or is no code of ours."""


@pytest.fixture(scope="module")
def reading() -> error_codes.Reading:
    return error_codes.read()


def test_every_code_of_the_source_has_a_row(reading: error_codes.Reading) -> None:
    missing = [
        f'{at}: add Row("{code}", title, meaning, remedy) under schemas/assent_schemas/'
        "error_catalogue/, then run: just generate"
        for code, at in sorted(reading.codes().items())
        if code not in CATALOGUE
    ]
    assert not missing, "\n".join(missing)


def test_every_row_has_a_code_in_the_source(reading: error_codes.Reading) -> None:
    dead = [
        f'nothing gives "{code}" any more: remove its Row, then run: just generate'
        for code in sorted(CATALOGUE.keys() - reading.codes().keys())
    ]
    assert not dead, "\n".join(dead)


def test_every_code_can_be_read_off_the_source(reading: error_codes.Reading) -> None:
    hidden = [
        f"{at}: the code {text} cannot be read off: write it as a literal or a constant"
        for text, at in reading.unread().items()
        if text not in PASSED_ON
    ]
    assert not hidden, "\n".join(hidden)
    assert PASSED_ON.keys() <= reading.unread().keys()


def test_the_page_is_what_the_catalogue_generates() -> None:
    current = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert current == page(), "docs/errors.md is not current: run just generate"


def test_a_code_stands_once_and_its_words_are_whole() -> None:
    rows = [row for part in SECTIONS.values() for row in part]
    assert len(rows) == len(CATALOGUE)
    for row in rows:
        assert re.fullmatch(r"[A-Za-z]+[A-Za-z_]*(\.[A-Za-z_]+)*", row.code), row
        assert not re.search(r"[.:]$|^$", row.title), row
        assert row.meaning.endswith("."), row
        assert row.remedy, row


def module(text: str, name: str = "engine/assent_engine/made.py") -> Module:
    return Module(Path(ROOT / name), text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('Problem("a.literal", "", "")', "a.literal"),
        ('Problem(code="a.keyword", title="", detail="")', "a.keyword"),
        ('CODE = "a.constant"\nProblem(CODE, "", "")', "a.constant"),
        ('def f(x):\n    Problem("a.one" if x else "a.two", "", "")', "a.two"),
        (
            'def wrap(code):\n    return Problem(f"made.{code}", "", "")\nwrap("inside")',
            "made.inside",
        ),
        (
            """def wrap(where, *, code):
    return Problem(code, '', '')
def outer(kind):
    return wrap('', code=f'{kind}.b')
outer('a')""",
            "a.b",
        ),
        ('def f():\n    code, b = "a.local", 1\n    return Problem(code, "", "")', "a.local"),
        (
            'CODES = {1: "a.row"}\ndef f(x):\n    Problem(CODES.get(x, "a.other"), "", "")',
            "a.other",
        ),
    ],
)
def test_a_code_is_found_however_it_is_given(text: str, code: str) -> None:
    made = module(f"from assent_schemas.errors import Problem\n{text}\n")
    assert code in error_codes.read([made]).codes()


def test_a_halt_of_its_own_is_found() -> None:
    text = (
        "from assent_engine.runner.halts import Halt\n"
        "class Mine(Halt):\n    def __init__(self):\n        super().__init__('a.halt', '')\n"
    )
    assert "a.halt" in error_codes.read([module(text)]).codes()


def test_a_class_attribute_is_found() -> None:
    text = 'class Mine(Exception):\n    error = "A.Name"\n'
    assert "A.Name" in error_codes.read([module(text)]).codes()


def test_a_code_that_is_computed_is_told() -> None:
    text = "from assent_schemas.errors import Problem\nProblem(''.join(['a', 'b']), '', '')\n"
    assert error_codes.read([module(text)]).unread()
