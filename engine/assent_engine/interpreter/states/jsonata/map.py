"""Map: one child scope per item or batch; items default to the input."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Failed, Outcome, ScopeSpec
from assent_engine.interpreter.faults import QUERY_EVALUATION, StateFault
from assent_engine.interpreter.jsonata import Field, NumberField, States, present
from assent_engine.interpreter.states.base import Compiler, Run
from assent_engine.interpreter.states.item_files import ItemSource, ResultSink
from assent_engine.interpreter.states.iterations import Batcher, Iterations, amount, select_each
from assent_engine.interpreter.states.jsonata.fields import number_field, optional_field
from assent_engine.interpreter.states.jsonata.frame import Frame
from assent_engine.interpreter.states.map import WHOLE, Tolerance
from assent_engine.interpreter.states.work import forked, outputs
from assent_engine.interpreter.visit import Visit
from assent_schemas.item_files import JsonataReader, JsonataWriter
from assent_schemas.jsonata_states import JsonataBatcher
from assent_schemas.states import JsonataMap


@dataclass(frozen=True, slots=True)
class Map:
    """Iterations of the block at `pointer` over the items."""

    frame: Frame
    pointer: str
    items: Field | None
    source: ItemSource | None
    item_selector: Field | None
    batcher: Batcher | None
    max_concurrency: NumberField
    tolerance: Tolerance
    sink: ResultSink | None

    @classmethod
    def of(cls, state: JsonataMap, pointer: str, compiler: Compiler) -> "Map":
        name = "iterator" if state.iterator is not None else "item_processor"
        machine = state.iterator or state.item_processor
        if machine is not None:
            compiler.add(machine, f"{pointer}/{name}")
        items = optional_field(state, "items", "Items")
        selector = optional_field(state, "item_selector", "ItemSelector")
        source = _source(state.item_reader) if state.item_reader else None
        sink = _sink(state.result_writer) if state.result_writer else None
        limit = number_field(state.max_concurrency, "MaxConcurrency")
        count = number_field(state.tolerated_failure_count, "ToleratedFailureCount")
        share = number_field(
            state.tolerated_failure_percentage, "ToleratedFailurePercentage", WHOLE
        )
        return cls(
            frame=Frame.of(
                state,
                [*present(items, selector, limit.field, count.field, share.field), *_ends(state)],
            ),
            pointer=f"{pointer}/{name}",
            items=items,
            source=source,
            item_selector=selector,
            batcher=_batcher(state.item_batcher) if state.item_batcher else None,
            max_concurrency=limit,
            tolerance=Tolerance(count, share),
            sink=sink,
        )

    def run(self, visit: Visit) -> Run:
        def attempt(states: States, key: str) -> Generator[Effect, Any, Outcome]:
            items = yield from self._items(states, visit, key)
            if isinstance(items, Failed):
                return items
            scopes = self._scopes(items, states, visit)
            visit.took(how=amount(scopes))
            limit = self.max_concurrency.whole(states, visit) or 0
            tolerated = self.tolerance.failures(len(scopes), states, visit)
            gather = self.sink.gather(states, visit, key) if self.sink else outputs
            return (yield from forked(key, scopes, limit, tolerated, gather))

        return self.frame.run(visit, attempt)

    def _scopes(self, items: Sequence[Any], states: States, visit: Visit) -> Sequence[ScopeSpec]:
        inputs = items
        if self.item_selector is not None:
            inputs = select_each(self.item_selector, states, items, visit)
        if self.batcher is not None:
            inputs = items = self.batcher.batches(states, inputs, visit)
        return Iterations(self.pointer, visit, items, lambda item: inputs[item.index])

    def _items(
        self, states: States, visit: Visit, key: str
    ) -> Generator[Effect, Any, Sequence[Any] | Failed]:
        if self.source is not None:
            return (yield from self.source.items(states, visit, key))
        if self.items is not None:
            return self.items.items(states, visit)
        if not isinstance(visit.raw, list):
            raise StateFault(QUERY_EVALUATION, f"The input of {visit.name} is not an array.")
        return visit.raw


def _batcher(document: JsonataBatcher) -> Batcher:
    most_items = number_field(document.max_items_per_batch, "ItemBatcher/MaxItemsPerBatch")
    most_bytes = number_field(
        document.max_input_bytes_per_batch, "ItemBatcher/MaxInputBytesPerBatch"
    )
    batch_input = optional_field(document, "batch_input", "ItemBatcher/BatchInput")
    return Batcher(most_items, most_bytes, batch_input)


def _source(reader: JsonataReader) -> ItemSource:
    most = number_field(reader.reader_config.max_items, "ItemReader/ReaderConfig/MaxItems")
    return ItemSource(reader.resource, _arguments(reader), reader.reader_config, most)


def _sink(writer: JsonataWriter) -> ResultSink:
    return ResultSink(writer.resource, _arguments(writer), writer.writer_config)


def _arguments(part: JsonataReader | JsonataWriter) -> Field:
    label = "ItemReader" if isinstance(part, JsonataReader) else "ResultWriter"
    return Field.of(f"{label}/Arguments", part.arguments)


def _ends(state: JsonataMap) -> list[Field]:
    """What the reader and the writer are called with."""
    return [_arguments(one) for one in (state.item_reader, state.result_writer) if one is not None]
