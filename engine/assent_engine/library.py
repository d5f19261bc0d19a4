"""The step library port: how a home gets its steps and its outside world without an import.

Libraries are found through the entry point group `assent.steps`; only our own are trusted, by
the name of the distribution that brings them.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol, cast

GROUP = "assent.steps"
TRUSTED = "assent"


class StepLibrary(Protocol):
    """A set of steps and the outside world they work on. Loading it registers its steps."""

    def open_world(self, home: Path) -> AbstractAsyncContextManager[Mapping[type, object]]:
        """Open the parts of the world that belong to a home; ports as keys."""
        ...

    def adopt(
        self, home: Path, *, holdings: Path | None = None, prices: Path | None = None
    ) -> None:
        """Take the person's files into a home, each whole or not at all; raises InputFileError."""
        ...

    def copy_world(self, home: Path, to: Path) -> None:
        """Copy a home's outside world, as far as it has one, into another folder."""
        ...

    def faults(self, home: Path, *, thorough: bool) -> list[tuple[str, str]]:
        """What is damaged in a home's outside world, as (file, fault); nothing where it is whole.

        `thorough` looks at everything, otherwise only at what is quickly looked at.
        """
        ...

    def files(self) -> tuple[str, ...]:
        """The names of the files in a home that hold its outside world."""
        ...

    def overview(self, home: Path) -> dict[str, Any]:
        """The outside world as it stands: cash, positions, orders, as exact JSON."""
        ...


@cache
def load() -> StepLibrary:
    """The step library of this installation; raises LookupError when there is none."""
    for point in entry_points(group=GROUP):
        if point.dist is not None and point.dist.name == TRUSTED:
            return cast("StepLibrary", point.load())
    raise LookupError("no step library is installed")
