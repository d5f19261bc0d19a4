"""The client's side: lines that come from standard input, lines that go to standard output."""

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from assent_service.bridge.lines import AT_ONCE, lines

LONGEST = 16 << 20
"""Bytes of a line that are read at all; the door takes fewer."""


@dataclass(frozen=True, slots=True)
class ClientSide:
    """Nothing but MCP goes out here; each line whole, whoever writes."""

    incoming: int
    outgoing: int
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of_this_process(cls) -> "ClientSide":
        """Standard input and output; some clients hand over pipes that do not block."""
        here = cls(sys.stdin.fileno(), sys.stdout.fileno())
        if os.name == "posix":
            os.set_blocking(here.incoming, True)
            os.set_blocking(here.outgoing, True)
        return here

    def lines(self) -> Iterator[bytes | None]:
        """What the client says, until it has nothing more to say; None for a line too long."""
        return lines(lambda: os.read(self.incoming, AT_ONCE), LONGEST)

    def tell(self, line: bytes) -> None:
        """Write a line; where nobody reads any more, there is nothing left to do."""
        left = memoryview(line)
        with self._turn:
            try:
                while left:
                    left = left[os.write(self.outgoing, left) :]
            except OSError:
                os._exit(0)
