"""Fail: end the scope with an error, fixed or taken from the data."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Failed
from assent_engine.interpreter.faults import runtime
from assent_engine.interpreter.flow import optional_path
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.states.base import names_entry_time
from assent_engine.interpreter.templates import read
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import FailState


@dataclass(frozen=True, slots=True)
class Fail:
    """Error name and cause; either may come from a path."""

    error: str
    cause: str
    error_path: Path | None
    cause_path: Path | None
    needs_entry_time: bool

    @classmethod
    def of(cls, state: FailState) -> "Fail":
        error, cause = optional_path(state.error_path), optional_path(state.cause_path)
        needs_time = names_entry_time(path for path in (error, cause) if path is not None)
        return cls(state.error or "", state.cause or "", error, cause, needs_time)

    def run(self, visit: Visit) -> Generator[Effect, Any, Failed]:
        if self.needs_entry_time:
            yield from visit.enter()
        error = self.error if self.error_path is None else _text(self.error_path, visit)
        cause = self.cause if self.cause_path is None else _text(self.cause_path, visit)
        return Failed(error, cause)


def _text(path: Path, visit: Visit) -> str:
    value = read(path, visit.raw, visit)
    if not isinstance(value, str):
        raise runtime(f"{path.text} is not text.")
    return value
