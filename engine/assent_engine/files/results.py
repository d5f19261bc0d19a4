"""A Map's results as files: one for what succeeded, one for what failed, and a list of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Any

from assent_engine.files.paths import parts
from assent_engine.files.port import Contents
from assent_schemas import exact_json

Json = dict[str, Any]
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Results:
    """What one visit of a Map has to write, and the folder that is its own.

    The folder's name comes from the key alone: writing once more writes over the same files.
    """

    folder: str
    succeeded: list[Json]
    failed: list[Json]
    transformation: str
    output_type: str

    @classmethod
    def of(cls, writer: Json, value: Json, run_id: str, key: str) -> "Results":
        """Raises FileFault for a path that is none; `key` is unique within the run."""
        parts(writer["path"])
        own = f"{run_id}-{sha256(f'{run_id}/{key}'.encode()).hexdigest()[:16]}"
        form = writer["transformation"], writer["output_type"]
        return cls(f"{writer['path']}/{own}", value["succeeded"], value["failed"], *form)

    @property
    def descriptor(self) -> Json:
        """{folder, succeeded, failed}: where the files are, and of how many items they tell."""
        counts = {"succeeded": len(self.succeeded), "failed": len(self.failed)}
        return {"folder": self.folder, **counts}

    @property
    def contents(self) -> Contents:
        """The files: {succeeded, failed}.json or .jsonl and, last, manifest.json."""
        ending = self.output_type.lower()
        form = _lines if self.output_type == "JSONL" else _array
        names = {group: f"{group}.{ending}" for group in ("succeeded", "failed")}
        manifest = {**self.descriptor, "files": names, "transformation": self.transformation}
        return {
            names["succeeded"]: form(self._outputs()),
            names["failed"]: form(self.failed),
            MANIFEST: (exact_json.encode(manifest), b"\n"),
        }

    def _outputs(self) -> Iterable[Any]:
        if self.transformation == "NONE":
            return self.succeeded
        outputs = (record["output"] for record in self.succeeded)
        if self.transformation == "COMPACT":
            return outputs
        lists = (one if isinstance(one, list) else [one] for one in outputs)
        return chain.from_iterable(lists)


def _array(records: Iterable[Any]) -> Iterator[bytes]:
    opening = b"[\n"
    for record in records:
        yield opening + exact_json.encode(record, as_ordered=True)
        opening = b",\n"
    yield b"\n]\n" if opening == b",\n" else b"[]\n"


def _lines(records: Iterable[Any]) -> Iterator[bytes]:
    for record in records:
        yield exact_json.encode(record, as_ordered=True) + b"\n"
