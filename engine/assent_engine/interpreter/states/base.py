"""What every compiled state is: something that runs one visit and says where it leads."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from assent_engine.effects import Effect, Failed
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.transition import Transition
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import Machine

Run = Generator[Effect, Any, Transition | Failed]


class CompiledState(Protocol):
    """A state made ready to run; immutable, holds no data of a run."""

    def run(self, visit: Visit) -> Run:
        """Run one visit: yields effects, returns where it leads or its failure."""
        ...


@dataclass(frozen=True, slots=True)
class Compiler:
    """What a state with inner machines needs: a place for them, and the macros by name."""

    add: Callable[[Machine, str], None]
    macro: Callable[[str], str | None]


def names_entry_time(paths: Iterable[Path]) -> bool:
    """Whether any of the paths can see `$$.state.entered_time`, as either dialect writes it."""
    return any(path.in_context and _leads_to_entry_time(path.parts) for path in paths)


def _leads_to_entry_time(parts: tuple[str | int, ...]) -> bool:
    spellings = ("state", "entered_time"), ("State", "EnteredTime")
    return any(parts == names[: len(parts)] for names in spellings)
