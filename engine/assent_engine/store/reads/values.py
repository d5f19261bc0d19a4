"""Values of rows as what they stand for."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from assent_schemas import exact_json
from assent_schemas.errors import Problem, StoreError

Word = TypeVar("Word", bound=StrEnum)


def with_value(row: Sequence[Any], at: int, change: Callable[[Any], Any]) -> list[Any]:
    """A row with one of its values read as what it stands for."""
    values = list(row)
    values[at] = change(values[at])
    return values


def word(words: type[Word], text: str) -> Word:
    try:
        return words(text)
    except ValueError as error:
        raise StoreError(unreadable(Path("a record"), error)) from error


def decoded_if_any(text: str | None) -> Any:
    return None if text is None else decoded(text)


def decoded(text: str) -> Any:
    try:
        return exact_json.decode(text)
    except ValueError as error:
        raise StoreError(unreadable(Path("a record"), error)) from error


def unreadable(path: Path, error: Exception) -> Problem:
    title, remedy = "The store cannot be read", "See what is wrong: assent verify"
    return Problem("store.unreadable", title, f"{path}: {error}.", remedy)
