"""Intrinsic functions as templates use them: compiled once, evaluated at each visit."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assent_engine.interpreter.intrinsics.nodes import Call, Draw, Evaluation, Resolve
from assent_engine.interpreter.intrinsics.parser import Parser


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """A compiled intrinsic function; `paths` are those among its arguments, in order."""

    text: str
    paths: tuple[str, ...]
    call: Call

    def evaluate(self, resolve: Resolve, draw: Draw, *, imported: bool = False) -> Any:
        """The function's value; raises StateFault.

        `resolve` gives the value of a path text, `draw` 32 fresh bytes at each call. `imported`
        tells that the machine is another service's.
        """
        return self.call.evaluate(Evaluation(resolve, draw, imported))


def is_intrinsic(text: str) -> bool:
    """Whether a text is meant as an intrinsic function, and not as a path."""
    return text.startswith("States.") and "(" in text


@lru_cache(maxsize=1024)
def compile_intrinsic(text: str) -> Intrinsic:
    """Compile an intrinsic function; raises IntrinsicSyntaxError."""
    parser = Parser(text)
    call = parser.read()
    return Intrinsic(text, tuple(parser.paths), call)
