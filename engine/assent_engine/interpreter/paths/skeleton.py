"""The bones of a path: the text as the parser knows the grammar, names and literals set aside.

The parser refuses names that are not plain ASCII, reads fractions as floats, escapes in its own
way and has no functions. So each name, literal and function is replaced by a quoted symbol, and
only the grammar's signs go through: `$.preço[?(@.x > 0.10)]` becomes `$['0'][?(@['1']>'2')]`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Final

from assent_engine.interpreter.paths.filters import Literal
from assent_engine.interpreter.paths.spelling import (
    DEEPEST_NESTING,
    FILTER_NAME,
    INDEX,
    NAME,
    QUOTED,
    refused,
    unescaped,
    unquoted,
    unreadable,
)


@dataclass(frozen=True, slots=True)
class Call:
    """A function at the end of a path."""

    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """The skeleton of a condition in parentheses that is negated."""

    text: str


Symbol = str | Call | Group | Literal

_NUMBER = r"-?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]{1,3})?(?![\w.])"
_WORD = r"[^\W\d][\w-]*+"
_LITERAL = rf"(?:{QUOTED}|{_NUMBER}|(?:true|false|null)\b)"
_LITERALS = re.compile(_LITERAL, re.DOTALL)
_CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


def _tokens(**patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{one})" for name, one in patterns.items()), re.DOTALL)


def _segments(name: str) -> dict[str, str]:
    call, star = r"\.(?:length|min|max)\(\s*+\)", r"\.{1,2}\*"
    return {"call": call, "star": star, "name": rf"\.{{1,2}}{name}", "deep": r"\.\.(?=\[)"}


_PATH = _tokens(**_segments(NAME), open=r"\.?\[")
_SELECTOR = _tokens(
    space=r"\s++",
    from_end=r"\(\s*+@\.length(?:\(\s*+\))?\s*+-\s*+[1-9][0-9]{0,8}\s*+\)",
    as_is=rf"{INDEX}|[,:*]",
    quoted_name=QUOTED,
    filter=r"\?",
    close=r"\]",
)
_FILTER = _tokens(
    space=r"\s++",
    **_segments(FILTER_NAME),
    members=rf"in\s*+\[\s*+{_LITERAL}(?:\s*+,\s*+{_LITERAL})*+\s*+\]",
    open=r"\.?\[",
    literal=rf"{QUOTED}|{_NUMBER}",
    word=_WORD,
    regex="=~",
    negated=r"!\s*+\(",
    group=r"\(",
    end_group=r"\)",
    as_is=r"[@$](?![\w$@])|&&|\|\||[=!<>]=|[<>!]",
    close=r"\]",
)


class Skeleton:
    """Reads a text once, from left to right; `text` and `symbols` are what comes of it."""

    def __init__(self, source: str, start: int) -> None:
        self.symbols: list[Symbol] = []
        self._source = source
        self._out = ["$"]
        self._outer: list[list[str]] = []
        self._open: list[str] = []
        self._read(start)

    @property
    def text(self) -> str:
        return "".join(self._out)

    def _read(self, position: int) -> None:
        while position < len(self._source):
            match = self._grammar().match(self._source, position)
            if match is None or not self._TAKE[match.lastgroup or ""](self, match[0]):
                raise unreadable(self._source, position)
            position = match.end()
        if self._open:
            raise refused(self._source, f"has a {self._open[-1]} that is not closed")

    def _grammar(self) -> re.Pattern[str]:
        if not self._open:
            return _PATH
        return _SELECTOR if self._open[-1] == "[" else _FILTER

    def _put(self, text: str) -> bool:
        self._out.append(text)
        return True

    def _symbol(self, symbol: Symbol) -> str:
        self.symbols.append(symbol)
        return f"'{len(self.symbols) - 1}'"

    def _push(self, sign: str) -> bool:
        self._open.append(sign)
        if len(self._open) > DEEPEST_NESTING:
            raise refused(self._source, f"is nested deeper than {DEEPEST_NESTING}")
        return True

    def _space(self, _text: str) -> bool:
        return self._put(" ")

    def _call(self, text: str) -> bool:
        return self._put(f"[{self._symbol(Call(text[1 : text.index('(')]))}]")

    def _star(self, text: str) -> bool:
        return self._put("..[*]" if text == "..*" else "[*]")

    def _name(self, text: str) -> bool:
        dots = ".." if text.startswith("..") else ""
        return self._put(f"{dots}[{self._symbol(unescaped(text[len(dots) or 1 :]))}]")

    def _opened(self, _text: str) -> bool:
        return self._put("[") and self._push("[")

    def _filter(self, _text: str) -> bool:
        self._open[-1] = "[?"
        return self._put("?")

    def _close(self, _text: str) -> bool:
        return self._open.pop() in ("[", "[?") and self._put("]")

    def _from_end(self, text: str) -> bool:
        return self._put("-" + text.rpartition("-")[2].rstrip(")").strip())

    def _quoted_name(self, text: str) -> bool:
        return self._put(self._symbol(unquoted(text)))

    def _literal(self, text: str) -> bool:
        return self._put(self._symbol(Literal(_value(text))))

    def _members(self, text: str) -> bool:
        values = [_value(one) for one in _LITERALS.findall(text, text.index("["))]
        return self._put("=") and self._put(self._symbol(Literal(values)))

    def _word(self, text: str) -> bool:
        # The parser has no `in`; its single `=`, which means nothing here, carries it through.
        return self._put("=" if text == "in" else self._symbol(Literal(_value(text))))

    def _regex(self, _text: str) -> bool:
        raise refused(self._source, "uses =~, and patterns are not part of the language")

    def _negated(self, _text: str) -> bool:
        # The parser negates a path only: the condition is set aside, to be parsed on its own.
        self._outer.append(self._out)
        self._out = []
        return self._push("!(")

    def _group(self, _text: str) -> bool:
        return self._put("(") and self._push("(")

    def _end_group(self, _text: str) -> bool:
        opened = self._open.pop()
        if opened == "!(":
            group, self._out = Group(self.text), self._outer.pop()
            return self._put(f"!{self._symbol(group)}")
        return opened == "(" and self._put(")")

    _TAKE: ClassVar[dict[str, Callable[["Skeleton", str], bool]]] = {
        "space": _space,
        "call": _call,
        "star": _star,
        "name": _name,
        "deep": _put,
        "open": _opened,
        "from_end": _from_end,
        "as_is": _put,
        "quoted_name": _quoted_name,
        "filter": _filter,
        "close": _close,
        "members": _members,
        "literal": _literal,
        "word": _word,
        "regex": _regex,
        "negated": _negated,
        "group": _group,
        "end_group": _end_group,
    }


def _value(text: str) -> Any:
    if text[0] in "'\"":
        return unquoted(text)
    if text[0] in "-0123456789":
        return int(text) if text.lstrip("-").isdecimal() else Decimal(text)
    return _CONSTANTS.get(text, text)
