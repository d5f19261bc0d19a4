"""Schemas of tools: flat objects that every client takes, made from models, and their lint."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from assent_schemas import exact_json

Json = dict[str, Any]
WIRE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PROPERTY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_DROPPED = ("title", "default", "discriminator", "format", "$defs")
_TYPED = {"type", "$ref", "enum", "const", "anyOf", "oneOf", "allOf"}
_DEEPEST = 24
_HOLDERS = ("properties", "patternProperties")
_INNER = ("items", "additionalProperties", "not", "contains", "propertyNames")
_SEVERAL = ("anyOf", "oneOf", "allOf", "prefixItems")


def taken(model: type[BaseModel]) -> Json:
    """What a tool takes: an object with no other keys."""
    return _object(model.model_json_schema(mode="validation"), closed=True)


def given(model: type[BaseModel]) -> Json:
    """What a tool gives: an object, in which what is not known is left out."""
    return _object(model.model_json_schema(mode="serialization"), closed=False)


def flattened(schema: Json, *, nulls: bool = False) -> Json:
    """Any object schema with its references put in place, as clients need it; raises ValueError.

    With `nulls` what may be null stays so: where data is told as it is.
    """
    plain: Json = exact_json.plain(schema)
    flat: Json = _Flattening(plain.get("$defs", {}), nulls).flat(plain)
    return flat


def complaints(schema: Any, *, where: str = "", root: bool = True) -> Iterator[str]:
    """What some client would refuse in a schema."""
    if not isinstance(schema, dict):
        yield f"{where}: a bare {schema!r}"
        return
    if root and (schema.get("type") != "object" or any(key in schema for key in _SEVERAL)):
        yield f"{where}: the root is no plain object"
    yield from (f"{where}/{key}" for key in ("$ref", "$defs", "$id") if key in schema)
    if isinstance(schema.get("type"), list):
        yield f"{where}: several types"
    for name, one in schema.get("properties", {}).items():
        if not _PROPERTY.fullmatch(name):
            yield f"{where}: the property {name!r}"
        yield from complaints(one, where=f"{where}/properties/{name}", root=False)
    if "items" in schema:
        yield from complaints(schema["items"], where=f"{where}/items", root=False)


def _object(schema: Json, *, closed: bool) -> Json:
    flat = flattened(schema)
    flat.setdefault("properties", {})
    flat["type"] = "object"
    if closed:
        flat["additionalProperties"] = False
    else:
        flat.pop("additionalProperties", None)
    flat.pop("description", None)
    return flat


@dataclass(frozen=True, slots=True)
class _Flattening:
    """Puts what references name in their place."""

    names: Json
    nulls: bool

    def flat(self, node: Any, depth: int = 0) -> Any:
        if depth > _DEEPEST:
            raise ValueError("a schema that refers to itself cannot be laid flat")
        if not isinstance(node, dict):
            return node
        if (name := node.get("$ref")) is not None:
            beside = {key: one for key, one in node.items() if key != "$ref"}
            return self.flat({**self.names[name.rpartition("/")[2]], **beside}, depth + 1)
        if not self.nulls:
            node = _without_nullable(_without_null(node))
        if "$ref" in node:
            return self.flat(node, depth + 1)
        kept = {key: one for key, one in node.items() if not _is_idle(key, one)}
        return {key: self._inner(key, one, depth + 1) for key, one in kept.items()}

    def _inner(self, key: str, value: Any, depth: int) -> Any:
        if key in _HOLDERS:
            return {name: self.flat(one, depth) for name, one in value.items()}
        if key in _INNER:
            return self.flat(value, depth)
        if key in _SEVERAL:
            return [self.flat(one, depth) for one in value]
        return value


def _without_null(node: Json) -> Json:
    """What may also be null is rather left out: then it has one type."""
    for key in ("anyOf", "oneOf"):
        if key in node:
            rest = [one for one in node[key] if one != {"type": "null"}]
            if len(rest) == 1:
                return {**{name: one for name, one in node.items() if name != key}, **rest[0]}
    if len(node.get("allOf", ())) == 1:
        return {**{name: one for name, one in node.items() if name != "allOf"}, **node["allOf"][0]}
    return node


def _without_nullable(node: Json) -> Json:
    """What may be null or anything need not be there: null is told by leaving it out."""
    if "required" not in node:
        return node
    inner = node.get("properties", {})
    needed = [name for name in node["required"] if not _may_be_null(inner.get(name, {}))]
    return {**node, "required": needed}


def _may_be_null(schema: Json) -> bool:
    several = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return {"type": "null"} in several or not _TYPED & schema.keys()


def _is_idle(key: str, value: Any) -> bool:
    """Whether a key says nothing that a client needs."""
    return key in _DROPPED or (key, value) in (("additionalProperties", True), ("required", []))
