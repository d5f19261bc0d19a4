"""What a check of `assent doctor` finds; parts offer checks as entry points `assent.checks`."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Verdict(StrEnum):
    """How good a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and what to do about it ("" where nothing needs doing)."""

    verdict: Verdict
    finding: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """The fields by name."""
        return asdict(self)


class Check(Protocol):
    """Looks at one thing, changes nothing, and answers within seconds."""

    def __call__(self, home: Path) -> Finding: ...
