"""Paths into the data: compiled once, walked exactly.

A path is `$` (the data) or `$$` (the context object), followed by names and indexes:
`$.a.b`, `$['a b']`, `$.items[0]`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from assent_engine.interpreter.faults import RESULT_PATH_MISMATCH, StateFault, runtime


class Missing:
    """The type of MISSING: what a path finds where there is nothing; null is a value."""


MISSING: Final = Missing()

_PART = re.compile(
    r"""\.(?P<name>[^\s.\[\]()*?:,'"@$&~|<>=!+]+)
      | \[(?P<index>[0-9]{1,9})\]
      | \['(?P<single>(?:[^'\\]|\\.)+)'\]
      | \["(?P<double>(?:[^"\\]|\\.)+)"\]""",
    re.VERBOSE,
)


class PathSyntaxError(ValueError):
    """A text that is no path of the language."""


@dataclass(frozen=True, slots=True)
class Path:
    """One compiled path; `in_context` tells `$$` from `$`."""

    text: str
    in_context: bool
    parts: tuple[str | int, ...]

    def find(self, data: Any) -> Any:
        """The value at the path, or MISSING."""
        for part in self.parts:
            if isinstance(data, dict):
                data = data.get(part, MISSING)
            elif isinstance(data, list) and isinstance(part, int) and part < len(data):
                data = data[part]
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


@lru_cache(maxsize=4096)
def compile_path(text: str) -> Path:
    """Compile a path; raises PathSyntaxError."""
    in_context = text.startswith("$$")
    position = 2 if in_context else 1
    if not text.startswith("$"):
        raise PathSyntaxError(f"{text!r} does not start with $")
    parts: list[str | int] = []
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            raise PathSyntaxError(f"{text!r} cannot be read from {text[position:]!r} on")
        parts.append(_part(match))
        position = match.end()
    return Path(text, in_context, tuple(parts))


def _part(match: re.Match[str]) -> str | int:
    if (index := match["index"]) is not None:
        return int(index)
    if (name := match["name"]) is not None:
        return name
    quoted = match["single"] if match["single"] is not None else match["double"]
    return re.sub(r"\\(.)", r"\1", quoted)


def _put(data: Any, parts: tuple[str | int, ...], value: Any, text: str) -> Any:
    if not parts:
        return value
    first, rest = parts[0], parts[1:]
    if isinstance(data, dict) and isinstance(first, str):
        return {**data, first: _put(data.get(first, {}) if rest else None, rest, value, text)}
    if isinstance(data, list) and isinstance(first, int) and first < len(data):
        return [*data[:first], _put(data[first], rest, value, text), *data[first + 1 :]]
    raise StateFault(RESULT_PATH_MISMATCH, f"The path {text} cannot be written into the input.")
