"""Parameters against the input that a step declares, as far as they are written out."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from assent_engine.validation.machines import Json
from assent_engine.validation.problems import TITLE
from assent_engine.validation.resources import Resources
from assent_schemas import exact_schema
from assent_schemas.errors import Operation, Problem, pointer
from assent_schemas.spelling import asked

_DYNAMIC = ".$"


def parameter_problems(state: Json, where: str, resources: Resources) -> Iterator[Problem]:
    """What a Task's step would not take; a parameter with a path in it is taken as given."""
    name, given = state.get("resource"), state.get("parameters")
    if state.get("type") != "Task" or not isinstance(name, str) or not isinstance(given, dict):
        return
    schema = resources.input_schema(name)
    if schema is None or "properties" not in schema:
        return
    open_names = {key.removesuffix(_DYNAMIC) for key, item in given.items() if _is_open(key, item)}
    value = {key.removesuffix(_DYNAMIC): item for key, item in given.items()}
    # A key that a step does not know is passed over by its model, and never does what was meant.
    closed = {"additionalProperties": False, **_without_patterns(schema)}
    wanted = _taking(closed, open_names)
    base = f"{where}/parameters"
    found = exact_schema.problems(value, wanted, prefix="parameters", title=TITLE, base=base)
    for one in _only_missing(found, base):
        yield _as_written(one, given, base)


def _only_missing(found: list[Problem], base: str) -> list[Problem]:
    """The problems; the one unknown name stands for the one missing, or a near one for its own."""
    missing = {name: one for one in found if (name := _lacking(one, base)) is not None}
    unknown = [one for one in found if one.code == "parameters.unknown_key" and _top(one, base)]
    if len(missing) == len(unknown) == 1 and unknown[0].fix is None:
        (name,), (one,) = missing, unknown
        move = {"op": "move", "from": one.pointer, "path": base + pointer(name)}
        mended = replace(one, remedy=asked(name), fix=(move,))
        found = [mended if each is one else each for each in found]
    moved = {str(fix["path"]) for one in _moves(found) for fix in one}
    absent = {base + pointer(name): one for name, one in missing.items()}
    echoes = [absent[path] for path in moved & absent.keys()]
    return [one for one in found if one not in echoes]


def _moves(found: list[Problem]) -> list[tuple[Operation, ...]]:
    """How the unknown names become known ones."""
    return [one.fix for one in found if one.code == "parameters.unknown_key" and one.fix]


def _top(problem: Problem, base: str) -> bool:
    return "/" not in (problem.pointer or "").removeprefix(f"{base}/")


def _lacking(problem: Problem, base: str) -> str | None:
    """The name of the input that is missing, where that is the problem."""
    if problem.code != "parameters.missing_key" or problem.pointer != base:
        return None
    return problem.detail.split('"')[1] if problem.detail.startswith('"') else None


def _is_open(key: str, item: Any) -> bool:
    """Whether only a run can tell what a parameter is."""
    if key.endswith(_DYNAMIC):
        return True
    if isinstance(item, list):
        return any(_is_open("", one) for one in item)
    return isinstance(item, dict) and any(_is_open(name, one) for name, one in item.items())


def _taking(schema: Json, names: set[str]) -> Json:
    """The schema with any value allowed under these of its names."""
    known = schema["properties"]
    return {**schema, "properties": {**known, **{name: True for name in names if name in known}}}


def _without_patterns(node: Any, *, named: bool = False) -> Any:
    """A schema without regular expressions: here they could be made to backtrack for ever."""
    if isinstance(node, list):
        return [_without_patterns(one) for one in node]
    if not isinstance(node, dict):
        return node
    dropped = set() if named else {"pattern", "patternProperties"}
    if dropped & {"patternProperties"} & set(node):
        dropped.add("additionalProperties")
    return {
        key: _without_patterns(item, named=not named and key in {"properties", "$defs"})
        for key, item in node.items()
        if key not in dropped
    }


def _as_written(problem: Problem, given: Json, base: str) -> Problem:
    """The problem at the key as the document spells it, with its .$ where it has one."""
    for key in given:
        plain = base + pointer(key.removesuffix(_DYNAMIC))
        if key.endswith(_DYNAMIC) and problem.pointer == plain:
            moves = problem.fix and tuple(
                {**one, "from": plain + _DYNAMIC, "path": one["path"] + _DYNAMIC}
                for one in problem.fix
            )
            return replace(problem, pointer=plain + _DYNAMIC, fix=moves)
    return problem
