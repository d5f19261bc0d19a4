"""An independent reading of the rules on due times: each one by itself, by its rank and its age."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
MINUTE = timedelta(minutes=1)
WEEK = 604_800


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Due at `first + n * every`: what the schedules of these tests come down to."""

    trigger: Json
    first: datetime
    every: timedelta

    def between(self, after: datetime, until: datetime) -> list[datetime]:
        """The due times after one moment, up to another."""
        at = max(0, (after - self.first) // self.every + 1)
        found = []
        while (due := self.first + at * self.every) <= until:
            found.append(due)
            at += 1
        return found


@dataclass(slots=True)
class Trigger:
    """One trigger as the rules have it; `fates` is what each due time came to, in words."""

    rhythm: Rhythm
    settled: datetime
    fates: dict[datetime, str] = field(default_factory=dict)

    def look(self, now: datetime) -> None:
        """What a look at a moment makes of what was due since the last one."""
        dues = self.rhythm.between(self.settled, now)
        for newer, due in enumerate(reversed(dues)):
            self.fates.setdefault(due, self._fate(due, dues[-1], newer, now))
        self.settled = max(self.settled, now)

    def _fate(self, due: datetime, newest: datetime, newer: int, now: datetime) -> str:
        rule = self.rhythm.trigger.get("catch_up", {})
        missed = rule.get("missed", "latest")
        on_time = now - newest <= MINUTE
        if on_time and due == newest:
            return "ran"
        if missed == "none":
            return "skipped missed"
        stands = rule.get("most", 10) + on_time if missed == "all" else 1
        if newer >= stands:
            return "skipped later_one"
        if (now - due).total_seconds() > rule.get("within_seconds", WEEK):
            return "skipped too_late"
        return "asked" if missed == "ask" else "caught_up"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
