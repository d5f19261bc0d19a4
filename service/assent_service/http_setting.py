"""Whether Streamable HTTP is on, and at which port: the owner's word, kept in the home."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from assent_schemas.errors import Problem, StoreError
from assent_schemas.places import DoorFolder
from assent_service.doorway import make_private, put_private

_LARGEST_PORT = 65535
PATH = "/mcp"


@dataclass(frozen=True, slots=True)
class HttpSetting:
    """Off, until the owner says otherwise; a port once given is kept while it is off."""

    on: bool = False
    port: int | None = None

    @property
    def url(self) -> str | None:
        """Where clients come to."""
        return None if self.port is None else f"http://127.0.0.1:{self.port}{PATH}"

    def set(self, *, on: bool, port: int | None) -> "HttpSetting":
        """This with what is given."""
        return replace(self, on=on, port=self.port if port is None else port)

    @classmethod
    def of(cls, home: Path) -> "HttpSetting":
        """What is kept; what cannot be read counts as off."""
        try:
            match json.loads(_file(home).read_bytes()):
                case {"on": bool(on), "port": int(port)} if 0 < port <= _LARGEST_PORT:
                    return cls(on, port)
        except (OSError, ValueError):
            pass
        return cls()

    def keep(self, home: Path) -> None:
        """Raises StoreError."""
        try:
            make_private(_file(home).parent)
            put_private(_file(home), json.dumps(asdict(self)))
        except OSError as error:
            detail = f"{_file(home)}: {error.strerror or error}."
            problem = Problem("http.not_kept", "The setting cannot be kept", detail)
            raise StoreError(problem) from error


def _file(home: Path) -> Path:
    return DoorFolder.of_agents(home).path / "http.json"
