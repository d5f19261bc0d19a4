"""The second verdict: can an imported machine be run here, and if so, as which document.

What says nothing about behaviour (labels, credentials, carried fields) is left out; what this
engine has no part for yet is a problem, never ignored.
"""

from collections.abc import Container, Iterator
from typing import Any

from assent_engine.asl.item_files import bare_item_files, item_file_problems
from assent_engine.asl.verdict import JSONATA, JSONPATH
from assent_schemas.errors import PolicyInvalid, Problem, pointer

Json = dict[str, Any]
WIDEST = 10_000
"""The highest bound on a Map's width that our models take; a higher one bounds nothing."""

_INERT = {
    "asl_fields",
    "asl_order",
    "comment",
    "credentials",
    "label",
    "processor_config",
    "query_language",
}
_NULL_MEANS_SOMETHING = {"input_path", "output_path", "result_path", "result"}
_JSONATA_NULLS = {"output", "arguments"}


def runnable(document: Json, stand_ins: Container[str] = ()) -> Json:
    """The document in the strict form that the models read; raises PolicyInvalid.

    `stand_ins` are the resources that somebody else answers for.
    Each JSONata state says its language itself, as the models want it; nobody else says one.
    """
    found = list(_problems(document, "", stand_ins))
    if found:
        raise PolicyInvalid(found)
    return _machine(document, document.get("query_language") or JSONPATH, stand_ins)


def _machine(machine: Json, language: str, stand_ins: Container[str]) -> Json:
    bare = _bare(machine)
    states = bare.get("states")
    if isinstance(states, dict):
        bare["states"] = {
            name: _state(state, language, stand_ins) for name, state in states.items()
        }
    return bare


def _state(state: Any, machine_language: str, stand_ins: Container[str]) -> Any:
    if not isinstance(state, dict):
        return state
    jsonata = (state.get("query_language") or machine_language) == JSONATA
    bare = _parts(_bare(state, jsonata=jsonata), jsonata=jsonata)
    if state.get("type") == "Map":
        bare = _map(bare, state, stand_ins)
    for key in ("iterator", "item_processor"):
        if isinstance(bare.get(key), dict):
            bare[key] = _machine(bare[key], machine_language, stand_ins)
    if isinstance(bare.get("branches"), list):
        bare["branches"] = [
            _machine(one, machine_language, stand_ins) if isinstance(one, dict) else one
            for one in bare["branches"]
        ]
    return {"query_language": JSONATA, **bare} if jsonata else bare


def _parts(bare: Json, *, jsonata: bool) -> Json:
    """The state with its rules, retriers, catchers and batcher bare too."""
    for key, convert in (("choices", _rule), ("retry", _bare), ("catch", _bare)):
        if isinstance(bare.get(key), list):
            bare[key] = [
                convert(one, jsonata=jsonata) if isinstance(one, dict) else one for one in bare[key]
            ]
    if isinstance(bare.get("item_batcher"), dict):
        bare["item_batcher"] = _bare(bare["item_batcher"])
    return bare


def _map(bare: Json, state: Json, stand_ins: Container[str]) -> Json:
    """A Map's older spelling in the newer one, and the threshold that is there unsaid."""
    bare = bare_item_files(bare, stand_ins)
    selector = bare.pop("parameters", None)
    if selector is not None:
        bare.setdefault("item_selector", selector)
    most = bare.get("max_concurrency")
    if isinstance(most, int) and most > WIDEST:
        bare["max_concurrency"] = 0
    if _is_distributed(state) and not any(key.startswith("tolerated_failure_") for key in bare):
        # Children run on their own: what fails the Map is the threshold, not a child's error.
        bare["tolerated_failure_count"] = 0
    return bare


def _is_distributed(state: Json) -> bool:
    machine = state.get("item_processor")
    config = machine.get("processor_config") if isinstance(machine, dict) else None
    return isinstance(config, dict) and config.get("mode") == "DISTRIBUTED"


def _rule(rule: Json, *, jsonata: bool = False) -> Json:
    bare = _bare(rule, jsonata=jsonata)
    for key in ("and", "or"):
        if isinstance(bare.get(key), list):
            bare[key] = [_rule(one) if isinstance(one, dict) else one for one in bare[key]]
    if isinstance(bare.get("not"), dict):
        bare["not"] = _rule(bare["not"])
    return bare


def _bare(node: Json, *, jsonata: bool = False) -> Json:
    nulls = _JSONATA_NULLS if jsonata else _NULL_MEANS_SOMETHING
    return {key: value for key, value in node.items() if not _says_nothing(key, value, nulls)}


def _says_nothing(key: str, value: Any, nulls: set[str]) -> bool:
    if key == "end":
        return value is not True
    if key == "assign" and value == {}:
        return True
    return key in _INERT or (value is None and key not in nulls)


def _problems(machine: Json, where: str, stand_ins: Container[str]) -> Iterator[Problem]:
    states = machine.get("states")
    for name, state in states.items() if isinstance(states, dict) else ():
        if isinstance(state, dict):
            yield from _state_problems(state, where + pointer("states", name), stand_ins)


def _state_problems(state: Json, where: str, stand_ins: Container[str]) -> Iterator[Problem]:
    if state.get("type") == "Map":
        yield from item_file_problems(state, where, stand_ins)
    for key in ("iterator", "item_processor"):
        if isinstance(state.get(key), dict):
            yield from _problems(state[key], f"{where}/{key}", stand_ins)
    branches = state.get("branches")
    for at, branch in enumerate(branches if isinstance(branches, list) else ()):
        if isinstance(branch, dict):
            yield from _problems(branch, f"{where}/branches/{at}", stand_ins)
