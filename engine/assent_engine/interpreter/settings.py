"""Numbers that a state is told: fixed in the document, or taken from the data by a path."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from assent_engine.interpreter.expressions import read
from assent_engine.interpreter.faults import StateFault, runtime
from assent_engine.interpreter.flow import optional_path
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.visit import Visit


class Number(Protocol):
    """A number that a state is told; raises StateFault when there is none."""

    def number(self, data: Any, visit: Visit, /) -> int | Decimal | None: ...
    def whole(self, data: Any, visit: Visit, /, least: int = 0) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Setting:
    """A number, or the path of one; both None where the document says nothing."""

    fixed: int | Decimal | None
    path: Path | None

    @classmethod
    def of(cls, fixed: int | Decimal | None, path: str | None) -> "Setting":
        """Compile a setting; raises PathSyntaxError."""
        return cls(fixed, optional_path(path))

    @property
    def paths(self) -> tuple[Path, ...]:
        return () if self.path is None else (self.path,)

    def number(self, data: Any, visit: Visit) -> int | Decimal | None:
        """The number, None where nothing is set; a fault for anything else than a number."""
        if self.path is None:
            return self.fixed
        value = read(self.path, data, visit)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._refused(value)
        return value

    def whole(self, data: Any, visit: Visit, least: int = 0) -> int | None:
        """A whole number of at least `least`; a path may also give it as text."""
        if self.path is None:
            return None if self.fixed is None else int(self.fixed)
        value = read(self.path, data, visit)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._refused(value)
        return value

    def _refused(self, value: Any) -> StateFault:
        where = self.path.text if self.path else ""
        return runtime(f"{value!r} at {where} is not a number that fits here.")
