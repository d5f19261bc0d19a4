"""A compiled path: what it finds in the data, and how a value is put there."""

from dataclasses import dataclass
from typing import Any

from assent_engine.interpreter.faults import RESULT_PATH_MISMATCH, StateFault, runtime
from assent_engine.interpreter.paths.query import MISSING, Query, Walk


@dataclass(frozen=True, slots=True)
class Path:
    """One compiled path, of names and indexes alone.

    It starts from what it is given: the data for `$`, the context object where `in_context`
    (`$$`), the value of the variable where there is one (`$name`). `parts` are the names and
    indexes that it opens with. `is_reference` tells whether it can name a place to write to.
    """

    text: str
    in_context: bool
    parts: tuple[str | int, ...]
    variable: str | None = None
    is_reference: bool = True

    @property
    def definite(self) -> bool:
        """Whether it finds one value or MISSING; an indefinite path finds a list."""
        return True

    @property
    def is_root(self) -> bool:
        """Whether it is `$` alone: the data itself."""
        return self.text == "$"

    def find(self, data: Any) -> Any:
        """The value at the path, or MISSING."""
        for part in self.parts:
            if isinstance(data, dict):
                data = data.get(part, MISSING)
            elif isinstance(data, list) and isinstance(part, int):
                try:
                    data = data[part]
                except IndexError:
                    return MISSING
            else:
                return MISSING
        return data

    def get(self, data: Any) -> Any:
        """The value at the path; a States.Runtime fault where there is none."""
        found = self.find(data)
        if found is MISSING:
            raise runtime(f"The path {self.text} was not found in the data.")
        return found

    def put(self, data: Any, value: Any) -> Any:
        """The data with the value at the path, copied only along it; missing parents are made."""
        return _put(data, self.parts, value, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPath(Path):
    """A path with a query in it; a list of all that it finds, unless it is definite."""

    query: Query

    @property
    def definite(self) -> bool:
        return self.query.definite

    def find(self, data: Any) -> Any:
        return self.query.value(data, Walk(data, self.text))

    def put(self, data: Any, value: Any) -> Any:  # noqa: ARG002 - there is no place for either
        raise StateFault(RESULT_PATH_MISMATCH, f"The path {self.text} does not name one place.")


def _put(data: Any, parts: tuple[str | int, ...], value: Any, text: str) -> Any:
    if not parts:
        return value
    first, rest = parts[0], parts[1:]
    if isinstance(data, dict) and isinstance(first, str):
        return {**data, first: _put(data.get(first, {}) if rest else None, rest, value, text)}
    if isinstance(data, list) and isinstance(first, int) and -len(data) <= first < len(data):
        copy = [*data]
        copy[first] = _put(data[first], rest, value, text)
        return copy
    raise StateFault(RESULT_PATH_MISMATCH, f"The path {text} cannot be written into the input.")
