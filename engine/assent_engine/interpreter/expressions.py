"""Expressions: a path or an intrinsic function, compiled once and evaluated for a visit."""

from dataclasses import dataclass
from typing import Any

from assent_engine.interpreter.faults import runtime
from assent_engine.interpreter.intrinsics import (
    Intrinsic,
    IntrinsicSyntaxError,
    compile_intrinsic,
    is_intrinsic,
)
from assent_engine.interpreter.paths import MISSING, Path, PathSyntaxError, compile_path
from assent_engine.interpreter.visit import Visit


def read(path: Path, data: Any, visit: Visit) -> Any:
    """The value of a path: into the data, the context object (`$$`) or a variable (`$name`)."""
    return path.get(_start(path, data, visit))


def is_present(path: Path, data: Any, visit: Visit) -> bool:
    """Whether a path finds anything; null is something."""
    known = path.variable is None or path.variable in visit.variables
    return known and path.find(_start(path, data, visit)) is not MISSING


def _start(path: Path, data: Any, visit: Visit) -> Any:
    if path.in_context:
        return visit.context()
    if path.variable is None:
        return data
    if path.variable not in visit.variables:
        raise runtime(f"There is no variable ${path.variable}.")
    return visit.variables[path.variable]


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; `paths` are all that it reads."""

    source: Path | Intrinsic
    paths: tuple[Path, ...]

    def evaluate(self, data: Any, visit: Visit) -> Any:
        """The value for this visit; raises StateFault."""
        if isinstance(self.source, Path):
            return read(self.source, data, visit)
        return self.source.evaluate(
            lambda text: read(compile_path(text), data, visit),
            visit.draw,
            imported=not visit.dialect.snake_case,
        )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What is no expression: its state fails when it gets there, as on the reference."""

    reason: str
    paths: tuple[Path, ...] = ()

    def evaluate(self, _data: Any, _visit: Visit) -> Any:
        raise runtime(self.reason)


def compile_lazily(text: str) -> Expression | Unreadable:
    """Compile an expression, or what fails in its place.

    A machine that is well-formed on the reference may hold calls that can only fail there. In our
    own dialect validation has refused them before.
    """
    try:
        return compile_expression(text)
    except (IntrinsicSyntaxError, PathSyntaxError) as error:
        return Unreadable(f"{error}.")


def compile_expression(text: str) -> Expression:
    """Compile a path or an intrinsic; raises PathSyntaxError, IntrinsicSyntaxError."""
    if not is_intrinsic(text):
        path = compile_path(text)
        return Expression(path, (path,))
    intrinsic = compile_intrinsic(text)
    return Expression(intrinsic, tuple(compile_path(one) for one in intrinsic.paths))
