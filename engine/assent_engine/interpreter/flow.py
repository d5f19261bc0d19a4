"""Data flow: what a state sees of its input and what it passes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assent_engine.interpreter.paths import Path, compile_path
from assent_engine.interpreter.templates import Template, compile_template, read
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import ResultState, State, WorkState


def optional_path(text: str | None) -> Path | None:
    """Compile a path that may be null."""
    return None if text is None else compile_path(text)


def _template(body: dict[str, Any] | None) -> Template | None:
    return None if body is None else compile_template(body)


def select(path: Path | None, data: Any, visit: Visit) -> Any:
    """input_path and output_path: null gives {}."""
    if path is None:
        return {}
    return data if not path.parts and not path.in_context else read(path, data, visit)


@dataclass(frozen=True, slots=True)
class Flow:
    """The five data-flow fields of a state, compiled; absent ones do nothing."""

    input_path: Path | None
    output_path: Path | None
    parameters: Template | None = None
    result_selector: Template | None = None
    result_path: Path | None = None

    @classmethod
    def of(cls, state: State) -> "Flow":
        """Compile the fields that this type of state has; raises PathSyntaxError."""
        return cls(
            optional_path(state.input_path),
            optional_path(state.output_path),
            _template(state.parameters) if isinstance(state, ResultState) else None,
            _template(state.result_selector) if isinstance(state, WorkState) else None,
            optional_path(state.result_path) if isinstance(state, ResultState) else None,
        )

    def effective_input(self, visit: Visit) -> Any:
        """input_path, then parameters."""
        seen = select(self.input_path, visit.raw, visit)
        return seen if self.parameters is None else self.parameters.fill(seen, visit)

    def output(self, visit: Visit, result: Any) -> Any:
        """result_selector, then result_path into the raw input, then output_path."""
        if self.result_selector is not None:
            result = self.result_selector.fill(result, visit)
        placed = visit.raw if self.result_path is None else self.result_path.put(visit.raw, result)
        return select(self.output_path, placed, visit)

    def paths(self) -> Iterator[Path]:
        """Every path that the fields read."""
        yield from (path for path in (self.input_path, self.output_path) if path is not None)
        for template in (self.parameters, self.result_selector):
            yield from template.paths if template is not None else ()
