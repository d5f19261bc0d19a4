"""Both ends of a bridge, for tests: a door that can be killed, and a client of raw lines."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assent_schemas.places import token_file
from service.bridge import double

PATIENCE = 60
Message = dict[str, Any]
INITIALIZE: Message = {
    "protocolVersion": double.VERSION,
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


@contextmanager
def double_at(home: Path, kind: str = "unix") -> Iterator["subprocess.Popen[bytes]"]:
    """A door of a home, ready."""
    home.mkdir(exist_ok=True)
    script = str(double.__file__)
    process = subprocess.Popen([sys.executable, script, str(home), kind], stdout=subprocess.PIPE)
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield process
        finally:
            process.kill()


def heard(home: Path) -> list[Message]:
    """Every line that doors of this home were sent, connection after connection."""
    path = home / "heard"
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [double.understood(line) for line in lines]


def token(home: Path, client: str, text: str) -> None:
    """Put a client's token where the bridge looks for it."""
    path = token_file(home, client)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@dataclass(slots=True)
class Speaker:
    """A client of a bridge: says lines, and hears lines."""

    process: "subprocess.Popen[bytes]"
    _left: bytearray = field(default_factory=bytearray)

    def say(self, method: str, to: Any = None, **params: Any) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        self.write(json.dumps(message if to is None else {**message, "id": to}).encode() + b"\n")

    def write(self, line: bytes) -> None:
        assert self.process.stdin is not None
        left = memoryview(line)
        while left:
            left = left[self.process.stdin.write(left) or 0 :]

    def hear(self) -> Message:
        """The next line, which must come."""
        assert self.process.stdout is not None
        while b"\n" not in self._left:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            assert ready, "nothing was said"
            piece = os.read(self.process.stdout.fileno(), 1 << 20)
            assert piece, "the bridge has ended"
            self._left += piece
        line, _, rest = bytes(self._left).partition(b"\n")
        self._left = bytearray(rest)
        found: Message = json.loads(line)
        return found

    def call(self, to: Any, **arguments: Any) -> Message:
        """What a call of the tool is answered."""
        self.say("tools/call", to, name="echo", arguments=arguments)
        return self.hear()

    def agree(self) -> None:
        """Begin as clients do that know sessions."""
        self.say("initialize", "begin", **INITIALIZE)
        assert self.hear()["result"]["protocolVersion"] == double.VERSION
        self.say("notifications/initialized")

    def end(self) -> int:
        """Hang up; how the bridge ended."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(PATIENCE)


@contextmanager
def bridge_to(home: Path, *more: str) -> Iterator[Speaker]:
    """A bridge as a client starts it."""
    command = [sys.executable, "-m", "assent_service", "mcp", "--home", str(home), *more]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    with process:
        try:
            yield Speaker(process)
        finally:
            process.kill()
