"""The parts of a Map: its processor, reader, batcher and writer."""

from typing import Any, Final

from assent_engine.asl import values
from assent_engine.asl.paths import template_problems
from assent_engine.asl.verdict import JSONATA, Json, Problems, is_open, problem

LONGEST_LABEL: Final = 40
_PROCESSORS: Final = ("Iterator", "ItemProcessor")
_CONFIG: Final[dict[str, values.Check]] = {
    "Mode": values.OneOf(("INLINE", "DISTRIBUTED")),
    "ExecutionType": values.OneOf(("STANDARD", "EXPRESS")),
}
_READER_CONFIG: Final[dict[str, values.Check]] = {
    "InputType": values.text,
    "CSVHeaderLocation": values.OneOf(("FIRST_ROW", "GIVEN")),
    "CSVHeaders": values.texts,
    "MaxItems": values.number,
    "MaxItemsPath": values.inner_path,
}
_BATCHER: Final[dict[str, values.Check]] = {
    "MaxItemsPerBatch": values.whole(0),
    "MaxItemsPerBatchPath": values.inner_path,
    "MaxInputBytesPerBatch": values.whole(0),
    "MaxInputBytesPerBatchPath": values.inner_path,
}
_LITERALS: Final = ("MaxItems", "MaxItemsPerBatch", "MaxInputBytesPerBatch")


def map_problems(state: Json, where: str, language: str | None) -> Problems:
    """The problems of a Map's own parts; its processor's states are read elsewhere."""
    given = [name for name in _PROCESSORS if state.get(name) is not None]
    if len(given) != 1:
        detail = 'A Map has exactly one of "ItemProcessor" and "Iterator".'
        yield problem("map.one_processor", where, detail)
    yield from values.check("Label", state.get("Label"), _label, f"{where}/Label")
    for name in given:
        if isinstance(state[name], dict):
            yield from _processor(state[name], f"{where}/{name}")
    for name in ("ItemReader", "ResultWriter"):
        yield from _store(name, state.get(name), f"{where}/{name}", language)
    batcher = state.get("ItemBatcher")
    yield from _place("ItemBatcher", batcher, _BATCHER, f"{where}/ItemBatcher", language)
    if language != JSONATA and isinstance(batcher, dict):
        inside = f"{where}/ItemBatcher/BatchInput"
        yield from template_problems(batcher.get("BatchInput"), inside)


def _label(value: Any) -> values.Fault:
    if isinstance(value, str) and value and len(value) <= LONGEST_LABEL:
        return None
    return "map.label", f"must be a text of 1 to {LONGEST_LABEL} characters"


def _processor(machine: Json, where: str) -> Problems:
    if "QueryLanguage" in machine:
        detail = "A processor's states speak the language of the whole machine."
        yield problem("field.unsupported", f"{where}/QueryLanguage", detail)
    config = machine.get("ProcessorConfig")
    yield from _place("ProcessorConfig", config, _CONFIG, f"{where}/ProcessorConfig", None)


def _store(name: str, node: Any, where: str, language: str | None) -> Problems:
    """A reader or a writer: a resource and what it is called with."""
    forms: dict[str, values.Check] = {"Resource": values.filled_text}
    yield from _place(name, node, forms, where, language)
    if not isinstance(node, dict):
        return
    if language != JSONATA:
        yield from template_problems(node.get("Parameters"), f"{where}/Parameters")
    if name == "ItemReader" and not is_open(node):
        inside = f"{where}/ReaderConfig"
        config = node.get("ReaderConfig")
        yield from _place("ReaderConfig", config, _READER_CONFIG, inside, language)


def _place(
    name: str, node: Any, forms: dict[str, values.Check], where: str, language: str | None
) -> Problems:
    yield from values.check(name, node, values.an_object, where)
    if not isinstance(node, dict) or is_open(node):
        return
    for field, form in forms.items():
        yield from values.check(
            field, node.get(field), form, f"{where}/{field}", jsonata=language == JSONATA
        )
    for field in _LITERALS:
        path = f"{field}Path"
        if node.get(field) is not None and node.get(path) is not None:
            detail = f'Only one of "{field}" and "{path}" may be given.'
            yield problem("field.conflict", f"{where}/{path}", detail)
