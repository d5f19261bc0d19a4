"""What a supervisor is told (sd_notify(3)): ready, what is going on, alive, ending."""

import contextlib
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

SOCKET, WATCHDOG, WATCHDOG_PROCESS = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Sends datagrams to whoever started this process and asked for them; to nobody otherwise."""

    address: str = ""
    watchdog: float | None = None
    """Seconds within which it wants to hear `alive`, if it does."""

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "Supervisor":
        """The supervisor that the environment names."""
        address = environment.get(SOCKET, "")
        asked, process = environment.get(WATCHDOG, ""), environment.get(WATCHDOG_PROCESS, "")
        ours = process in ("", str(os.getpid()))
        seconds = int(asked) / 1e6 if asked.isdigit() and ours else None
        return cls(address, seconds)

    def ready(self, status: str) -> None:
        """All is up."""
        self._send(f"READY=1\nSTATUS={_line(status)}\nMAINPID={os.getpid()}")

    def status(self, text: str) -> None:
        """What is going on, in a line."""
        self._send(f"STATUS={_line(text)}")

    def alive(self) -> None:
        """The event loop turns."""
        if self.watchdog is not None:
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self.address or not hasattr(socket, "AF_UNIX"):
            return
        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        # A supervisor that has gone away is no reason to stop.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
            one.settimeout(1)
            one.sendto(message.encode(), name)


def _line(text: str) -> str:
    return " ".join(text.split())
