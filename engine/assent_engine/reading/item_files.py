"""A Map's files in words and numbers: which file is read, how much of it, where results go."""

from collections.abc import Iterator
from typing import Final

from assent_engine.reading import wording
from assent_engine.reading.ways import machines
from assent_schemas.errors import pointer
from assent_schemas.item_files import MOST_ITEMS, ItemReader, ResultWriter
from assent_schemas.states import Machine, MapState

ANY_PLACE: Final = "a path that only the run knows"


def most_items(reader: ItemReader) -> int:
    """How many items a reader gives at most: what it says itself, else the engine's own bound."""
    said = reader.reader_config.max_items or MOST_ITEMS
    return max(0, min(said, MOST_ITEMS))


def place(part: ItemReader | ResultWriter) -> str:
    """The path that a reader or writer names, in words."""
    given = part.parameters
    names = [given[key] for key in ("path", "Bucket", "Key", "Prefix") if key in given]
    dynamic = [text for key, text in given.items() if key.endswith(".$") and isinstance(text, str)]
    if dynamic:
        paths = wording.joined([wording.path(text) for text in dynamic])
        fixed = f" and {wording.quoted('/'.join(map(str, names)))}" if names else ""
        return f"the path in {paths}{fixed}"
    return wording.quoted("/".join(map(str, names))) if names else ANY_PLACE


def reading(reader: ItemReader) -> str:
    """What is read: each item of the CSV file "x.csv" (at most 100,000)."""
    many = wording.number(most_items(reader))
    where = f" at {wording.quoted(at)}" if (at := reader.reader_config.items_pointer) else ""
    kind = reader.reader_config.input_type
    return f"each item{where} of the {kind} file {place(reader)} (at most {many})"


def readers(machine: Machine) -> list[str]:
    """The files that a policy reads, in words, each once."""
    found = (
        f"The {one.item_reader.reader_config.input_type} file {place(one.item_reader)}"
        for _, one in _maps(machine)
        if one.item_reader is not None
    )
    return list(dict.fromkeys(found))


def written(machine: Machine) -> dict[str, str]:
    """The folders that a policy writes results to, in words, and the pointer to each."""
    found: dict[str, str] = {}
    for where, state in _maps(machine):
        if state.result_writer is not None:
            found.setdefault(place(state.result_writer), f"{where}/result_writer")
    return found


def _maps(machine: Machine) -> Iterator[tuple[str, MapState]]:
    for where, inner in machines(machine):
        for name, state in inner.states.items():
            if isinstance(state, MapState):
                yield where + pointer("states", name), state
