"""Paths against oracles that know nothing of how they are compiled."""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assent_engine.interpreter.paths import MISSING, compile_path

Segment = tuple[str, Any]

NAMES = st.sampled_from(["a", "b", "c", "é", "x y", "it's", "\\", "", "length", "a.b", "$ref"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([Decimal("0.10"), Decimal("1.0"), Decimal("-2.5")])
    | st.sampled_from(["", "a", "B", "é", "\uffff", "\U0001f600"])
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
INDEXES = st.integers(-5, 5)
BOUNDS = st.tuples(*[st.none() | INDEXES] * 2, st.none() | st.sampled_from([1, 2, -1, -2]))
OPERATORS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
PLAIN: st.SearchStrategy[Segment] = st.tuples(st.just("name"), NAMES) | st.tuples(
    st.just("index"), INDEXES
)
MANY: st.SearchStrategy[Segment] = (
    st.just(("every", None))
    | st.just(("below", None))
    | st.tuples(st.just("slice"), BOUNDS)
    | st.tuples(st.just("names"), st.lists(NAMES, min_size=2, max_size=3))
    | st.tuples(st.just("indexes"), st.lists(INDEXES, min_size=2, max_size=3))
    | st.tuples(st.just("where"), st.tuples(NAMES, OPERATORS, SCALARS))
    | st.tuples(st.just("having"), NAMES)
    | st.tuples(st.just("lacking"), NAMES)
)


def quoted(name: str) -> str:
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"


def literal(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    return {None: "null", True: "true", False: "false"}[value] if _is_word(value) else str(value)


def _is_word(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def written(segment: Segment) -> str:
    match segment:
        case "name", name:
            return f"[{quoted(name)}]"
        case "index", at:
            return f"[{at}]"
        case "every", _:
            return "[*]"
        case "below", _:
            return "..[*]"
        case "slice", bounds:
            return "[" + ":".join("" if one is None else str(one) for one in bounds) + "]"
        case "names" | "indexes", parts:
            return "[" + ",".join(map(literal, parts)) + "]"
        case "where", (name, sign, value):
            return f"[?(@[{quoted(name)}] {sign} {literal(value)})]"
        case kind, name:
            path = f"@[{quoted(name)}]"
            return f"[?({path})]" if kind == "having" else f"[?(!({path}))]"


def children(node: Any) -> list[Any]:
    return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []


def at(node: Any, part: Any) -> list[Any]:
    fits = isinstance(node, dict) if isinstance(part, str) else isinstance(node, list)
    try:
        return [node[part]] if fits else []
    except (KeyError, IndexError):
        return []


def below(node: Any) -> list[Any]:
    """All nodes below, in the order of `..`: a node's children, then each one's own."""
    inner = [one for child in children(node) for one in below(child)]
    return children(node) + inner


def type_name(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return type(value).__name__
    return "number"


def compares(left: list[Any], sign: str, right: Any) -> bool:
    alike = bool(left) and type_name(left[0]) == type_name(right)
    if sign in ("==", "!="):
        return (alike and left[0] == right) is (sign == "==")
    if not alike or type_name(right) not in ("number", "str"):
        return False
    if isinstance(right, str):
        left, right = [left[0].encode("utf-16-be")], right.encode("utf-16-be")
    return ORDERS[sign](left[0], right)


def step(node: Any, segment: Segment) -> list[Any]:
    match segment:
        case "name" | "index", part:
            return at(node, part)
        case "every", _:
            return children(node)
        case "below", _:
            return below(node)
        case "slice", bounds:
            return node[slice(*bounds)] if isinstance(node, list) else []
        case "names" | "indexes", parts:
            return [one for part in parts for one in at(node, part)]
        case "where", (name, sign, value):
            return [one for one in children(node) if compares(at(one, name), sign, value)]
        case "having", name:
            return [one for one in children(node) if at(one, name)]
        case _, name:
            return [one for one in children(node) if not at(one, name)]


def oracle(data: Any, segments: list[Segment]) -> list[Any]:
    found = [data]
    for segment in segments:
        found = [one for node in found for one in step(node, segment)]
    return found


@given(DATA, st.lists(PLAIN, max_size=5))
def test_plain_paths_agree_with_a_naive_walker(data: Any, segments: list[Segment]) -> None:
    path = compile_path("$" + "".join(map(written, segments)))
    found = oracle(data, segments)
    assert path.definite
    assert path.parts == tuple(part for _, part in segments)
    assert repr(path.find(data)) == repr(found[0] if found else MISSING)


@given(DATA, st.lists(PLAIN, max_size=2), MANY, st.lists(PLAIN | MANY, max_size=2))
def test_queries_agree_with_an_oracle(
    data: Any, before: list[Segment], many: Segment, after: list[Segment]
) -> None:
    segments = [*before, many, *after]
    path = compile_path("$" + "".join(map(written, segments)))
    assert not path.definite
    assert repr(path.find(data)) == repr(oracle(data, segments))


@given(DATA, st.lists(PLAIN, max_size=2), MANY)
def test_a_context_and_a_variable_are_searched_like_the_data(
    data: Any, before: list[Segment], many: Segment
) -> None:
    rest = "".join(map(written, [*before, many]))
    expected = repr(compile_path(f"${rest}").find(data))
    assert repr(compile_path(f"$${rest}").find(data)) == expected
    assert repr(compile_path(f"$some{rest}").find(data)) == expected


@given(DATA, st.lists(PLAIN, max_size=4), DATA)
def test_what_is_put_is_found_and_all_else_stays(
    data: Any, segments: list[Segment], value: Any
) -> None:
    before = repr(data)
    path = compile_path("$" + "".join(map(written, segments)))
    if oracle(data, segments):
        assert path.find(path.put(data, value)) == value
        assert path.put(data, path.find(data)) == data
    assert repr(data) == before


@given(st.dictionaries(NAMES, SCALARS), st.lists(NAMES, min_size=1, max_size=4), DATA)
def test_what_is_put_below_missing_parents_is_found(
    data: dict[str, Any], names: list[str], value: Any
) -> None:
    path = compile_path("$" + "".join(f"[{quoted(name)}]" for name in ["made", *names]))
    placed = path.put(data, value)
    assert path.find(placed) == value
    assert {name: placed[name] for name in data} == data
