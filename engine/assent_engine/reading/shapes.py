"""What is known of a run's data before it runs: constants, bounded lists, bounded numbers.

A shape stands for every value that the data may have there. What may be anything is UNKNOWN.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from operator import attrgetter
from typing import Any, ClassVar, Final, TypeGuard

from assent_engine.interpreter.paths import Path, PathSyntaxError, compile_path

Parts = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Any value, or none at all."""

    depth: ClassVar[int] = 0
    weight: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Scalar:
    """Exactly this text, number, boolean or null; 1 and true are two values."""

    value: Any
    boolean: bool = field(init=False)
    depth: ClassVar[int] = 0
    weight: ClassVar[int] = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "boolean", isinstance(self.value, bool))


@dataclass(frozen=True, slots=True)
class AtMost:
    """A number that is at most this."""

    most: int | Decimal
    depth: ClassVar[int] = 0
    weight: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Kinds:
    """A value of one of these JSON types; `origin` says in words who gave it."""

    names: frozenset[str]
    origin: str = field(default="", compare=False)
    depth: ClassVar[int] = 0
    weight: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Items:
    """A list of exactly these items."""

    items: "tuple[Shape, ...]"
    depth: int = field(init=False, compare=False)
    weight: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _measure(self, self.items)


@dataclass(frozen=True, slots=True)
class UpTo:
    """A list of at most so many items, each of one shape."""

    most: int
    item: "Shape"
    depth: int = field(init=False, compare=False)
    weight: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _measure(self, (self.item,))


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of any length, each of its items of one shape."""

    item: "Shape"
    origin: str = field(default="", compare=False)
    depth: int = field(init=False, compare=False)
    weight: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _measure(self, (self.item,))


@dataclass(frozen=True, slots=True)
class Record:
    """An object: what is known of its keys; `more` tells whether it may have others.

    The keys in `optional` may be missing.
    """

    fields: "Mapping[str, Shape]"
    more: bool = False
    optional: frozenset[str] = frozenset()
    origin: str = field(default="", compare=False)
    depth: int = field(init=False, compare=False)
    weight: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _measure(self, self.fields.values())


Shape = Unknown | Scalar | AtMost | Kinds | Items | UpTo | ListOf | Record
Listed = Items | UpTo | ListOf
UNKNOWN: Final = Unknown()
_NESTING: Final = {"object", "array"}
_DEPTH: Final = attrgetter("depth")
_WEIGHT: Final = attrgetter("weight")
DEEPEST = 100
MOST_KEYS = 256
HEAVIEST = 20_000
"""Values in one shape, a part that stands in it twice counted twice."""


def of(value: Any) -> Shape:
    """The shape of a JSON value: itself."""
    if isinstance(value, dict):
        return Record({str(key): of(item) for key, item in value.items()})
    if isinstance(value, list):
        return Items(tuple(of(item) for item in value))
    return Scalar(value)


def join(one: Shape, other: Shape) -> Shape:
    """A shape for whatever either stands for."""
    if one is other or one == other:
        return one
    if (most := highest(one)) is not None and (least := highest(other)) is not None:
        return AtMost(max(most, least))
    if isinstance(one, Record) and isinstance(other, Record):
        return _join_records(one, other)
    if isinstance(one, Items | UpTo) and isinstance(other, Items | UpTo):
        return _join_lists(one, other)
    if isinstance(one, Listed) and isinstance(other, Listed):
        return ListOf(join(item_of(one), item_of(other)), _common(one, other))
    return _join_kinds(one, other)


def get(shape: Shape, parts: Parts) -> Shape:
    """What stands at a path. Where nothing can stand there a run fails, so UNKNOWN does no harm."""
    for part in parts:
        if isinstance(shape, Record):
            shape = shape.fields.get(part, UNKNOWN) if isinstance(part, str) else UNKNOWN
        elif isinstance(shape, Items) and isinstance(part, int) and 0 <= part < len(shape.items):
            shape = shape.items[part]
        elif isinstance(shape, UpTo | ListOf) and isinstance(part, int):
            shape = shape.item
        else:
            return UNKNOWN
    return shape


def lacks(shape: Shape, parts: Parts) -> "tuple[Shape, str | int] | None":
    """Where nothing can stand at a path: what was reached of it, and the part that is not there."""
    for part in parts:
        if isinstance(shape, Unknown) or (isinstance(shape, Kinds) and shape.names & _NESTING):
            return None
        if isinstance(shape, Record) and isinstance(part, str):
            if part not in shape.fields:
                return None if shape.more else (shape, part)
            shape = shape.fields[part]
        elif isinstance(shape, Items) and isinstance(part, int):
            if not -len(shape.items) <= part < len(shape.items):
                return shape, part
            shape = shape.items[part]
        elif isinstance(shape, UpTo | ListOf) and isinstance(part, int):
            shape = shape.item
        else:
            return shape, part
    return None


def forget(shape: Shape, parts: Parts) -> Shape:
    """The data with nothing known any more of what stands at a path of it, or whether it does."""
    first = parts[0] if parts else None
    if not isinstance(shape, Record) or not isinstance(first, str):
        return UNKNOWN
    rest = parts[1:]
    inner = forget(shape.fields[first], rest) if rest and first in shape.fields else UNKNOWN
    return Record({**shape.fields, first: inner}, shape.more, shape.optional, shape.origin)


def kinds(shape: Shape) -> frozenset[str] | None:
    """The JSON types that a value may have; None where it may be anything."""
    match shape:
        case Kinds():
            return shape.names
        case Scalar():
            return frozenset({_kind(shape.value)})
        case AtMost():
            return frozenset({"number"})
        case Items() | UpTo() | ListOf():
            return frozenset({"array"})
        case Record():
            return frozenset({"object"})
    return None


def put(shape: Shape, parts: Parts, value: Shape) -> Shape:
    """The data after a value was written at a path of it."""
    if not parts:
        return value
    first, rest = parts[0], parts[1:]
    if not isinstance(first, str) or not isinstance(shape, Record | Unknown):
        return UNKNOWN
    record = shape if isinstance(shape, Record) else Record({}, more=True)
    # A parent that may be missing is made anew: nothing is known of what else it then holds.
    unsure = first in record.optional or (record.more and first not in record.fields)
    inner = put(UNKNOWN if unsure else record.fields.get(first, Record({})), rest, value)
    return Record({**record.fields, first: inner}, record.more, record.optional - {first})


def present(shape: Shape, key: str) -> Shape | None:
    """What stands under a key of an object; None where the key is known to be missing."""
    if not isinstance(shape, Record) or key in shape.optional:
        return UNKNOWN
    return shape.fields.get(key, UNKNOWN if shape.more else None)


def highest(shape: Shape) -> int | Decimal | None:
    """The largest number it may be; None where it may be anything but a number."""
    if isinstance(shape, AtMost):
        return shape.most
    if isinstance(shape, Scalar) and is_number(shape.value):
        return shape.value
    return None


def item_of(shape: Listed) -> Shape:
    """A shape for every item of a list."""
    if isinstance(shape, UpTo | ListOf):
        return shape.item
    return reduce(join, shape.items) if shape.items else UNKNOWN


def length(shape: Items | UpTo) -> int:
    """How many items a list has at most."""
    return shape.most if isinstance(shape, UpTo) else len(shape.items)


def is_number(value: Any) -> TypeGuard[int | Decimal]:
    """A JSON number; true and false are none."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def plain_parts(text: str) -> tuple[bool, Parts] | None:
    """A path of names and indexes: whether it is into `$$`, and its parts. None for any other."""
    try:
        compiled = compile_path(text)
    except PathSyntaxError:
        return None
    # A query has the parts that it opens with, and a variable holds what Assign put there.
    plain = type(compiled) is Path and compiled.variable is None
    return (compiled.in_context, compiled.parts) if plain else None


