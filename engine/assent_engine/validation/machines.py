"""Walking a raw document: machines and states, whatever else stands in it."""

from collections.abc import Iterator
from typing import Any

from assent_schemas.errors import pointer

Json = dict[str, Any]


def machines(document: Any, where: str = "") -> Iterator[tuple[str, Json]]:
    """Every machine of a raw document with its pointer: the root first, then inner ones."""
    if not isinstance(document, dict):
        return
    yield where, document
    for name, state in objects(document.get("states")):
        yield from inner_machines(state, where + pointer("states", name))


def inner_machines(state: Json, where: str) -> Iterator[tuple[str, Json]]:
    """The machines in one state, with those in them."""
    for key in ("iterator", "item_processor"):
        yield from machines(state.get(key), f"{where}/{key}")
    for at, branch in enumerate(listed(state.get("branches"))):
        yield from machines(branch, f"{where}/branches/{at}")


def objects(node: Any) -> Iterator[tuple[str, Json]]:
    """The members of an object that are objects themselves."""
    for name, item in node.items() if isinstance(node, dict) else ():
        if isinstance(item, dict):
            yield name, item


def listed(node: Any) -> list[Any]:
    """The list that something should be, or none."""
    return node if isinstance(node, list) else []


def rules(state: Json, *keys: str) -> Iterator[tuple[str, Json]]:
    """The rules of a state under these keys, with pointers relative to it."""
    for key in keys:
        for at, rule in enumerate(listed(state.get(key))):
            if isinstance(rule, dict):
                yield f"/{key}/{at}", rule
