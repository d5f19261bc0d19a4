"""The iterations of a Map: items one by one or in batches, each with its input."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from assent_engine.effects import Item, ScopeSpec
from assent_engine.interpreter.flow import optional_template
from assent_engine.interpreter.settings import Number, Setting
from assent_engine.interpreter.templates import Fills
from assent_engine.interpreter.visit import Visit
from assent_schemas import exact_json
from assent_schemas.states import ItemBatcher

AMOUNTS = ("no iteration", "one iteration", "several iterations")
"""How many child scopes a Map may have, as a witness tells it."""


def amount(scopes: Sequence[ScopeSpec]) -> str:
    """Which of the amounts these are."""
    return AMOUNTS[min(len(scopes), 2)]


class Iterations(Sequence[ScopeSpec]):
    """Child scopes made when they are asked for, so that a long list costs nothing in advance."""

    def __init__(
        self,
        pointer: str,
        visit: Visit,
        values: Sequence[Any],
        shape: Callable[[Item], Any],
    ) -> None:
        self._pointer, self._visit = pointer, visit
        self._values, self._shape = values, shape

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, index: int) -> ScopeSpec: ...
    @overload
    def __getitem__(self, index: slice) -> list[ScopeSpec]: ...
    def __getitem__(self, index: int | slice) -> ScopeSpec | list[ScopeSpec]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        item = Item(index, self._values[index])
        variables, approved = self._visit.variables, self._visit.approved
        value = self._shape(item)
        return ScopeSpec(str(index), self._pointer, value, variables, item, approved)


def select_each(selector: Fills, effective: Any, items: Sequence[Any], visit: Visit) -> list[Any]:
    """item_selector for each item: `$` is the Map's input, the item is in the context object."""
    filled = (selector.fill(effective, visit) for _ in each_item(items, visit))
    return [visit.within_bounds(one) for one in filled]


def each_item(items: Sequence[Any], visit: Visit) -> Iterator[Any]:
    """The items one by one, each standing in the context object while it is looked at."""
    outer = visit.item
    try:
        for index, value in enumerate(items):
            visit.item = Item(index, value)
            yield value
    finally:
        visit.item = outer


@dataclass(frozen=True, slots=True)
class Batcher:
    """item_batcher, compiled."""

    most_items: Number
    most_bytes: Number
    batch_input: Fills | None

    @classmethod
    def of(cls, document: ItemBatcher) -> "Batcher":
        """Compile a batcher; raises PathSyntaxError, IntrinsicSyntaxError."""
        most_items = (document.max_items_per_batch, document.max_items_per_batch_path)
        most_bytes = (document.max_input_bytes_per_batch, document.max_input_bytes_per_batch_path)
        template = optional_template(document.batch_input)
        return cls(Setting.of(*most_items), Setting.of(*most_bytes), template)

    def batches(self, effective: Any, values: Sequence[Any], visit: Visit) -> list[Any]:
        """{items: [...], batch_input: ...} for each batch, names as the dialect writes them."""
        named = visit.dialect.named
        most_items = self.most_items.whole(effective, visit, least=1)
        most_bytes = self.most_bytes.whole(effective, visit, least=1)
        shared: dict[str, Any] = {}
        if self.batch_input is not None:
            filled = self.batch_input.fill(effective, visit)
            shared[named("batch_input")] = visit.within_bounds(filled)
        groups = _grouped(values, most_items or len(values), most_bytes)
        return [{named("items"): group, **shared} for group in groups]


def _grouped(values: Sequence[Any], most_items: int, most_bytes: int | None) -> Iterator[list[Any]]:
    """Consecutive items, as many as both bounds allow and never none."""
    group: list[Any] = []
    size = 0
    for value in values:
        length = 0 if most_bytes is None else len(exact_json.encode(value)) + 1
        full = len(group) >= most_items or (most_bytes is not None and size + length > most_bytes)
        if group and full:
            yield group
            group, size = [], 0
        group.append(value)
        size += length
    if group:
        yield group
