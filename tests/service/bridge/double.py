"""A door as a process of its own that speaks a little MCP, and writes down what it hears."""

import json
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from assent_schemas.places import DoorFolder
from assent_service.doorway import opened

VERSION, RIGHT = "2025-11-25", "right"
UNKNOWN = {"code": -32001, "message": "This client is not known: assent connect"}
ECHO = {"name": "echo", "description": "Say it again.", "inputSchema": {"type": "object"}}


def answer(message: dict[str, Any], *, known: bool) -> dict[str, Any] | None:
    """What a door says to one message; None where it says nothing."""
    if "id" not in message or message.get("method") == "hang":
        return None
    if not known:
        return {"error": UNKNOWN}
    match message.get("method"), message.get("params"):
        case "initialize", _:
            about = {"name": "double", "version": "1"}
            offers = {"protocolVersion": VERSION, "capabilities": {"tools": {}}}
            return {"result": {**offers, "serverInfo": about}}
        case "tools/list", _:
            return {"result": {"tools": [ECHO]}}
        case "tools/call", {"arguments": {"text": str(text)}}:
            return {"result": {"content": [{"type": "text", "text": text}]}}
        case "tools/call", {"arguments": {"size": int(size)}}:
            return {"result": {"content": [{"type": "text", "text": "x" * size}]}}
    return {"error": {"code": -32601, "message": "no such method"}}


def understood(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def serve(end: socket.socket, heard: Path) -> None:
    """One connection; the greeting is taken as the real door takes it."""
    known = True
    with end, end.makefile("rb") as lines:
        for number, line in enumerate(lines):
            with heard.open("ab") as file:
                file.write(line)
            message = understood(line)
            if number == 0 and "assent" in message:
                known = message["token"] == RIGHT
            elif message.get("method") == "hang up":
                return
            elif (said := answer(message, known=known)) is not None:
                told = {"jsonrpc": "2.0", "id": message["id"], **said}
                end.sendall(json.dumps(told).encode() + b"\n")


def main(home: Path, kind: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with opened(DoorFolder.of_agents(home), "door", unix=kind == "unix") as doorway:
        doorway.listening.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            end, _ = doorway.listening.accept()
            threading.Thread(target=serve, args=(end, home / "heard"), daemon=True).start()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
