"""Regular expressions of JSONata, in linear time: RE2 matches, JSONata's own rules around it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import re2  # type: ignore[import-untyped]
from jsonata.functions import Functions  # type: ignore[import-untyped]

from assent_engine.jsonata.refusals import Refused

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|.)", re.DOTALL)
_REFERENCE = re.compile(r"\$(\$|[0-9]{1,9})")
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern, in the form that the library takes for one."""

    compiled: Any

    def finditer(self, text: str) -> Iterator[Any]:
        """Its matches, in order; raises Refused for an empty one."""
        for match in self.compiled.finditer(text):
            if match.start() == match.end():
                raise Refused("a regular expression matches a text of no length")
            yield match

    def search(self, text: str) -> Any:
        return next(self.finditer(text), None)

    def split(self, text: str, maxsplit: int = 0) -> list[str]:
        pieces, end = [], 0
        for match in islice(self.finditer(text), maxsplit or None):
            pieces.append(text[end : match.start()])
            end = match.end()
        return [*pieces, text[end:]]

    def sub(self, replacement: Callable[[Any], str], text: str, count: int | None = None) -> str:
        """The text with its first so many matches, None meaning all, put in other words."""
        pieces, end = [], 0
        for match in islice(self.finditer(text), count):
            pieces += [text[end : match.start()], replacement(match)]
            end = match.end()
        return "".join([*pieces, text[end:]])


def compile_pattern(pattern: str, flags: Any) -> Pattern:
    """A literal's pattern; raises Refused for what only a backtracking engine can do."""
    if len(pattern) > _LONGEST:
        raise Refused(f"a regular expression is longer than {_LONGEST} characters")
    signs = "i" * flags.case_insensitive + "m" * flags.multiline
    options = re2.Options()
    options.log_errors = False
    written = _ESCAPE.sub(_escape, pattern)
    try:
        return Pattern(re2.compile(f"(?{signs}){written}" if signs else written, options))
    except re2.error as error:
        reason = error.args[0]
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        why = "regular expressions run in linear time here, without look-around and back-references"
        raise Refused(f"the regular expression /{pattern}/ is refused ({said}); {why}") from None


def replace(
    text: str | None, pattern: Any, replacement: Any = None, limit: float | None = None
) -> str | None:
    """$replace: of a text as the library does it, of a pattern with its groups filled in."""
    if text is None or not isinstance(pattern, Pattern):
        most: Any = limit
        found: str | None = Functions.replace(text, pattern, replacement, most)
        return found
    if limit is not None and limit < 0:
        raise Refused("$replace's limit may not be negative")
    count = None if limit is None else int(limit)
    if isinstance(replacement, str):
        return pattern.sub(lambda match: _filled(replacement, match), text, count)
    return pattern.sub(lambda match: _answered(replacement, match), text, count)


def _escape(found: re.Match[str]) -> str:
    """JavaScript's way to name a character, as RE2 writes it; other escapes are alike."""
    return rf"\x{{{found[1]}}}" if found[1] else found[0]


def _filled(replacement: str, match: Any) -> str:
    """`$0` is the match, `$1` a group, `$$` a dollar sign; as many digits as there are groups."""
    groups = [match.group(), *match.groups(default="")]

    def put(found: re.Match[str]) -> str:
        if found[1] == "$":
            return "$"
        width = len(str(len(groups) - 1)) if found[1][0] != "0" else 1
        # A shorter number may name a group where the longer one does not.
        for length in range(min(width, len(found[1])), 0, -1):
            at = int(found[1][:length])
            if at < len(groups):
                return f"{groups[at]}{found[1][length:]}"
        return found[1][1:]

    return _REFERENCE.sub(put, replacement)


def _answered(function: Any, match: Any) -> str:
    about = {
        "match": match.group(),
        "start": match.start(),
        "end": match.end(),
        "groups": list(match.groups(default="")),
    }
    value = Functions.func_apply(function, [about])
    if not isinstance(value, str):
        raise Refused("$replace's function must answer with a text")
    return value
