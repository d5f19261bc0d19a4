"""A Map's files in a simulation: the items are read, the results only answered for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assent_engine.canned import StandIn, asked
from assent_engine.effects import Failed, Ok, Outcome, ReadItems, WriteResult
from assent_engine.files.memory import MemoryFiles
from assent_engine.files.port import FileFault, Files
from assent_engine.files.reading import Reader, read_items
from assent_engine.files.results import Results
from assent_engine.interpreter.faults import ITEM_READER_FAILED, RESULT_WRITER_FAILED
from assent_schemas import exact_json

CONTENT = "content"


@dataclass(frozen=True, slots=True)
class SimulatedFiles:
    """Answers ReadItems and WriteResult; nothing is written anywhere."""

    files: Files | None = None
    steps: Mapping[str, StandIn] = field(default_factory=dict)

    def read(self, effect: ReadItems) -> Outcome:
        """The items of the file as it is now, all at once, or what a stand-in gives."""
        if effect.resource in self.steps:
            return self._given(effect)
        if self.files is None:
            return Failed(ITEM_READER_FAILED, "The simulation was given no folder to read from.")
        try:
            return Ok(list(read_items(self.files, Reader(**effect.reader))))
        except FileFault as fault:
            return Failed(ITEM_READER_FAILED, str(fault))

    def _given(self, effect: ReadItems) -> Outcome:
        """A stand-in's items: a list, or a text in the form that the document names."""
        said = asked(self.steps[effect.resource], effect.parameters)
        if isinstance(said, Failed):
            return said
        content = said.value.encode() if isinstance(said.value, str) else said.value
        try:
            if isinstance(content, list):
                content = exact_json.encode(exact_json.plain(content), as_ordered=True)
                form = Reader(CONTENT, "JSON", max_items=effect.reader["max_items"])
            else:
                form = Reader(**{**effect.reader, "path": CONTENT})
            if not isinstance(content, bytes):
                return Failed(ITEM_READER_FAILED, "The stand-in gave neither a list nor a text.")
            return Ok(list(read_items(MemoryFiles({CONTENT: content}), form)))
        except (FileFault, ValueError, RecursionError) as fault:
            return Failed(ITEM_READER_FAILED, str(fault))

    def write(self, effect: WriteResult, run_id: str, scope: str) -> Outcome:
        """What a run would answer that had written; a stand-in can only fail it."""
        if effect.resource in self.steps:
            said = asked(self.steps[effect.resource], effect.parameters)
            if isinstance(said, Failed):
                return said
        try:
            results = Results.of(effect.writer, effect.value, run_id, f"{scope}{effect.key}")
        except FileFault as fault:
            return Failed(RESULT_WRITER_FAILED, str(fault))
        return Ok(results.descriptor)
