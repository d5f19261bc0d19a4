"""A policy read out: titled sections of plain sentences, and how they look as text."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines; a line holds no line break."""

    title: str
    lines: tuple[str, ...]

    def text(self) -> str:
        """The heading, its lines indented below it."""
        return "\n".join([self.title, *(f"  {line}" for line in self.lines)])


@dataclass(frozen=True, slots=True)
class Reading:
    """What a policy is and does, in the order in which a person should read it."""

    title: str
    sections: tuple[Section, ...]

    def text(self) -> str:
        """The whole reading, every line of a section indented below its heading."""
        return "\n\n".join([self.title, *(one.text() for one in self.sections)]) + "\n"

    def as_json(self) -> dict[str, Any]:
        """Title and sections as data."""
        sections = [{"title": one.title, "lines": list(one.lines)} for one in self.sections]
        return {"title": self.title, "sections": sections}
