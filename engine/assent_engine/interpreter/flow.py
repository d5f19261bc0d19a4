"""Data flow: what a state sees of its input and what it passes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assent_engine.interpreter.expressions import read
from assent_engine.interpreter.paths import Path, compile_path
from assent_engine.interpreter.sizes import measured
from assent_engine.interpreter.templates import Body, Template, compile_template
from assent_engine.interpreter.transition import Transition
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import Assigning, ResultState, State, WorkState


def optional_path(text: str | None) -> Path | None:
    """Compile a path that may be null."""
    return None if text is None else compile_path(text)


def optional_template(body: Body | None) -> Template | None:
    """Compile a template that may be absent."""
    return None if body is None else compile_template(body)


def select(path: Path | None, data: Any, visit: Visit) -> Any:
    """input_path and output_path: null gives {}."""
    if path is None:
        return {}
    return data if path.is_root else read(path, data, visit)


@dataclass(frozen=True, slots=True)
class Flow:
    """The data-flow fields of a state, compiled; absent ones do nothing."""

    input_path: Path | None
    output_path: Path | None
    parameters: Template | None = None
    result_selector: Template | None = None
    result_path: Path | None = None
    assign: Template | None = None

    @classmethod
    def of(cls, state: State) -> "Flow":
        """Compile the fields that this type of state has; raises PathSyntaxError."""
        return cls(
            optional_path(state.input_path),
            optional_path(state.output_path),
            optional_template(state.parameters) if isinstance(state, ResultState) else None,
            optional_template(state.result_selector) if isinstance(state, WorkState) else None,
            optional_path(state.result_path) if isinstance(state, ResultState) else None,
            optional_template(state.assign) if isinstance(state, Assigning) else None,
        )

    def effective_input(self, visit: Visit) -> Any:
        """input_path, then parameters."""
        seen = select(self.input_path, visit.raw, visit)
        if self.parameters is not None:
            seen = visit.within_bounds(self.parameters.fill(seen, visit))
        return visit.within_payload(seen)

    def leads(self, to: str | None, visit: Visit, result: Any) -> Transition:
        """With a result: assign, result_selector, result_path into the raw input, output_path."""
        result = visit.within_payload(result)
        assigned = self.assigned(visit, result)
        if self.result_selector is not None:
            result = self.result_selector.fill(result, visit)
        placed = visit.raw if self.result_path is None else self.result_path.put(visit.raw, result)
        output = select(self.output_path, placed, visit)
        return Transition(to, visit.within_payload(output), assigned, self._weight(visit, result))

    def _weight(self, visit: Visit, result: Any) -> int:
        """An upper bound of the data's size: only what is new is measured."""
        if self.result_path is None or visit.dialect.context is None:
            return visit.weight
        size = measured(result, visit.dialect.context)
        return visit.weight + size if self.result_path.parts else size

    def passes(self, to: str | None, visit: Visit, seen: Any) -> Transition:
        """Without a result: assign and output_path on what the state has seen."""
        output = visit.within_payload(select(self.output_path, seen, visit))
        return Transition(to, output, self.assigned(visit, seen), visit.weight)

    def assigned(self, visit: Visit, data: Any) -> dict[str, Any] | None:
        """The variables that the state sets, `$` being the data."""
        return None if self.assign is None else self.assign.fill(data, visit)

    def paths(self) -> Iterator[Path]:
        """Every path that the fields read."""
        yield from (path for path in (self.input_path, self.output_path) if path is not None)
        for template in (self.parameters, self.result_selector, self.assign):
            yield from template.paths if template is not None else ()
