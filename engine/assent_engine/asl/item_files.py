"""Which readers and writers of an imported Map can run here: those of S3 objects, as local files.

A bucket is a folder beneath the home's folder `files`, a key or prefix the path in it.
"""

from collections.abc import Container, Iterator
from typing import Any, Final

from assent_schemas.errors import Problem
from assent_schemas.item_files import READ_ITEMS, S3_READ, S3_WRITE, WRITE_RESULT

TITLE: Final = "The imported machine cannot be run here"
READERS: Final = (S3_READ, READ_ITEMS)
WRITERS: Final = (S3_WRITE, WRITE_RESULT)
_TYPES: Final = ("CSV", "JSON", "JSONL")
_ELSEWHERE: Final = ("manifest_type", "transformation")
Json = dict[str, Any]


def item_file_problems(
    state: Json, where: str, stand_ins: Container[str] = ()
) -> Iterator[Problem]:
    """What this engine has no part for in one Map's reader and writer, nor a stand-in."""
    reader, writer = state.get("item_reader"), state.get("result_writer")
    if isinstance(reader, dict) and not _has_stand_in(reader, stand_ins):
        yield from _resource(reader, READERS, f"{where}/item_reader")
        if reader.get("resource") in READERS:
            yield from _reader(reader, f"{where}/item_reader")
    if isinstance(writer, dict) and not _has_stand_in(writer, stand_ins):
        yield from _resource(writer, WRITERS, f"{where}/result_writer")


def _has_stand_in(part: Json, stand_ins: Container[str]) -> bool:
    resource = part.get("resource")
    return isinstance(resource, str) and resource in stand_ins


def _resource(part: Json, known: tuple[str, ...], where: str) -> Iterator[Problem]:
    resource = part.get("resource")
    if resource not in known:
        detail = f"There is no part for the resource {resource!r} of a Map; there is for {known[0]}"
        yield _problem(f"{detail}, as a local file.", f"{where}/resource")


def _reader(reader: Json, where: str) -> Iterator[Problem]:
    config = reader.get("reader_config")
    config = config if isinstance(config, dict) else {}
    inside = f"{where}/reader_config"
    if config.get("input_type") not in _TYPES:
        detail = f"Items are read from {', '.join(_TYPES)}, not {config.get('input_type')!r}."
        yield _problem(detail, f"{inside}/input_type")
    for name in _ELSEWHERE:
        if config.get(name) not in (None, "NONE"):
            detail = "Lists of files and files in files are not followed."
            yield _problem(detail, f"{inside}/{name}")


def bare_item_files(bare: Json, stand_ins: Container[str] = ()) -> Json:
    """A Map with its reader and writer as the models read them."""
    for name, inner in (("item_reader", "reader_config"), ("result_writer", "writer_config")):
        part = bare.get(name)
        if isinstance(part, dict):
            bare[name] = part = _bare(part)
            if _has_stand_in(part, stand_ins):
                _stood_in(part, reads=name == "item_reader")
            if isinstance(part.get(inner), dict):
                part[inner] = _bare(part[inner])
            if name == "item_reader" and isinstance(part.get(inner), dict):
                part[inner].pop("transformation", None)
    return bare


def _stood_in(part: Json, *, reads: bool) -> None:
    """What a stand-in gives is a list or a text: no list of files, no form of elsewhere."""
    if "arguments" not in part:
        part.setdefault("parameters", {})
    if not reads:
        return
    config = part.get("reader_config")
    config = {key: item for key, item in (config or {}).items() if key not in _ELSEWHERE}
    if config.get("input_type") not in _TYPES:
        config["input_type"] = "JSON"
    part["reader_config"] = config


def _bare(part: Json) -> Json:
    carried = {"asl_fields", "asl_order"}
    return {key: item for key, item in part.items() if item is not None and key not in carried}


def _problem(detail: str, where: str) -> Problem:
    return Problem("asl.not_runnable", TITLE, detail, "", where)
