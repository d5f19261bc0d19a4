"""Map: one child scope per item; results keep the items' order."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from assent_engine.effects import Effect, Item, Outcome, ScopeSpec
from assent_engine.interpreter.faults import runtime
from assent_engine.interpreter.paths import Path, compile_path
from assent_engine.interpreter.states.base import Compiler, Run
from assent_engine.interpreter.states.work import Work, forked
from assent_engine.interpreter.templates import Template, compile_template, read
from assent_engine.interpreter.visit import Visit
from assent_schemas.states import MapState


@dataclass(frozen=True, slots=True)
class Map:
    """Iterations of the block at `pointer` over the list at `items_path`."""

    work: Work
    pointer: str
    items_path: Path
    item_selector: Template | None
    max_concurrency: int

    @classmethod
    def of(cls, state: MapState, pointer: str, compiler: Compiler) -> "Map":
        name = "iterator" if state.iterator is not None else "item_processor"
        machine = state.iterator or state.item_processor
        inner = f"{pointer}/{name}"
        if machine is not None:
            compiler.add(machine, inner)
        body = state.item_selector
        selector = None if body is None else compile_template(body)
        items = compile_path(state.items_path)
        work = Work.of(state, [items, *(selector.paths if selector else ())])
        return cls(work, inner, items, selector, state.max_concurrency)

    def run(self, visit: Visit) -> Run:
        def attempt(effective: Any, key: str) -> Generator[Effect, Any, Outcome]:
            return forked(key, self._scopes(effective, visit), self.max_concurrency)

        return self.work.run(visit, attempt)

    def _scopes(self, effective: Any, visit: Visit) -> Sequence[ScopeSpec]:
        items = read(self.items_path, effective, visit)
        if not isinstance(items, list):
            raise runtime(f"{self.items_path.text} is not an array.")
        if self.item_selector is None:
            return _Iterations(self.pointer, effective, items)
        return [
            ScopeSpec(str(index), self.pointer, self._selected(effective, visit, item), item=item)
            for index, item in enumerate(Item(at, value) for at, value in enumerate(items))
        ]

    def _selected(self, effective: Any, visit: Visit, item: Item) -> Any:
        if self.item_selector is None:
            return item.value
        outer, visit.item = visit.item, item
        try:
            return self.item_selector.fill(effective, visit)
        finally:
            visit.item = outer


class _Iterations(Sequence[ScopeSpec]):
    """Scopes made when asked for: the Map's input with the item under `iterator`."""

    def __init__(self, pointer: str, effective: Any, items: list[Any]) -> None:
        self._pointer = pointer
        self._base = effective if isinstance(effective, dict) else {}
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> ScopeSpec: ...
    @overload
    def __getitem__(self, index: slice) -> list[ScopeSpec]: ...
    def __getitem__(self, index: int | slice) -> ScopeSpec | list[ScopeSpec]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        item = Item(index, self._items[index])
        value = {**self._base, "iterator": item.value}
        return ScopeSpec(str(index), self._pointer, value, item=item)
