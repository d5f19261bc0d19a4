"""The parts of a compiled intrinsic function: literals, paths and calls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from assent_engine.interpreter.faults import runtime
from assent_engine.interpreter.intrinsics.failures import MOST_BYTES, Misused, too_large, weight

Resolve = Callable[[str], Any]
Draw = Callable[[], bytes]

BUDGET: Final = 4 * MOST_BYTES
"""How many bytes of values one evaluation may make and read through, over all its calls."""


@dataclass(slots=True)
class Evaluation:
    """One evaluation: where its values come from, and what is left of its budget."""

    resolve: Resolve
    draw: Draw
    imported: bool = False
    left: int = BUDGET

    def charge(self, value: Any) -> None:
        """Count a value; raises a States.DataLimitExceeded fault."""
        self.left -= weight(value)
        if self.left < 0:
            raise too_large(f"One intrinsic function works on more than {BUDGET} bytes.")


class Argument(Protocol):
    """Whatever gives a value where a function is called."""

    def evaluate(self, evaluation: Evaluation, /) -> Any: ...


Prepare = Callable[[tuple[Argument, ...]], tuple[Argument, ...]]


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, true, false, null, or what a function prepared."""

    value: Any

    def evaluate(self, _evaluation: Evaluation) -> Any:
        return self.value


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text: as written between its quotes, and what that means."""

    raw: str
    value: str

    def evaluate(self, _evaluation: Evaluation) -> Any:
        return self.value


@dataclass(frozen=True, slots=True)
class PathText:
    """A path, which the caller resolves."""

    text: str

    def evaluate(self, evaluation: Evaluation) -> Any:
        return evaluation.resolve(self.text)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language; `most` is None where there is no most.

    `walks` tells that `run` reads its arguments to their depth, `draws` that it takes the source
    of random bytes before them; `prepare` does at compile time what can be done then, and may
    raise IntrinsicSyntaxError. `imported` runs instead of it in imported machines.
    """

    name: str
    run: Callable[..., Any]
    least: int
    most: int | None
    walks: bool = False
    draws: bool = False
    prepare: Prepare | None = None
    imported: Callable[..., Any] | None = None

    def apply(self, values: list[Any], evaluation: Evaluation) -> Any:
        """The function's value; raises a States.Runtime fault where the arguments do not fit."""
        run = self.imported if evaluation.imported and self.imported else self.run
        try:
            return run(evaluation.draw, *values) if self.draws else run(*values)
        except Misused as reason:
            raise runtime(f"{self.name} {reason}") from None

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return self.least <= count and (self.most is None or count <= self.most)

    @property
    def arity(self) -> str:
        """How many arguments it takes, in words."""
        if self.most is None:
            return f"{self.least} or more arguments"
        if self.least < self.most:
            return f"{self.least} to {self.most} arguments"
        return "1 argument" if self.most == 1 else f"{self.most or 'no'} arguments"


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    function: Function
    arguments: tuple[Argument, ...]

    def evaluate(self, evaluation: Evaluation) -> Any:
        values = [argument.evaluate(evaluation) for argument in self.arguments]
        if self.function.walks:
            evaluation.charge(values)
        value = self.function.apply(values, evaluation)
        evaluation.charge(value)
        return value