def bounded(shape: Shape) -> Shape:
    """The shape, or UNKNOWN where it is so deep, wide or large that following it takes long."""
    wide = isinstance(shape, Record) and len(shape.fields) > MOST_KEYS
    return UNKNOWN if wide or shape.depth > DEEPEST or shape.weight > HEAVIEST else shape


def _measure(whole: "Items | UpTo | ListOf | Record", parts: Collection[Shape]) -> None:
    object.__setattr__(whole, "depth", 1 + max(map(_DEPTH, parts), default=0))
    object.__setattr__(whole, "weight", 1 + sum(map(_WEIGHT, parts)))


def _join_records(one: Record, other: Record) -> Record:
    fields, optional = {}, set(one.optional | other.optional)
    for key in {**one.fields, **other.fields}:
        mine, theirs = one.fields.get(key), other.fields.get(key)
        if mine is not None and theirs is not None:
            fields[key] = mine if mine is theirs else join(mine, theirs)
            continue
        lacking = other if theirs is None else one
        fields[key] = UNKNOWN if lacking.more else mine or theirs or UNKNOWN
        optional.add(key)
    return Record(fields, one.more or other.more, frozenset(optional), _common(one, other))


def _join_kinds(one: Shape, other: Shape) -> Shape:
    mine, theirs = kinds(one), kinds(other)
    if mine is None or theirs is None:
        return UNKNOWN
    return Kinds(mine | theirs, _common(one, other))


def _common(one: Shape, other: Shape) -> str:
    """Who gave both, where that is the same."""
    mine = origin(one)
    return mine if mine == origin(other) else ""


def origin(shape: Shape) -> str:
    """Who gave a value, in words; empty where that is not known."""
    return shape.origin if isinstance(shape, Kinds | ListOf | Record) else ""


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"


def _join_lists(one: Items | UpTo, other: Items | UpTo) -> Shape:
    if isinstance(one, Items) and isinstance(other, Items) and len(one.items) == len(other.items):
        return Items(tuple(map(join, one.items, other.items)))
    if not length(one) or not length(other):
        return one if length(one) else other
    return UpTo(max(length(one), length(other)), join(item_of(one), item_of(other)))
