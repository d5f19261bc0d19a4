"""Telling time: moments in the owner's zone, and how long there is until then."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assent_engine.moments import moment
from assent_engine.reading.schedule import moment_words
from assent_engine.reading.wording import counted

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass(frozen=True, slots=True)
class Watch:
    """The moment of the look, and the zone to tell others in."""

    now: datetime
    zone: ZoneInfo

    def when(self, text: str) -> str:
        """A moment with its day."""
        return moment_words(moment(text), self.zone)

    def at(self, text: str) -> str:
        """A moment shortly: today by its time alone."""
        local = moment(text).astimezone(self.zone)
        today = local.date() == self.now.astimezone(self.zone).date()
        return f"at {local:%H:%M}" if today else f"on {self.when(text)}"

    def until(self, text: str) -> str:
        """A moment to come, and how far it is."""
        left = moment(text) - self.now
        return f"{self.when(text)}{f', {_left(left)} left' if left > timedelta(0) else ''}"


def _left(left: timedelta) -> str:
    """In the largest unit that fits."""
    seconds = int(left.total_seconds())
    for size, unit in _UNITS:
        if seconds >= size:
            return counted(seconds // size, unit)
    return "less than a minute"
