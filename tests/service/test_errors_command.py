"""assent errors: every code can be looked up, and every error says how."""

import pytest

from assent_schemas.error_catalogue import CATALOGUE
from service.shell import Shell


def test_a_code_is_answered_with_its_row(shell: Shell) -> None:
    said = shell("errors", "approval.lapsed", "States.Timeout")
    assert said.code == 0
    for code in ("approval.lapsed", "States.Timeout"):
        row = CATALOGUE[code]
        assert all(words in said.out for words in (code, row.title, row.meaning, row.remedy))


def test_without_a_code_all_are_listed(shell: Shell) -> None:
    said = shell("errors")
    assert [line.split()[0] for line in said.out.splitlines()] == list(CATALOGUE)
    assert {row["code"] for row in shell.done("errors")["errors"]} == CATALOGUE.keys()


def test_a_misspelt_code_is_answered_with_the_nearest_one(shell: Shell) -> None:
    said = shell("errors", "aproval.lapsed")
    assert said.code == 1
    assert 'Did you mean "approval.lapsed"?' in said.err


@pytest.mark.parametrize(
    "args", [("run", "show", "Nobody"), ("errors", "no such code"), ("policy", "validate", "-")]
)
def test_an_error_ends_with_the_command_that_explains_it(
    shell: Shell, args: tuple[str, ...]
) -> None:
    last = shell(*args).err.splitlines()[-1]
    command, *codes = last.removeprefix("More: ").split(" errors ")
    assert command == "assent"
    assert shell("errors", *codes[0].split()).code == 0
