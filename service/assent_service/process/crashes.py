"""Crashes: starts that had no end are counted, and too many in a row hold the engine."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from assent_engine import durable
from assent_engine.moments import moment, timestamp

MOST = 5
WITHIN = timedelta(minutes=2)
_KEPT = 20
REMEDY = "Look at the log: assent service logs. To try again: assent service stop, then start."


@dataclass(slots=True)
class CrashLog:
    """A small file in the home: when the service was found to have crashed, the latest last.

    A start writes a mark, a clean end takes it away; who finds one at the start follows a crash.
    A clean end in safe mode forgets the crashes, so that the owner can try again.
    """

    home: Path
    crashes: list[datetime] = field(default_factory=list)
    began: datetime | None = None
    """The start without an end that a look has found: it runs, or it crashed."""

    def begin(self, now: datetime) -> datetime | None:
        """Note a start, and the crash of the former process: when that was started, if it was."""
        self.crashes, crashed = self._read()
        if crashed is not None:
            self.crashes = [*self.crashes, now][-_KEPT:]
        self._write(now)
        return crashed

    def end(self) -> None:
        """Note a clean end."""
        if self.too_many:
            self.crashes = []
        self._write(None)

    @property
    def too_many(self) -> bool:
        """Whether the last MOST crashes lie WITHIN each other's reach of the newest one."""
        last = self.crashes[-MOST:]
        return len(last) == MOST and last[-1] - last[0] <= WITHIN

    @property
    def reason(self) -> str:
        """Why the engine is held, if it is; else an empty text."""
        if not self.too_many:
            return ""
        return f"The service crashed {MOST} times within {WITHIN.seconds} seconds."

    def look(self) -> "CrashLog":
        """Read what stands there, and change nothing."""
        self.crashes, self.began = self._read()
        return self

    @property
    def _file(self) -> Path:
        return self.home / "crashes.json"

    def _read(self) -> tuple[list[datetime], datetime | None]:
        """The crashes, and the start without an end; a file that makes no sense says nothing."""
        try:
            said = json.loads(self._file.read_text(encoding="utf-8"))
            running = None if said["running"] is None else moment(said["running"])
            return [moment(one) for one in said["crashes"]][-_KEPT:], running
        except (OSError, ValueError, KeyError, TypeError):
            return [], None

    def _write(self, running: datetime | None) -> None:
        said = {
            "crashes": [timestamp(one) for one in self.crashes],
            "running": None if running is None else timestamp(running),
        }
        durable.write(self._file, json.dumps(said))
