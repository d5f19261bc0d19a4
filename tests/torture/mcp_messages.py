"""Conversations of both eras as real clients have them, and what is made of them by chance."""

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from assent_service.agent_door.prompts import PROMPTS
from assent_service.agent_door.table import TOOLS

Json = dict[str, Any]
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "fuzzed", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "fuzzed", "version": "1"},
}
DRAFT = {
    "name": "Fuzzed",
    "context_defaults": {"n": 1, "share": 0.25},
    "start_at": "A",
    "states": {
        "A": {"type": "Task", "resource": "order.place", "parameters": {"n.$": "$.n"}, "next": "B"},
        "B": {
            "type": "Choice",
            "choices": [{"variable": "$.n", "is_null": True, "next": "C"}],
            "default": "C",
        },
        "C": {"type": "Wait", "seconds": 1, "end": True},
    },
}
ARGUMENTS: dict[str, Any] = {
    "document": DRAFT,
    "policy": "Fuzzed",
    "policy_id": "00000000-0000-4000-8000-00000000abcd",
    "version": "1.0.0",
    "run": "run-1",
    "step": "order.place",
    "name": "deposit",
    "topic": "states",
    "job": "nobody",
    "data": {"amount": 10},
    "limit": 5,
    "reason": "why",
}
CHANGES = ("propose_policy", "start_run", "emit_event", "report_tool_gap", "cancel_run")
SCALARS: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    -(2**63),
    2**64,
    0.1,
    -0.0,
    1e308,
    5e-324,
    "",
    " ",
    "\0",
    "\ud800",
    "\u202e",
    "\U000e0041",
    "a" * 70_000,
    "$.a",
    "$$.x",
    "{}",
    "[]",
    "null",
    "%s%n",
    "../../etc/passwd",
    "assent://guide/../../x",
    "test://x",
    "\r\n\r\n",
    "'; --",
    "NaN",
    [],
    {},
    [[]],
    {"": ""},
    {"a": {"a": {"a": {}}}},
    [None] * 300,
)
METHODS = (
    "initialize", "ping", "tools/list", "tools/call", "resources/list", "resources/read",
    "resources/templates/list", "resources/subscribe", "prompts/list", "prompts/get",
    "completion/complete", "logging/setLevel", "server/discover", "subscriptions/listen",
    "tasks/get", "sampling/createMessage", "elicitation/create", "roots/list",
    "notifications/initialized", "notifications/cancelled", "notifications/progress",
    "notifications/roots/list_changed", "", "x" * 300, "__class__", "rpc.discover",
)  # fmt: skip


def conversation(era: str) -> list[Json]:
    """What a client asks one after the other, from its first words on."""
    asked = [*_asked()]
    if era == "old":
        first = [_request("initialize", HELLO), {"method": "notifications/initialized"}]
        asked = [*first, _request("ping", {}), *asked]
    else:
        asked = [_request("server/discover", {}), *asked]
        for one in asked:
            one["params"]["_meta"] = META
    return [{"jsonrpc": "2.0", **one} for one in asked]


def _request(method: str, params: Json) -> Json:
    return {"id": 0, "method": method, "params": params}


def _asked() -> Iterator[Json]:
    for method in ("tools", "resources", "prompts", "resources/templates"):
        yield _request(f"{method}/list", {})
    for tool in TOOLS.values():
        known = tool.takes["properties"]
        arguments = {name: one for name, one in ARGUMENTS.items() if name in known}
        yield _request("tools/call", {"name": tool.name, "arguments": deepcopy(arguments)})
    for uri in ("guide/start", "errors", "steps/order.place", "runs/run-1/trace", "examples/x"):
        yield _request("resources/read", {"uri": f"assent://{uri}"})
    for prompt in PROMPTS.values():
        given = {one.name: json.dumps(DRAFT) for one in prompt.arguments}
        yield _request("prompts/get", {"name": prompt.name, "arguments": given})
    ref = {"type": "ref/resource", "uri": "assent://steps/{step}"}
    yield _request("completion/complete", {"ref": ref, "argument": {"name": "step", "value": ""}})
    yield _request("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    yield {"method": "notifications/cancelled", "params": {"requestId": 3}}
    yield {"id": 7, "result": {}, "params": {}}


def line(message: Json, chance: random.Random) -> bytes:
    """A message changed in some places, or its bytes, or neither; without a line end in it."""
    if _changes_much(message) and chance.random() < 0.9:
        # What is recorded waits for the disk: of that a sample is enough.
        message["method"] = "ping"
    for _ in range(chance.choice((0, 1, 1, 1, 2, 5))):
        chance.choice(CHANGE)(message, chance)
    said = json.dumps(message, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    if chance.random() < 0.2:
        said = chance.choice(SPOIL)(said, chance)
    return said.replace(b"\n", b" ").replace(b"\r", b" ")


def _changes_much(message: Json) -> bool:
    return (message.get("params") or {}).get("name") in CHANGES


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in list(pairs):
        yield value, key
        if isinstance(one, dict | list):
            yield from _places(one)


def _replace(message: Json, chance: random.Random) -> None:
    where, key = chance.choice([*_places(message)])
    where[key] = deepcopy(chance.choice(SCALARS))


def _remove(message: Json, chance: random.Random) -> None:
    where, key = chance.choice([*_places(message)])
    del where[key]
    message.setdefault("jsonrpc", "2.0")


def _swap(message: Json, chance: random.Random) -> None:
    one, other = (chance.choice([*_places(message)]) for _ in range(2))
    taken = deepcopy(other[0][other[1]])
    one[0][one[1]] = taken


def _add(message: Json, chance: random.Random) -> None:
    where, _ = chance.choice([*_places(message)])
    value = deepcopy(chance.choice(SCALARS))
    if isinstance(where, dict):
        where[chance.choice(("x", "id", "_meta", "$ref", "__proto__", "a" * 200, ""))] = value
    else:
        where.append(value)


def _method(message: Json, chance: random.Random) -> None:
    message["method"] = chance.choice(METHODS)


def _deepen(message: Json, chance: random.Random) -> None:
    where, key = chance.choice([*_places(message)])
    for _ in range(chance.choice((3, 60, 120))):
        where[key] = [where[key]] if chance.random() < 0.5 else {"a": where[key]}


CHANGE: tuple[Callable[[Json, random.Random], None], ...] = (
    _replace, _replace, _remove, _swap, _add, _method, _deepen,
)  # fmt: skip


def _flip(said: bytes, chance: random.Random) -> bytes:
    found = bytearray(said)
    for _ in range(chance.randint(1, 8)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def _cut(said: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(said) + 1) for _ in range(2))
    return chance.choice((said[:start], said[start:], said[:start] + said[end:])) or b"x"


def _twice(said: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(said))
    return chance.choice((said + said, said[:at] + said[at:] + said[at:], b"[" + said + b"]"))


def _raw(_: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((1, 10, 100, 5000)))


def _digits(said: bytes, chance: random.Random) -> bytes:
    many = "1" + "0" * chance.choice((50, 4299, 5000))
    return said.replace(b":0", b":" + chance.choice((many, "1e999", "-0", "00", "1.")).encode(), 1)


def _marked(said: bytes, chance: random.Random) -> bytes:
    return chance.choice((b"\xef\xbb\xbf", b"\0", b"\xff\xfe", b" " * 1000, b"\x1e")) + said


SPOIL = (_flip, _cut, _twice, _raw, _digits, _marked)
