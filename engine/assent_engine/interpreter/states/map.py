"""Map: one child scope per item or batch; results keep the items' order."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assent_engine.effects import Effect, Failed, Outcome, ScopeSpec
from assent_engine.interpreter.expressions import read
from assent_engine.interpreter.faults import runtime
from assent_engine.interpreter.flow import optional_template
from assent_engine.interpreter.paths import Path, compile_path
from assent_engine.interpreter.settings import Number, Setting
from assent_engine.interpreter.states.base import Compiler, Run
from assent_engine.interpreter.states.item_files import ItemSource, ResultSink
from assent_engine.interpreter.states.iterations import Batcher, Iterations, amount, select_each
from assent_engine.interpreter.states.work import Work, forked, outputs
from assent_engine.interpreter.templates import Template, compile_template
from assent_engine.interpreter.visit import Visit
from assent_schemas.item_files import ItemReader, ResultWriter
from assent_schemas.states import MapState

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How many iterations may fail; the smaller one counts where both are set."""

    count: Number
    percentage: Number

    @classmethod
    def of(cls, state: MapState) -> "Tolerance":
        count = state.tolerated_failure_count, state.tolerated_failure_count_path
        share = state.tolerated_failure_percentage, state.tolerated_failure_percentage_path
        return cls(Setting.of(*count), Setting.of(*share))

    def failures(self, total: int, data: Any, visit: Visit) -> int | None:
        """The most failures that are tolerated, None where nothing is set."""
        count = self.count.whole(data, visit)
        share = self.percentage.number(data, visit)
        if share is not None:
            if not 0 <= share <= WHOLE:
                raise runtime(f"A tolerated percentage of {share} is not within 0 and {WHOLE}.")
            of_all = int(total * Decimal(share) / WHOLE)
            return of_all if count is None else min(count, of_all)
        return count


@dataclass(frozen=True, slots=True)
class Map:
    """Iterations of the block at `pointer` over the list at `items_path`, or over a file."""

    work: Work
    pointer: str
    items_path: Path
    source: ItemSource | None
    item_selector: Template | None
    batcher: Batcher | None
    max_concurrency: Setting
    tolerance: Tolerance
    sink: ResultSink | None

    @classmethod
    def of(cls, state: MapState, pointer: str, compiler: Compiler) -> "Map":
        name = "iterator" if state.iterator is not None else "item_processor"
        machine = state.iterator or state.item_processor
        inner = f"{pointer}/{name}"
        if machine is not None:
            compiler.add(machine, inner)
        selector = optional_template(state.item_selector)
        items = compile_path(state.items_path)
        batcher = Batcher.of(state.item_batcher) if state.item_batcher else None
        source = _source(state.item_reader) if state.item_reader else None
        sink = _sink(state.result_writer) if state.result_writer else None
        batch_input = batcher.batch_input if batcher else None
        ends = tuple(one.parameters for one in (source, sink) if one is not None)
        templates = (selector, batch_input, *ends)
        paths = [items, *(path for one in templates if one for path in one.paths)]
        return cls(
            work=Work.of(state, paths),
            pointer=inner,
            items_path=items,
            source=source,
            item_selector=selector,
            batcher=batcher,
            max_concurrency=Setting.of(state.max_concurrency, state.max_concurrency_path),
            tolerance=Tolerance.of(state),
            sink=sink,
        )

    def run(self, visit: Visit) -> Run:
        def attempt(effective: Any, key: str) -> Generator[Effect, Any, Outcome]:
            items = yield from self._items(effective, visit, key)
            if isinstance(items, Failed):
                return items
            scopes = self._scopes(items, effective, visit)
            visit.took(how=amount(scopes))
            limit = self.max_concurrency.whole(effective, visit) or 0
            tolerated = self.tolerance.failures(len(scopes), effective, visit)
            gather = self.sink.gather(effective, visit, key) if self.sink else outputs
            return (yield from forked(key, scopes, limit, tolerated, gather))

        return self.work.run(visit, attempt)

    def _items(
        self, effective: Any, visit: Visit, key: str
    ) -> Generator[Effect, Any, Sequence[Any] | Failed]:
        if self.source is not None:
            return (yield from self.source.items(effective, visit, key))
        items = read(self.items_path, effective, visit)
        if not isinstance(items, list):
            raise runtime(f"{self.items_path.text} is not an array.")
        return items

    def _scopes(self, items: Sequence[Any], effective: Any, visit: Visit) -> Sequence[ScopeSpec]:
        if self.item_selector is None and self.batcher is None:
            shape = visit.dialect.iteration
            return Iterations(self.pointer, visit, items, lambda item: shape(effective, item))
        inputs: Sequence[Any] = items
        if self.item_selector is not None:
            inputs = select_each(self.item_selector, effective, items, visit)
        if self.batcher is not None:
            inputs = items = self.batcher.batches(effective, inputs, visit)
        return Iterations(self.pointer, visit, items, lambda item: inputs[item.index])


def _source(reader: ItemReader) -> ItemSource:
    config = reader.reader_config
    most = Setting.of(config.max_items, config.max_items_path)
    return ItemSource(reader.resource, compile_template(reader.parameters), config, most)


def _sink(writer: ResultWriter) -> ResultSink:
    return ResultSink(writer.resource, compile_template(writer.parameters), writer.writer_config)
