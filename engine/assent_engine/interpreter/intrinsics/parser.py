"""From the text of an intrinsic function to its call: one pass, nothing is read twice."""

import re
from typing import Any, Final

from assent_engine.interpreter.intrinsics.functions import FUNCTIONS
from assent_engine.interpreter.intrinsics.nodes import (
    Argument,
    Call,
    Function,
    Literal,
    PathText,
    Text,
)
from assent_engine.interpreter.intrinsics.spelling import (
    DEEPEST_NESTING,
    LONGEST_TEXT,
    NAME,
    NUMBER,
    PATH_QUOTED,
    PATH_SIGN,
    QUOTED,
    SPACE,
    IntrinsicSyntaxError,
    refused,
    unescaped,
)
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid
from assent_schemas.spelling import did_you_mean

_CONSTANTS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}
_CLOSERS: Final = {"(": ")", "[": "]"}


class Parser:
    """Reads one text; `paths` are those it met, in order."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_TEXT:
            raise refused(text, f"is longer than {LONGEST_TEXT} characters")
        self._text = text
        self._at = 0
        self.paths: list[str] = []

    def read(self) -> Call:
        """The call that the whole text is; raises IntrinsicSyntaxError."""
        call = self._call(1)
        if self._next():
            raise self._refused("goes on after its last parenthesis")
        return call

    def _call(self, depth: int) -> Call:
        if depth > DEEPEST_NESTING:
            raise self._refused(f"nests deeper than {DEEPEST_NESTING} functions")
        function = self._function()
        arguments = self._arguments(depth)
        if not function.takes(len(arguments)):
            counts = f"{function.arity}, not {len(arguments)}"
            raise self._refused(f"is wrong: {function.name} takes {counts}")
        if function.prepare is not None:
            arguments = function.prepare(arguments)
        return Call(function, arguments)

    def _function(self) -> Function:
        name = self._match(NAME)
        if name is None:
            raise self._refused("has something that is no argument; texts stand in single quotes")
        if name[0] not in FUNCTIONS:
            near = did_you_mean(name[0], FUNCTIONS, "Texts stand in single quotes.")
            raise self._refused(f"has {name[0][:80]!r} where a function is expected. {near}")
        return FUNCTIONS[name[0]]

    def _arguments(self, depth: int) -> tuple[Argument, ...]:
        if not self._text.startswith("(", self._at):
            raise self._refused("has no parenthesis after the function's name")
        self._at += 1
        if self._take(")"):
            return ()
        found = [self._argument(depth)]
        while self._take(","):
            found.append(self._argument(depth))
        if not self._take(")"):
            raise self._refused("lacks a comma or a closing parenthesis")
        return tuple(found)

    def _argument(self, depth: int) -> Argument:
        sign = self._next()
        if sign == "'":
            return self._quoted()
        if sign == "$":
            return self._path()
        if sign == "-" or sign.isdigit():
            return self._number()
        word = NAME.match(self._text, self._at)
        if word is not None and word[0] in _CONSTANTS:
            self._at = word.end()
            return Literal(_CONSTANTS[word[0]])
        return self._call(depth + 1)

    def _quoted(self) -> Text:
        match = self._match(QUOTED)
        if match is None:
            raise self._refused("has a single quote that is never closed")
        return Text(match[1], unescaped(match[1]))

    def _number(self) -> Literal:
        match = self._match(NUMBER)
        if match is None:
            raise self._refused("has something that is no JSON number")
        try:
            return Literal(exact_json.parse(match[0]))
        except PolicyInvalid as invalid:
            raise IntrinsicSyntaxError(invalid.problem.detail) from None

    def _path(self) -> PathText:
        """Up to the comma or parenthesis that belongs to the function and not to the path."""
        start = self._at
        open_until: list[str] = []
        while (sign := self._path_sign()) not in {",", ")"} or open_until:
            if sign in _CLOSERS:
                open_until.append(_CLOSERS[sign])
            elif sign in {")", "]"} and (not open_until or open_until.pop() != sign):
                raise self._refused("has a path whose brackets do not match")
            self._at += 1
        path = self._text[start : self._at].rstrip(" \t\r\n")
        self.paths.append(path)
        return PathText(path)

    def _path_sign(self) -> str:
        """Go to the next bracket, parenthesis or comma that is neither quoted nor escaped."""
        while match := PATH_SIGN.search(self._text, self._at):
            self._at = match.start()
            if match[0] == "\\":
                self._at += 2
            elif match[0] not in "'\"":
                return match[0]
            elif self._match(PATH_QUOTED) is None:
                raise self._refused("has a path with a quote that is never closed")
        raise self._refused("has a path that never ends")

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return match

    def _next(self) -> str:
        """The next sign that is no space, not taken; empty at the end."""
        self._match(SPACE)
        return self._text[self._at : self._at + 1]

    def _take(self, sign: str) -> bool:
        found = self._next() == sign
        self._at += found
        return found

    def _refused(self, reason: str) -> IntrinsicSyntaxError:
        return refused(self._text, f"(character {self._at + 1}) {reason}")
