"""A Map's files in a simulation: the items are read, the results only answered for."""

from dataclasses import dataclass

from assent_engine.effects import Failed, Ok, Outcome, ReadItems, WriteResult
from assent_engine.files.port import FileFault, Files
from assent_engine.files.reading import Reader, read_items
from assent_engine.files.results import Results
from assent_engine.interpreter.faults import ITEM_READER_FAILED, RESULT_WRITER_FAILED


@dataclass(frozen=True, slots=True)
class SimulatedFiles:
    """Answers ReadItems and WriteResult; nothing is written anywhere."""

    files: Files | None = None

    def read(self, effect: ReadItems) -> Outcome:
        """The items of the file as it is now, all at once."""
        if self.files is None:
            return Failed(ITEM_READER_FAILED, "The simulation was given no folder to read from.")
        try:
            return Ok(list(read_items(self.files, Reader(**effect.reader))))
        except FileFault as fault:
            return Failed(ITEM_READER_FAILED, str(fault))

    def write(self, effect: WriteResult, run_id: str, scope: str) -> Outcome:
        """What a run would answer that had written."""
        try:
            results = Results.of(effect.writer, effect.value, run_id, f"{scope}{effect.key}")
        except FileFault as fault:
            return Failed(RESULT_WRITER_FAILED, str(fault))
        return Ok(results.descriptor)
