"""Queries: steps from nodes to nodes, counted against a budget, exact on what they find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Final, Protocol

from assent_engine.interpreter.faults import runtime

BUDGET: Final = 100_000
"""How many nodes one evaluation may reach or test."""


class Missing:
    """The type of MISSING: what a path finds where there is nothing; null is a value."""


MISSING: Final = Missing()


class Walk:
    """One evaluation of one path: the data that `$` means, and what is left of the budget."""

    __slots__ = ("_left", "_text", "root")

    def __init__(self, root: Any, text: str) -> None:
        self.root = root
        self._text = text
        self._left = BUDGET

    def charge(self, visits: int) -> None:
        """Count visits; a States.Runtime fault beyond the budget."""
        self._left -= visits
        if self._left < 0:
            raise runtime(f"The path {self._text} is over its budget of {BUDGET:,} visited nodes.")


class Step(Protocol):
    """From one node to those that a segment selects; `single` if there is one at the most."""

    single: ClassVar[bool]

    def select(self, node: Any, walk: Walk) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Member:
    """`.name` or `[0]`."""

    single: ClassVar[bool] = True
    part: str | int

    def select(self, node: Any, walk: Walk) -> Sequence[Any]:
        walk.charge(1)
        return _members(node, self.part)


@dataclass(frozen=True, slots=True)
class Members:
    """`['a','b']` or `[0,1]`, in the order written."""

    single: ClassVar[bool] = False
    parts: tuple[str | int, ...]

    def select(self, node: Any, walk: Walk) -> Sequence[Any]:
        walk.charge(len(self.parts))
        return [found for part in self.parts for found in _members(node, part)]


@dataclass(frozen=True, slots=True)
class Slice:
    """`[start:end:step]`."""

    single: ClassVar[bool] = False
    bounds: tuple[int | None, int | None, int | None]

    def select(self, node: Any, walk: Walk) -> Sequence[Any]:
        found = node[slice(*self.bounds)] if isinstance(node, list) else []
        walk.charge(len(found) or 1)
        return found


@dataclass(frozen=True, slots=True)
class Every:
    """`[*]` or `.*`."""

    single: ClassVar[bool] = False

    def select(self, node: Any, walk: Walk) -> Sequence[Any]:
        found = _children(node)
        walk.charge(len(found) or 1)
        return found


@dataclass(frozen=True, slots=True)
class Descend:
    """`..`: the node and all below it, parents first."""

    single: ClassVar[bool] = False

    def select(self, node: Any, walk: Walk) -> Sequence[Any]:
        walk.charge(1)
        found, waiting = [], [node]
        while waiting:
            found.append(waiting.pop())
            children = _children(found[-1])
            walk.charge(len(children))
            waiting.extend(reversed(children))
        return found


@dataclass(frozen=True, slots=True)
class Where:
    """`[?(...)]`: the children that pass the test."""

    single: ClassVar[bool] = False
    test: Callable[[Any, Walk], bool]

    def select(self, node: Any, walk: Walk) -> Sequence[Any]:
        candidates = _children(node)
        walk.charge(len(candidates) or 1)
        return [one for one in candidates if self.test(one, walk)]


@dataclass(frozen=True, slots=True)
class Query:
    """Steps from the root or from the node at hand, and the function of their value, if any."""

    steps: tuple[Step, ...]
    from_root: bool
    call: str | None = None

    @property
    def singular(self) -> bool:
        """Whether the steps lead to one node at the most."""
        return all(step.single for step in self.steps)

    @property
    def definite(self) -> bool:
        """Whether the value is one or MISSING, and not the list of all nodes found."""
        return self.call is not None or self.singular

    def nodes(self, node: Any, walk: Walk) -> list[Any]:
        """All nodes that the steps lead to."""
        found = [walk.root if self.from_root else node]
        for step in self.steps:
            found = [one for node in found for one in step.select(node, walk)]
        return found

    def value(self, node: Any, walk: Walk) -> Any:
        """The value for a node."""
        found: Any = self.nodes(node, walk)
        if self.singular:
            found = found[0] if found else MISSING
        return found if self.call is None else _called(self.call, found, walk)

    def exists(self, node: Any, walk: Walk) -> bool:
        """Whether there is anything, be it null."""
        if self.call is not None:
            return self.value(node, walk) is not MISSING
        return bool(self.nodes(node, walk))


def _children(node: Any) -> list[Any]:
    if isinstance(node, list):
        return node
    return list(node.values()) if isinstance(node, dict) else []


def _members(node: Any, part: str | int) -> list[Any]:
    if isinstance(node, dict):
        return [node[part]] if part in node else []
    if isinstance(node, list) and isinstance(part, int) and -len(node) <= part < len(node):
        return [node[part]]
    return []


def _called(name: str, argument: Any, walk: Walk) -> Any:
    if name == "length":
        return len(argument) if isinstance(argument, list | dict | str) else MISSING
    if not isinstance(argument, list):
        return MISSING
    walk.charge(len(argument))
    numbers = [one for one in argument if type(one) is int or type(one) is Decimal]
    least_or_most = min if name == "min" else max
    return least_or_most(numbers, default=MISSING)
