"""One server more in a program's configuration: everything else in it stays as it is."""

import json
import re
import tomllib
from typing import Any

import msgspec

from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid
from assent_service.connect.programs import SERVER, Program

_BOUNDS = exact_json.Bounds(
    size=64 << 20, depth=256, nodes=5_000_000, text=32 << 20, digits=400, exponent=400
)
_INDENT = re.compile(rb'\n( +)"')
_HEADER = re.compile(r"\s*\[")
Entry = dict[str, Any]


class NotMergeable(Exception):
    """A configuration to which nothing can be added without a doubt; says why."""


def merged(program: Program, text: bytes | None, entry: Entry) -> bytes:
    """The configuration with our server in it; the same bytes where it is there already.

    Raises NotMergeable.
    """
    given = text if text and text.strip() else b""
    if program.form == "toml":
        return _toml(program.key, given, entry)
    return _json(program.key, given, entry)


def fragment(program: Program, entry: Entry) -> str:
    """Our server alone, as the configuration would have it."""
    return merged(program, None, entry).decode().strip()


def _json(key: str, text: bytes, entry: Entry) -> bytes:
    document = _parsed(text or b"{}")
    servers = _object(document).setdefault(key, {})
    before = _object(servers).get(SERVER)
    ours = {**before, **entry} if isinstance(before, dict) else entry
    if before == ours:
        return text
    servers[SERVER] = ours
    indent = _INDENT.search(text)
    plain = exact_json.encode(document, as_ordered=True)
    return msgspec.json.format(plain, indent=len(indent[1]) if indent else 2) + b"\n"


def _parsed(text: bytes) -> Any:
    try:
        return exact_json.parse(text, _BOUNDS)
    except PolicyInvalid as invalid:
        raise NotMergeable(f"It is no plain JSON: {invalid.problem.detail}") from invalid


def _object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise NotMergeable("Servers do not stand where they should in it.")
    return found


def _toml(key: str, text: bytes, entry: Entry) -> bytes:
    """Tables are put at the end, so that comments and order stay; what comes out is read again."""
    words = _text(text)
    given = _read(words)
    servers = _object(given.get(key, {}))
    before = servers.get(SERVER)
    if before == entry:
        return text
    if before is not None and before.keys() - entry.keys():
        raise NotMergeable(f"Its server {SERVER} has settings of its own.")
    kept = _without(f"{key}.{SERVER}", words)
    table = f"[{key}.{SERVER}]\n" + "".join(
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in entry.items()
    )
    result = f"{kept.rstrip()}\n\n{table}".lstrip()
    if _read(result) != {**given, key: {**servers, SERVER: entry}}:
        raise NotMergeable("Its servers are written in a way that cannot be added to.")
    return result.encode()


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise NotMergeable(f"It is no TOML: {error}.") from error


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise NotMergeable(f"It is no UTF-8: {error.reason}.") from error


def _without(table: str, text: str) -> str:
    """The text without a table; that nothing else went is for the caller to see."""
    kept, within = [], False
    for line in text.splitlines(keepends=True):
        if _HEADER.match(line):
            within = line.strip().startswith(f"[{table}]")
        if not within:
            kept.append(line)
    return "".join(kept)
