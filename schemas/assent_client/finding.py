"""Finding the service of a home: its address and its token, as it left them for its owner."""

from dataclasses import dataclass
from pathlib import Path

from assent_schemas.errors import Problem, Refused
from assent_schemas.places import Address, DoorFolder


@dataclass(frozen=True, slots=True)
class Found:
    """Where a service listens, and what opens its door; the token never shows."""

    address: Address
    token: str

    def __repr__(self) -> str:
        return f"Found({self.address})"


def find(home: Path) -> Found | None:
    """What a service left in a home; None where there is none, or it is not for us to read.

    It may be that of a service which is gone.
    """
    folder = DoorFolder.of(home)
    try:
        address = Address.read(folder.address.read_text(encoding="utf-8"))
        return Found(address, folder.token.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def not_running(home: Path) -> Refused:
    """That no service answers for a home."""
    detail = f"No service answers for the home {home}."
    remedy = "Start it: assent service start"
    return Refused(Problem("service.not_running", "The service does not run", detail, remedy))
