"""Where things lie that the service and its clients have to agree on: the home, and its doors."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

VARIABLE = "ASSENT_HOME"
DOOR = "owner-door"
"""The folder of the owner door in a home, open to its owner alone."""
AGENTS = "agent"
"""The folder of the agent door in a home, open to its owner alone."""
CLIENTS = "clients"
"""The folder of the clients' tokens in a home, open to its owner alone."""
HOST = "assent"
"""The one name that the door answers to: no page in a browser can ask for it."""


def home_folder(given: str | Path | None = None) -> Path:
    """The folder given, else ASSENT_HOME, else the platform's own place for data."""
    chosen = given or os.environ.get(VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else own_folder()


def own_folder() -> Path:
    """The platform's own place for our data."""
    from platformdirs import user_data_path

    return user_data_path("assent", appauthor=False).absolute()


def token_file(home: Path, client: str) -> Path:
    """Where the token of an MCP client lies; its name is one that a file can have."""
    return home / CLIENTS / f"{client}.token"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service listens: a Unix socket, or a port of the loopback interface."""

    socket: str | None = None
    port: int | None = None

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> "Address":
        """What `as_json` wrote; raises ValueError for anything else."""
        found = json.loads(text)
        match found:
            case {"socket": str(path), "port": None}:
                return cls(socket=path)
            case {"socket": None, "port": int(port)}:
                return cls(port=port)
        raise ValueError("this is no address of a door")


@dataclass(frozen=True, slots=True)
class DoorFolder:
    """The files of a door; that of agents has no token of its own."""

    path: Path
    socket_name: str = "socket"

    @classmethod
    def of(cls, home: Path) -> "DoorFolder":
        """The owner door's."""
        return cls(home / DOOR)

    @classmethod
    def of_agents(cls, home: Path) -> "DoorFolder":
        """The agent door's."""
        return cls(home / AGENTS, "door.sock")

    @property
    def socket(self) -> Path:
        return self.path / self.socket_name

    @property
    def address(self) -> Path:
        return self.path / "address.json"

    @property
    def token(self) -> Path:
        return self.path / "token"
