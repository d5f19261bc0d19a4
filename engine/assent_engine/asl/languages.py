"""Which query language a state speaks, and the fields that belong to the other one."""

from collections.abc import Iterator
from typing import Any, Final

from assent_engine.asl.names import COMPARISONS, CONNECTIVES
from assent_engine.asl.values import OneOf, check
from assent_engine.asl.verdict import JSONATA, JSONPATH, LANGUAGES, Json, Problems, objects, problem

_PATHS: Final = [
    "InputPath",
    "OutputPath",
    "ResultPath",
    "Parameters",
    "ResultSelector",
    "Result",
    "ItemsPath",
    "SecondsPath",
    "TimestampPath",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
    "MaxConcurrencyPath",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath",
    "ErrorPath",
    "CausePath",
]
_STATE: Final = {JSONATA: _PATHS, JSONPATH: ["Arguments", "Output", "Items"]}
_RULE: Final = {
    JSONATA: ["Variable", *COMPARISONS, *CONNECTIVES],
    JSONPATH: ["Condition", "Output"],
}
_CATCHER: Final = {JSONATA: ["ResultPath"], JSONPATH: ["Output"]}
_BATCHER: Final = {JSONATA: ["MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath"], JSONPATH: []}
_READER: Final = {JSONATA: ["MaxItemsPath"], JSONPATH: []}


def declared(node: Json, where: str) -> Problems:
    """The problem of a place's own QueryLanguage."""
    inside = f"{where}/QueryLanguage"
    yield from check("QueryLanguage", node.get("QueryLanguage"), OneOf(LANGUAGES), inside)


def language_problems(state: Json, where: str, machine_language: str) -> Problems:
    """The problems of a state's language, and its fields that only the other one has."""
    yield from declared(state, where)
    own = state.get("QueryLanguage")
    if own == JSONPATH and machine_language == JSONATA:
        detail = "A state of a JSONata machine cannot go back to JSONPath."
        yield problem("language.lowered", f"{where}/QueryLanguage", detail)
        return
    language = own or machine_language
    if language not in LANGUAGES:
        return
    for inside, node, others in _places(state, where):
        for name in others[language]:
            if name in node:
                detail = f'"{name}" belongs to the other query language; this is {language}.'
                yield problem("language.mixed", f"{inside}/{name}", detail)


def _places(state: Json, where: str) -> Iterator[tuple[str, Json, dict[str, list[str]]]]:
    yield where, state, _STATE
    if state["Type"] == "Choice":
        yield from _each(state, "Choices", where, _RULE)
    yield from _each(state, "Catch", where, _CATCHER)
    batcher, reader = state.get("ItemBatcher"), state.get("ItemReader")
    if isinstance(batcher, dict):
        yield f"{where}/ItemBatcher", batcher, _BATCHER
    config = reader.get("ReaderConfig") if isinstance(reader, dict) else None
    if isinstance(config, dict):
        yield f"{where}/ItemReader/ReaderConfig", config, _READER


def _each(state: Json, name: str, where: str, others: Any) -> Iterator[tuple[str, Json, Any]]:
    for at, rule in objects(state.get(name)):
        yield f"{where}/{name}/{at}", rule, others
