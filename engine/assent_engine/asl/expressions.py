"""The JSONata expressions of a definition: AWS parses each of them before it takes the machine."""

from collections.abc import Iterator
from typing import Any, Final

from assent_engine.asl.links import inner_machines
from assent_engine.asl.verdict import JSONATA, Json, Problems, is_expression, is_open, problem
from assent_schemas.errors import pointer

_OTHERS: Final = {"Comment", "Iterator", "ItemProcessor", "Branches"}


def expression_problems(machine: Json) -> Problems:
    """A problem for each expression that cannot be parsed; none is evaluated.

    An expression whose parsing takes too long or too much memory is not judged.
    """
    found = list(_machine(machine, "", machine.get("QueryLanguage")))
    if not found:
        return
    # Imported only for a machine that speaks JSONata: it starts a process.
    from assent_engine.jsonata import Evaluator

    faults = Evaluator.shared().faults([text[2:-2] for _, text in found])
    for (where, _), fault in zip(found, faults, strict=True):
        if fault is not None:
            detail = f"The JSONata expression is not taken: it {fault}."
            yield problem("jsonata.syntax", where, detail)


def _machine(machine: Any, where: str, language: Any) -> Iterator[tuple[str, str]]:
    states = machine.get("States") if isinstance(machine, dict) else None
    for name, state in states.items() if isinstance(states, dict) else ():
        if not isinstance(state, dict):
            continue
        inside = where + pointer("States", name)
        if (state.get("QueryLanguage") or language) == JSONATA:
            own = {key: item for key, item in state.items() if key not in _OTHERS}
            yield from _texts(own, inside)
        for at, inner in inner_machines(state):
            yield from _machine(inner, inside + at, language)


def _texts(node: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        if is_expression(node) and not is_open(node):
            yield where, node
        return
    if isinstance(node, dict | list):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _texts(item, where + pointer(key))
