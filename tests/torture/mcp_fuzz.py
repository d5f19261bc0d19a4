"""Messages of both eras, changed by chance, at the real door over its real socket and port.

Whatever comes: it goes on answering, tells nothing of its inside, answers only what was asked, and
loses no answer of another client. A case is MESSAGES messages over one connection.
"""

import atexit
import http.client
import json
import random
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

from torture.mcp_messages import conversation, line

MESSAGES = 500
CASES = 2000
TRIED_TOO = ("service/assent_service/agent_door", "service/assent_service/web")
PATIENCE = 60
EACH_WAY = 50
"""Messages between two questions of the witness."""
LEAK = re.compile(
    rb"Traceback|File \\?\"|site-packages|pydantic|msgspec|asyncio|anyio|object at 0x"
    rb"|(?:Value|Type|Key|Attribute|Index|Recursion|Assertion|Runtime|Unicode\w+|Overflow)Error"
)


@dataclass(slots=True)
class Door:
    """Where the tormented door is."""

    process: "subprocess.Popen[str]"
    socket: str
    port: int
    tokens: dict[str, str]


@cache
def door(folder: Path) -> Door:
    """One door for all cases of a process; it ends with it."""
    home = folder / f"mcp-{random.SystemRandom().randrange(10**9)}"
    process = subprocess.Popen(
        [sys.executable, "-m", "torture.mcp_door", str(home)],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    atexit.register(process.communicate)
    told = json.loads(process.stdout.readline())
    return Door(process, told["socket"], told["port"], told["tokens"])


def case(number: int, seed: str, folder: Path) -> Mapping[str, int]:
    """MESSAGES messages: by the socket in either era, and each fifth case by HTTP."""
    chance, at = random.Random(f"{seed}/{number}"), door(folder)
    with witnessed(at) as witness:
        if number % 5:
            return _by_socket(chance, at, witness)
        return _by_http(chance, at, witness)


@dataclass(slots=True)
class Line:
    """A connection to the socket; `heard` is every line that came."""

    end: socket.socket
    file: Any = field(init=False)

    def __post_init__(self) -> None:
        self.end.settimeout(PATIENCE)
        self.file = self.end.makefile("rb")

    def say(self, *lines: bytes) -> None:
        self.end.sendall(b"\n".join((*lines, b"")))

    def hear(self) -> bytes:
        found: bytes = self.file.readline()
        assert found, "the door hung up"
        return found


@contextmanager
def connected(at: Door, name: str) -> Iterator[Line]:
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(at.socket)
        found = Line(end)
        found.say(_said({"assent": 1, "client": name, "token": at.tokens[name]}))
        with found.file:
            yield found


@dataclass(slots=True)
class Witness:
    """Another client, which has to hear its own answers and no other, in their order."""

    line: Line
    asked: int = 0

    def look(self) -> None:
        """Ask once more; raises AssertionError where the answer is not to this."""
        self.asked += 1
        params = {"name": "status", "arguments": {}}
        self.line.say(_said(_request(self.asked, "tools/call", params)))
        said = json.loads(self.line.hear())
        assert said["id"] == self.asked, said
        assert said["result"]["structuredContent"]["you"] == "witness", said


@contextmanager
def witnessed(at: Door) -> Iterator[Witness]:
    with connected(at, "witness") as found:
        hello, ready = conversation("old")[:2]
        found.say(_said(hello), _said(ready))
        assert "result" in json.loads(found.hear())
        yield Witness(found)


def _by_socket(chance: random.Random, at: Door, witness: Witness) -> Mapping[str, int]:
    era = chance.choice(("old", "new"))
    with connected(at, "fuzzed") as found:
        ids: set[str] = {"null"}
        heard: Counter[str] = Counter()
        hearing = _Hearing(found, ids, heard)
        hearing.start()
        for number, said in enumerate(_messages(chance, era, MESSAGES)):
            ids |= _ids(said)
            found.say(said)
            if number % EACH_WAY == 0:
                witness.look()
        last = _request("last", "ping", {})
        ids.add('"last"')
        found.say(_said(last))
        hearing.join(PATIENCE)
        assert not hearing.is_alive(), "the last request was not answered"
        assert hearing.wrong is None, hearing.wrong
    witness.look()
    return heard


class _Hearing(Thread):
    """Reads what the door says until the last request is answered; `wrong` is what must not be."""

    def __init__(self, found: Line, ids: set[str], heard: "Counter[str]") -> None:
        super().__init__(daemon=True)
        self.found, self.ids, self.heard = found, ids, heard
        self.wrong: str | None = None

    def run(self) -> None:
        try:
            while not self._take(self.found.hear()):
                pass
        except (AssertionError, OSError, ValueError) as error:
            self.wrong = repr(error)

    def _take(self, said: bytes) -> bool:
        answer = json.loads(said)
        assert not LEAK.search(said), said[:2000]
        if "method" in answer:
            self.heard["notified"] += 1
            return False
        assert json.dumps(answer["id"]) in self.ids, said[:2000]
        self.heard[_kind(answer)] += 1
        return bool(answer["id"] == "last")


def _by_http(chance: random.Random, at: Door, witness: Witness) -> Mapping[str, int]:
    heard: Counter[str] = Counter()
    session = _session(at)
    for number, said in enumerate(_messages(chance, "new", MESSAGES)):
        status, body = _posted(at, said, _headers(chance, said, session))
        assert status < 500 or status == 503, (status, body[:2000])
        assert not LEAK.search(body), body[:2000]
        heard[f"http {status}"] += 1
        if number % EACH_WAY == 0:
            witness.look()
    assert _posted(at, _said(_request(1, "ping", {})), session)[0] == 200
    return heard


def _posted(at: Door, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """The answer to one request; of a stream that stays open its first part."""
    link = http.client.HTTPConnection("127.0.0.1", at.port, timeout=PATIENCE)
    try:
        known = {
            "authorization": f"Bearer fuzzed.{at.tokens['fuzzed']}",
            "accept": "application/json, text/event-stream",
            "content-type": "application/json",
        }
        link.request("POST", "/mcp", body, {**known, **headers})
        said = link.getresponse()
        stream = "event-stream" in (said.getheader("content-type") or "")
        return said.status, said.read1() if stream else said.read()
    finally:
        link.close()


def _session(at: Door) -> Mapping[str, str]:
    link = http.client.HTTPConnection("127.0.0.1", at.port, timeout=PATIENCE)
    try:
        headers = {
            "authorization": f"Bearer fuzzed.{at.tokens['fuzzed']}",
            "accept": "application/json, text/event-stream",
            "content-type": "application/json",
        }
        link.request("POST", "/mcp", _said(conversation("old")[0]), headers)
        return {"mcp-session-id": link.getresponse().getheader("mcp-session-id") or ""}
    finally:
        link.close()


def _headers(chance: random.Random, said: bytes, session: Mapping[str, str]) -> Mapping[str, str]:
    """Those of either era, some of them wrong."""
    if chance.random() < 0.4:
        return session if chance.random() < 0.9 else {"mcp-session-id": "0" * 32}
    try:
        told = json.loads(said)
        method, name = told["method"], told["params"].get("name") or told["params"].get("uri")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        method, name = "tools/call", "status"
    found = {"mcp-protocol-version": "2026-07-28", "mcp-method": method, "mcp-name": name}
    if chance.random() < 0.1:
        found[chance.choice([*found])] = chance.choice(("", "x" * 3000, "1999-01-01", "é"))
    texts = {key: str(one).encode("latin-1", "replace") for key, one in found.items() if one}
    return {key: re.sub(rb"[\r\n\0]", b"?", one).decode("latin-1") for key, one in texts.items()}


def _messages(chance: random.Random, era: str, count: int) -> Iterator[bytes]:
    talk = conversation(era)
    for one in talk[:2] if era == "old" else talk[:1]:
        yield _said(one)
    for number in range(count):
        message = deepcopy(chance.choice(talk))
        if "id" in message:
            message["id"] = number
        yield line(message, chance)


def _ids(said: bytes) -> set[str]:
    """Every id that may have been read in a line, however it was spoilt, as JSON."""
    found = set(re.findall(rb'"id"\s*:\s*(-?\d+|"(?:[^"\\]|\\.)*")', said))
    return {_normal(one) for one in found} | {"0"}


def _normal(text: bytes) -> str:
    try:
        return json.dumps(json.loads(text))
    except (ValueError, UnicodeDecodeError):
        return text.decode("utf-8", "replace")


def _kind(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"error {answer['error']['code']}"
    return "refused" if answer["result"].get("isError") else "answered"


def _request(about: int | str, method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": about, "method": method, "params": params}


def _said(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode()
