"""What can be told of an expression from its syntax tree."""

from collections.abc import Iterator
from typing import Any

EVAL = "eval"


def calls_eval(tree: Any) -> bool:
    """Whether an expression calls the language's own $eval, and not a function of that name."""
    names = [(kind, name) for node in _nodes(tree) for kind, name in _names(node)]
    return ("called", EVAL) in names and ("bound", EVAL) not in names


def _names(node: Any) -> Iterator[tuple[str, Any]]:
    kind = getattr(node, "type", None)
    if kind in {"function", "partial"}:
        called: Any = getattr(node, "procedure", None)
        if getattr(called, "type", None) == "variable":
            yield "called", called.value
    if kind == "bind":
        yield "bound", getattr(getattr(node, "lhs", None), "value", None)
    if kind == "lambda":
        yield from (("bound", getattr(one, "value", None)) for one in node.arguments or ())


def _nodes(tree: Any) -> Iterator[Any]:
    """Every node once; without recursion, for an expression may nest as deep as it likes."""
    waiting, seen = [tree], set[int]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, list | tuple):
            waiting.extend(node)
        elif hasattr(node, "type") and id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting.extend(vars(node).values())
