"""Notices: what the owner should see, recorded durably once per key; nothing here draws."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class NoticeLevel(StrEnum):
    """How much a notice matters."""

    INFO = "info"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell the owner. `key` makes it single; `run_id` is "" outside runs."""

    key: str
    text: str
    level: NoticeLevel = NoticeLevel.INFO
    run_id: str = ""


class NoticeBoard(Protocol):
    """Where notices are recorded; a part of the world for steps that tell the owner something."""

    async def post(self, notice: Notice) -> bool:
        """Record it; False when its key stands there already."""
        ...

    async def find(self, key: str) -> Notice | None:
        """The notice of that key, if it was recorded."""
        ...


class MemoryNotices:
    """A notice board that forgets: for simulations, where nobody is told anything."""

    def __init__(self) -> None:
        self.posted: dict[str, Notice] = {}

    async def post(self, notice: Notice) -> bool:
        return self.posted.setdefault(notice.key, notice) is notice

    async def find(self, key: str) -> Notice | None:
        return self.posted.get(key)
