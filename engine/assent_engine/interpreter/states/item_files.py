"""A Map's file ends: the reader that its items come from, the writer that its results go to."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Effect, Failed, Ok, Outcome, ReadItems, WriteResult
from assent_engine.interpreter.faults import ITEM_READER_FAILED, RESULT_WRITER_FAILED
from assent_engine.interpreter.settings import Number
from assent_engine.interpreter.states.work import Gather
from assent_engine.interpreter.templates import Fills
from assent_engine.interpreter.visit import Visit
from assent_schemas.item_files import (
    PLACES,
    S3_WRITE,
    ReaderForm,
    WriterConfig,
)

DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
ELSEWHERE = "elsewhere"
FARTHEST = -(10**40)
"""Below any number of items that a document can give: how few are too few is said elsewhere."""


@dataclass(frozen=True, slots=True)
class ItemSource:
    """An item reader, compiled, in either query language."""

    resource: str
    parameters: Fills
    config: ReaderForm
    max_items: Number

    def items(
        self, seen: Any, visit: Visit, key: str
    ) -> Generator[Effect, Any, Sequence[Any] | Failed]:
        """The items, or why they cannot be read; `seen` is what the Map's templates see."""
        given = self.parameters.fill(seen, visit)
        path = place(self.resource, given)
        most = self.max_items.whole(seen, visit, least=FARTHEST) or 0
        if path is None:
            return Failed(ITEM_READER_FAILED, f"{self.resource} was not told which file to read.")
        outcome: Outcome = yield ReadItems(
            f"{key}/items", self._reader(path, most), self.resource, given
        )
        return outcome if isinstance(outcome, Failed) else outcome.value

    def _reader(self, path: str, most: int) -> dict[str, Any]:
        config = self.config
        given = config.csv_header_location == "GIVEN"
        return {
            "path": path,
            "input_type": config.input_type,
            "headers": (config.csv_headers or []) if given else None,
            "delimiter": DELIMITERS[config.csv_delimiter],
            "pointer": config.items_pointer or "",
            "max_items": most,
        }


@dataclass(frozen=True, slots=True)
class ResultSink:
    """A result writer, compiled, in either query language."""

    resource: str
    parameters: Fills
    config: WriterConfig

    def gather(self, seen: Any, visit: Visit, key: str) -> Gather:
        """What writes the outcomes, and makes {result_writer_details: ...} the Map's result."""
        given = self.parameters.fill(seen, visit)
        path = place(self.resource, given)

        def write(outcomes: list[Outcome]) -> Generator[Effect, Any, Outcome]:
            if path is None:
                why = f"{self.resource} was not told where to write."
                return Failed(RESULT_WRITER_FAILED, why)
            form = {"transformation": self.config.transformation}
            writer = {"path": path, **form, "output_type": self.config.output_type}
            done = yield WriteResult(
                f"{key}/results", writer, _records(outcomes, visit), self.resource, given
            )
            return done if isinstance(done, Failed) else Ok(self._details(done.value, visit))

        return write

    def _details(self, written: dict[str, Any], visit: Visit) -> dict[str, Any]:
        named = visit.dialect.named
        details = {named(name): value for name, value in written.items()}
        if self.resource == S3_WRITE:
            bucket, _, rest = written["folder"].partition("/")
            details = {"Bucket": bucket, "Key": f"{rest}/manifest.json"}
        return {named("result_writer_details"): details}


def place(resource: str, given: Any) -> str | None:
    """The relative path that a resource's parameters name; None where they name none.

    A resource that only a stand-in can be has no place.

    Of an imported machine's bucket and key, the bucket is the first folder.
    """
    if resource not in PLACES:
        return ELSEWHERE
    names = PLACES[resource]
    found = [given.get(name) for name in names] if isinstance(given, dict) else [None]
    if names[-1] == "Prefix":
        # A prefix may be left out, and ends in a slash as often as not.
        last = found[-1]
        found = [*found[:-1], last.strip("/")] if isinstance(last, str) else found
        found = found[:-1] if last is None or not found[-1] else found
    if not found or not all(isinstance(part, str) and part for part in found):
        return None
    return "/".join(str(part) for part in found)


def _records(outcomes: list[Outcome], visit: Visit) -> dict[str, Any]:
    """One record for each item, names as the dialect writes them, but for the groups."""
    named = visit.dialect.named
    groups: dict[str, list[Any]] = {"succeeded": [], "failed": []}
    for index, one in enumerate(outcomes):
        if isinstance(one, Ok):
            groups["succeeded"].append({named("index"): index, named("output"): one.value})
        else:
            groups["failed"].append({named("index"): index, **visit.dialect.error_output(one)})
    return groups
