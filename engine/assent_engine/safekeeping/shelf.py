"""Where backups stand and what they are called, so that the newest is known by its name."""

from datetime import UTC, datetime
from pathlib import Path

FOLDER = "backups"
SUFFIX = ".assent-backup"


def place(home: Path, now: datetime) -> Path:
    """The file for a backup that is made now; its folder is made when it is needed."""
    folder = home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{now.astimezone(UTC):%Y-%m-%dT%H%M%S.%fZ}{SUFFIX}"


def newest(home: Path) -> Path | None:
    """The newest backup in a home."""
    return max((home / FOLDER).glob(f"*{SUFFIX}"), default=None)
