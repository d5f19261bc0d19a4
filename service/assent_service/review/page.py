"""What a review page holds, in the order in which it is read; the templates lay it out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from assent_engine.reading import Section
from assent_schemas.errors import Problem

Tone = Literal["calm", "wary", "alarming", "done", "plain"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value; `theirs` marks the words of whoever wrote the policy."""

    label: str
    value: str
    theirs: bool = False


@dataclass(frozen=True, slots=True)
class Banner:
    """How it stands, or how risky it is, in one line and what follows from it."""

    tone: Tone
    title: str
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """One change of what may happen; `where` it comes from, if that is one place."""

    weight: str
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the document."""

    kind: str
    where: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Against the version in force, its risk first."""

    tone: Tone
    verdict: str
    against: str
    risks: Sequence[Risk]
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of an order, digit for digit; numbers are aligned."""

    text: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Orders:
    """Calls of one resource whose inputs have the same fields: a row for each, as numbered."""

    resource: str
    risk: str
    headings: Sequence[str]
    rows: Sequence[tuple[int, Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class Field:
    """What the owner may say with a decision, beside the yes or no."""

    name: str
    label: str
    hint: str
    longest: int


@dataclass(frozen=True, slots=True)
class Form:
    """The decision: `ticket` is good once, and only with the hash of what is shown here."""

    ticket: str
    hash: str
    yes: str
    no: str
    fields: Sequence[Field] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One approval, whole."""

    kind: str
    heading: str
    words: str
    facts: Sequence[Fact]
    standing: Banner | None
    risk: Banner | None
    orders: Sequence[Orders] | None
    difference: Difference | None
    sections: Sequence[Section]
    problems: Sequence[Problem]
    exact_title: str
    exact: Sequence[str]
    hash: str
    told: Problem | None = None
    form: Form | None = None
    details: Sequence[str] = field(default=())
