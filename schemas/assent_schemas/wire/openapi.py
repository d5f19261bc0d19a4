"""The owner door in OpenAPI 3.1, made from the table; `python -m` this module prints it."""

import json
import sys
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from assent_schemas.wire.frame import (
    CLIENT_HEADER,
    CLIENT_NAME,
    PROTOCOL,
    PROTOCOL_HEADER,
)
from assent_schemas.wire.operations import HELLO, OPERATIONS, Operation
from assent_schemas.wire.service import Problems

_REFS = "#/components/schemas/{model}"
_HEADERS = (
    (PROTOCOL_HEADER, {"type": "string", "const": str(PROTOCOL)}),
    (CLIENT_HEADER, {"type": "string", "pattern": f"^{CLIENT_NAME}$"}),
)
_REFUSAL = (
    "Why not. 400: what was asked has not the form it needs; 401: not the owner's token; 403: a"
    " stranger, or a browser; 404, 405: not there, or not with this verb; 408, 413: too slow, too"
    " large; 409: it was decided before, or may not be now; 422: a document that cannot be"
    " accepted; 426: another version of the messages; 503: the engine is held, or the store"
    " cannot be used."
)

Json = dict[str, Any]


@cache
def document() -> Json:
    """The whole description."""
    schemas, components = _schemas()
    paths: dict[str, Json] = {}
    for one in OPERATIONS.values():
        paths.setdefault(one.path, {})[one.verb.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The owner door of Assent",
            "version": str(PROTOCOL),
            "description": "HTTP on a Unix socket in the home; events come over /events.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {
                "Refused": {
                    "description": _REFUSAL,
                    **_content(schemas[Problems, "serialization"]),
                }
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas() -> tuple[dict[tuple[type[BaseModel], str], Json], Json]:
    """A reference for each model in each of its two uses, and what these refer to."""
    asked = [(one.asks, "validation") for one in OPERATIONS.values()]
    told = [(one.answers, "serialization") for one in OPERATIONS.values()]
    models: Any = list(dict.fromkeys([*asked, *told, (Problems, "serialization")]))
    found, defined = models_json_schema(models, ref_template=_REFS)
    schemas: Any = found
    return schemas, defined["$defs"]


def _operation(one: Operation[Any, Any], schemas: dict[tuple[type[BaseModel], str], Json]) -> Json:
    told: Json = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": _parameters(one),
        "responses": {
            "200": {"description": "Done", **_content(schemas[one.answers, "serialization"])},
            "default": {"$ref": "#/components/responses/Refused"},
        },
    }
    if one.changes and (body := _body(one)):
        told["requestBody"] = {"required": True, **_content(body)}
    return {**told, "security": []} if one is HELLO else told


def _parameters(one: Operation[Any, Any]) -> list[Json]:
    schema = _flat(one)
    rest = [] if one.changes else [name for name in schema if name not in one.in_path]
    placed = [("path", name) for name in one.in_path] + [("query", name) for name in rest]
    headers = [
        {"in": "header", "name": name, "required": True, "schema": form} for name, form in _HEADERS
    ]
    own = [
        {"in": where, "name": name, "required": where == "path", "schema": _single(schema[name])}
        for where, name in placed
    ]
    return own + ([] if one is HELLO else headers)


def _single(schema: Json) -> Json:
    """A parameter's schema: in a path or query nothing is null, it is left out."""
    forms = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**rest, **forms[0]} if forms else rest


def _body(one: Operation[Any, Any]) -> Json:
    whole = one.asks.model_json_schema(ref_template=_REFS)
    fields = {name: form for name, form in _flat(one).items() if name not in one.in_path}
    required = [name for name in whole.get("required", []) if name in fields]
    body: Json = {"type": "object", "additionalProperties": False, "properties": fields}
    return {**body, "required": required} if required else body


def _flat(one: Operation[Any, Any]) -> Json:
    schema: Json = one.asks.model_json_schema(ref_template=_REFS)
    properties: Json = schema.get("properties", {})
    return properties


def _content(schema: Json) -> Json:
    return {"content": {"application/json": {"schema": schema}}}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=1, ensure_ascii=False) + "\n")
