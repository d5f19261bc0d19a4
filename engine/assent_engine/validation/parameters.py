"""Parameters against the input that a step declares, as far as they are written out."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from assent_engine.validation.machines import Json
from assent_engine.validation.problems import TITLE
from assent_engine.validation.resources import Resources
from assent_schemas import exact_schema
from assent_schemas.errors import Problem, pointer

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
    wanted = _taking(_without_patterns(schema), open_names)
    base = f"{where}/parameters"
    for one in exact_schema.problems(value, wanted, prefix="parameters", title=TITLE, base=base):
        yield _as_written(one, given, base)


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
