"""What a line of JSON-RPC says, as far as the bridge has to know, and the errors it says itself."""

import json
from collections.abc import Iterable
from typing import Any, TypeGuard

NOT_DONE, NOT_KNOWN, NOT_VALID = -32000, -32001, -32600
_LONGEST_NUMBER = 100

Message = dict[str, Any]
Id = str | int | float


def messages(line: bytes) -> list[Message]:
    """The messages in a line, several in a batch; none where it is no JSON-RPC."""
    try:
        found = json.loads(line, parse_int=_whole)
    except (ValueError, RecursionError):
        return []
    every = found if isinstance(found, list) else [found]
    return [one for one in every if isinstance(one, dict)]


def _whole(text: str) -> int | str:
    """A whole number; a very long one stays a text, as reading it takes very long."""
    return int(text) if len(text) < _LONGEST_NUMBER else text


def requests(said: Iterable[Message]) -> list[Id]:
    """The ids that wait for an answer."""
    return [one["id"] for one in said if "method" in one and _is_id(one.get("id"))]


def answers(said: Iterable[Message]) -> list[Id]:
    """The ids that were answered."""
    return [one["id"] for one in said if "method" not in one and _is_id(one.get("id"))]


def taken_back(said: Iterable[Message]) -> list[Id]:
    """The ids whose answers nobody waits for any more."""
    details = [one.get("params") for one in said if one.get("method") == "notifications/cancelled"]
    named = [one.get("requestId") for one in details if isinstance(one, dict)]
    return [one for one in named if _is_id(one)]


def refuses_client(said: Iterable[Message]) -> bool:
    """Whether the door says that it does not know the client."""
    errors = [one.get("error") for one in said]
    return any(isinstance(one, dict) and one.get("code") == NOT_KNOWN for one in errors)


def error(to: Id | None, code: int, text: str) -> bytes:
    """A line that answers a request with an error."""
    said = {"jsonrpc": "2.0", "id": to, "error": {"code": code, "message": text}}
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"


def _is_id(found: object) -> TypeGuard[Id]:
    return isinstance(found, str | int | float)
