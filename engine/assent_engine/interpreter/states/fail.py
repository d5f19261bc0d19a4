"""Fail: end the scope with an error, fixed or taken from the data."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Failed
from assent_engine.interpreter.expressions import Expression, Unreadable, compile_lazily
from assent_engine.interpreter.faults import runtime
from assent_engine.interpreter.states.base import names_entry_time
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import FailState


@dataclass(frozen=True, slots=True)
class Fail:
    """Error name and cause; either may come from a path."""

    error: str
    cause: str
    error_path: Expression | Unreadable | None
    cause_path: Expression | Unreadable | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: FailState) -> "Fail":
        error, cause = (_optional(text) for text in (state.error_path, state.cause_path))
        needs_time = names_entry_time(path for one in (error, cause) if one for path in one.paths)
        return cls(state.error or "", state.cause or "", error, cause, needs_time)

    def run(self, visit: Visit) -> Generator[Effect, Any, Failed]:
        if self.needs_entry_time:
            yield from visit.enter()
        error = self.error if self.error_path is None else _text(self.error_path, visit)
        cause = self.cause if self.cause_path is None else _text(self.cause_path, visit)
        return Failed(error, cause)


def _optional(text: str | None) -> Expression | Unreadable | None:
    return None if text is None else compile_lazily(text)


def _text(expression: Expression | Unreadable, visit: Visit) -> str:
    value = expression.evaluate(visit.raw, visit)
    if not isinstance(value, str):
        raise runtime(f"{value!r} is no text for an error or a cause.")
    return value
