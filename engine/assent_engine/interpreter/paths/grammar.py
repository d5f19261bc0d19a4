"""The grammar of queries: jsonpath-ng parses the skeleton of a path, and its tree becomes ours.

Nothing of it is ever evaluated by jsonpath-ng, whose filters find nothing among Decimals.
"""

import threading
from typing import Any

from jsonpath_ng import Child, Descendants, Fields, Index, Root, This
from jsonpath_ng import Slice as SliceNode
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.filter import And, Expression, Filter, Or
from jsonpath_ng.ext.parser import ExtendedJsonPathParser
from jsonpath_ng.jsonpath import Wildcard

from assent_engine.interpreter.paths.filters import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Exists,
    Literal,
    Not,
)
from assent_engine.interpreter.paths.query import (
    Descend,
    Every,
    Member,
    Members,
    Query,
    Slice,
    Step,
    Where,
)
from assent_engine.interpreter.paths.skeleton import Call, Group, Skeleton, Symbol
from assent_engine.interpreter.paths.spelling import MOST_SEGMENTS, PathSyntaxError, refused


def read_query(text: str, start: int) -> Query:
    """The query of a path from where its segments start; raises PathSyntaxError."""
    skeleton = Skeleton(text, start)
    reader = _Reader(text, skeleton.symbols)
    return reader.query(reader.tree(skeleton.text))


_here = threading.local()


def _parser() -> ExtendedJsonPathParser:
    """This thread's parser: making one takes longer than parsing, and two threads cannot share."""
    found: ExtendedJsonPathParser | None = getattr(_here, "parser", None)
    if found is None:
        found = _here.parser = ExtendedJsonPathParser()
    return found


class _Reader:
    """Turns trees into queries, with the symbols that stand for names and literals."""

    def __init__(self, source: str, symbols: list[Symbol]) -> None:
        self._source = source
        self._symbols = symbols

    def tree(self, skeleton: str) -> Any:
        try:
            return _parser().parse(skeleton)
        except JSONPathError:
            raise self._refused("does not follow the grammar of paths") from None

    def query(self, tree: Any) -> Query:
        root, *nodes = _in_order(tree)
        if not isinstance(root, Root | This):
            raise self._refused("has a text or number where a path is expected")
        steps = [self._step(node) for node in nodes]
        if sum(not isinstance(step, Descend) for step in steps) > MOST_SEGMENTS:
            raise self._refused(f"has more than {MOST_SEGMENTS} segments")
        inner = tuple(step for step in steps if not isinstance(step, Call))
        last = steps[-1] if steps else None
        call = last.name if isinstance(last, Call) else None
        if len(inner) + (call is not None) < len(steps):
            raise self._refused("has a function that is not at its end")
        return Query(inner, isinstance(root, Root), call)

    def _step(self, node: Any) -> Step | Call:
        match node:
            case None:
                return Descend()
            case Wildcard():
                return Every()
            case Fields():
                return self._names([self._symbol(mark) for mark in node.fields])
            case Index(indices=(one,)):
                return Member(one)
            case Index():
                return Members(tuple(node.indices))
            case SliceNode():
                return self._slice(node)
            case Filter():
                return Where(self._all_of(node.expressions).holds)
        raise self._refused("does not follow the grammar of paths")

    def _names(self, symbols: list[Symbol]) -> Step | Call:
        names = tuple(one for one in symbols if isinstance(one, str))
        if len(names) == len(symbols):
            return Member(names[0]) if len(names) == 1 else Members(names)
        if len(symbols) == 1 and isinstance(symbols[0], Call):
            return symbols[0]
        raise self._refused("does not follow the grammar of paths")

    def _slice(self, node: SliceNode) -> Slice:
        if node.step == 0:
            raise self._refused("has a slice that never moves on")
        return Slice((node.start, node.end, node.step))

    def _all_of(self, nodes: list[Any]) -> Condition:
        conditions = tuple(self._condition(node) for node in nodes)
        return conditions[0] if len(conditions) == 1 else AllOf(conditions)

    def _condition(self, node: Any) -> Condition:
        match node:
            case And():
                return self._all_of(node.operands)
            case Or():
                return AnyOf(tuple(self._condition(one) for one in node.operands))
            case Expression(op=None):
                return Exists(self.query(node.target))
            case Expression(op="!"):
                return Not(self._negated(node.target))
            case Expression(op=str(sign)):
                left, right = self._operand(node.target), self._operand(node.value)
                return Comparison(left, "in" if sign == "=" else sign, right)
        raise self._refused("does not follow the grammar of paths")

    def _negated(self, target: Any) -> Condition:
        group = self._lone_symbol(target)
        if isinstance(group, Group):
            tree = self.tree(f"$[?{group.text}]")
            return self._all_of(tree.right.expressions)
        return Exists(self.query(target))

    def _operand(self, node: Any) -> Query | Literal:
        literal = self._symbol(node) if isinstance(node, str) else self._lone_symbol(node)
        if isinstance(literal, Literal):
            return literal
        query = self.query(node)
        if not query.definite:
            raise self._refused("compares a path that can find more than one value")
        return query

    def _lone_symbol(self, node: Any) -> Symbol | None:
        return self._symbol(node.fields[0]) if isinstance(node, Fields) else None

    def _symbol(self, mark: str) -> Symbol:
        return self._symbols[int(mark)]

    def _refused(self, reason: str) -> PathSyntaxError:
        return refused(self._source, reason)


def _in_order(tree: Any) -> list[Any]:
    """The links of a chain from its root on; None stands for a descent."""
    links, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Child | Descendants):
            down = [None] if isinstance(node, Descendants) else []
            waiting += [node.right, *down, node.left]
        else:
            links.append(node)
    return links
