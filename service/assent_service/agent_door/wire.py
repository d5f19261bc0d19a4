"""Messages of the wire: exact JSON in and out, digits as they are written."""

from dataclasses import dataclass
from typing import Any

import msgspec
from mcp.shared.message import SessionMessage
from mcp_types.jsonrpc import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    PARSE_ERROR,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

from assent_schemas import exact_json
from assent_schemas.errors import AssentError, Problem
from assent_service.agent_door.bounds import AgentBounds

Id = int | str | None
MESSAGE = "message"
"""Where the state of an HTTP request keeps what was said, its numbers exact."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that is no message, as what is answered to it."""

    answer: bytes


def message_of(line: bytes, bounds: AgentBounds) -> SessionMessage | Unread:
    """A line read; numbers are int or Decimal from here on."""
    try:
        said = exact_json.parse(line, bounds.json)
    except AssentError as error:
        wrong = error.problem
        syntax = wrong.code in ("json.syntax", "json.encoding")
        code = PARSE_ERROR if syntax else INVALID_PARAMS
        return Unread(error_line(_id_of(line), code, wrong.detail, wrong))
    about = said.get("id") if isinstance(said, dict) else None
    known = about if isinstance(about, int | str) and not isinstance(about, bool) else None
    try:
        message = jsonrpc_message_adapter.validate_python(said, by_name=False)
    except ValidationError:
        return Unread(error_line(known, INVALID_REQUEST, "This is no JSON-RPC message."))
    if isinstance(message, JSONRPCNotification) and "id" in said:
        return Unread(error_line(None, INVALID_REQUEST, "An id is a text or an integer."))
    return SessionMessage(message)


def request_id(message: SessionMessage) -> Id:
    """The id of a request; None for whatever else it is."""
    return message.message.id if isinstance(message.message, JSONRPCRequest) else None


def line_of(message: JSONRPCMessage) -> bytes:
    """A message as it goes out.

    The structured content of an answer is the JSON text of its first content: that has the digits,
    which models of the protocol would turn into floats.
    """
    if isinstance(message, JSONRPCResponse):
        told: dict[str, Any] = {
            "jsonrpc": "2.0",
            "id": message.id,
            "result": _exact(message.result),
        }
    else:
        told = message.model_dump(by_alias=True, exclude_unset=True, mode="json")
    return exact_json.encode(told, as_ordered=True) + b"\n"


def error_line(about: Id, code: int, said: str, problem: Problem | None = None) -> bytes:
    """An error as an answer; what is wrong goes along where it is known."""
    error: dict[str, Any] = {"code": code, "message": said}
    if problem is not None:
        error["data"] = {"problems": [exact_json.plain(problem.as_json())]}
    told = {"jsonrpc": "2.0", "id": about, "error": error}
    return exact_json.encode(told, as_ordered=True) + b"\n"


def _exact(result: dict[str, Any]) -> dict[str, Any]:
    if result.get("structuredContent") is None:
        return result
    text: str = result["content"][0]["text"]
    return {**result, "structuredContent": msgspec.Raw(text.encode())}


def _id_of(line: bytes) -> Id:
    """The id in a line that was refused, if there is one that can be made out."""
    try:
        said = msgspec.json.decode(line, type=_Envelope)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    return said.id


class _Envelope(msgspec.Struct):
    """What is looked for in a line that cannot be taken."""

    id: int | str | None = None
