"""The shape of whatever a JSON Schema lets through."""

from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

from assent_engine.reading import shapes
from assent_engine.reading.shapes import UNKNOWN, AtMost, Kinds, ListOf, Record, Shape, UpTo

DEEPEST: Final = 16
MOST: Final = 5_000
"""How many schemas are read of one: a few that refer to each other can spell out very many."""
_REFERENCE: Final = "#/$defs/"


def allowed(schema: Any, origin: str = "", *, closed: bool = False) -> Shape:
    """A shape for every value that a JSON Schema lets through; keywords it does not know widen.

    `origin` says in words who gives such a value. `closed` reads an object without
    `additionalProperties` as one that has no other keys, which is what a step's model gives.
    """
    named = schema.get("$defs") if isinstance(schema, dict) else None
    definitions = named if isinstance(named, dict) else {}
    return _Reader(definitions, origin, closed=closed).shape(schema, 0)


@dataclass(slots=True)
class _Reader:
    """Reads one schema, following its own references, with so many readings left."""

    definitions: dict[str, Any]
    origin: str
    closed: bool
    left: int = field(default=MOST)

    def shape(self, schema: Any, depth: int) -> Shape:
        self.left -= 1
        if not isinstance(schema, dict) or depth > DEEPEST or self.left < 0:
            return UNKNOWN
        if "const" in schema:
            return shapes.of(schema["const"])
        choices = schema.get("enum")
        if isinstance(choices, list) and choices:
            return reduce(shapes.join, map(shapes.of, choices))
        return self._typed(schema, depth)

    def _typed(self, schema: dict[str, Any], depth: int) -> Shape:
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "number" | "integer":
                return self._number(schema)
            case "string" | "boolean" | "null" as name:
                return Kinds(frozenset({name}), self.origin)
            case list() as names if names:
                each = [self.shape({**schema, "type": name}, depth + 1) for name in names]
                return reduce(shapes.join, each)
        return self._referred(schema, depth)

    def _referred(self, schema: dict[str, Any], depth: int) -> Shape:
        """What stands elsewhere in the schema, or one of several."""
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith(_REFERENCE):
            name = reference.removeprefix(_REFERENCE).replace("~1", "/").replace("~0", "~")
            return self.shape(self.definitions.get(name), depth + 1)
        for key in ("anyOf", "oneOf"):
            if isinstance(schema.get(key), list) and schema[key]:
                return reduce(shapes.join, [self.shape(one, depth + 1) for one in schema[key]])
        return UNKNOWN

    def _object(self, schema: dict[str, Any], depth: int) -> Shape:
        properties = schema.get("properties", {})
        if not isinstance(properties, dict):
            return UNKNOWN
        fields = {key: self.shape(one, depth + 1) for key, one in properties.items()}
        # A step's object of which nothing is named is any object.
        others = schema.get("additionalProperties", not (self.closed and fields))
        more = others is not False or "patternProperties" in schema
        required = schema.get("required", [])
        needed = set(required) if isinstance(required, list) else set()
        optional = frozenset(key for key in fields if key not in needed)
        return Record(fields, more, optional, self.origin)

    def _array(self, schema: dict[str, Any], depth: int) -> Shape:
        most = schema.get("maxItems")
        item = UNKNOWN if "prefixItems" in schema else self.shape(schema.get("items"), depth + 1)
        return (
            UpTo(max(int(most), 0), item) if shapes.is_number(most) else ListOf(item, self.origin)
        )

    def _number(self, schema: dict[str, Any]) -> Shape:
        tops = [schema.get("maximum"), schema.get("exclusiveMaximum")]
        found = [top for top in tops if shapes.is_number(top)]
        return AtMost(min(found)) if found else Kinds(frozenset({"number"}), self.origin)
