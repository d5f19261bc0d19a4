"""The service's log: one JSON object a line, in files of bounded size and number."""

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from assent_engine.moments import timestamp

LOGGER = "assent"
BYTES = 2 * 1024 * 1024
FILES = 4
"""Files kept beside the one that is written: together at most 10 MiB."""
LONGEST = 8 * 1024
"""Characters of a message or a traceback that are kept."""
_SAID = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def log_file(home: Path) -> Path:
    """Where a home's service writes its log."""
    return home / "logs" / "service.jsonl"


class JsonLines(logging.Formatter):
    """A record as one line of JSON: at, level, message, from, error, and what `extra` gave."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, object] = {
            "at": timestamp(at),
            "level": record.levelname.lower(),
            "message": record.getMessage()[:LONGEST],
            "from": record.name,
        }
        told |= {key: value for key, value in record.__dict__.items() if key not in _SAID}
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = "".join(traceback.format_exception(*record.exc_info))[-LONGEST:]
        return json.dumps(told, ensure_ascii=False, default=str)


class _Private(RotatingFileHandler):
    """A rotating file that nobody else may read."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(mode=0o600)
        return super()._open()


@contextmanager
def logging_to(home: Path) -> Iterator[logging.Logger]:
    """Write the service's own log, and warnings of the libraries, to the home."""
    file = log_file(home)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    handler = _Private(file, maxBytes=BYTES, backupCount=FILES, encoding="utf-8")
    handler.setFormatter(JsonLines())
    root, own = logging.getLogger(), logging.getLogger(LOGGER)
    before = own.level
    root.addHandler(handler)
    own.setLevel(logging.INFO)
    try:
        yield own
    finally:
        own.setLevel(before)
        root.removeHandler(handler)
        handler.close()


def files(home: Path) -> list[Path]:
    """The log's files, the one that is written first and then the older ones; all may be absent."""
    file = log_file(home)
    return [file, *(file.with_name(f"{file.name}.{number}") for number in range(1, FILES + 1))]


def entry(line: str) -> dict[str, Any]:
    """What a line of the log says; one that a crash has torn is its own message."""
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if isinstance(said, dict) and {"at", "level", "message"} <= said.keys():
        return said
    return {"at": "", "level": "torn", "message": line}


def tail(home: Path, lines: int) -> list[str]:
    """The last lines of the log, the oldest first."""
    found: list[str] = []
    for one in files(home):
        if len(found) >= lines or not one.exists():
            break
        found = one.read_text(encoding="utf-8", errors="replace").splitlines() + found
    return found[-lines:] if lines else []
