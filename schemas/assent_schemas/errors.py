"""The one error shape of every door.

AssentError
├── PolicyInvalid   a document that cannot be accepted, with every problem in it
├── Refused         an action the engine will not take (not approved, tampered, locked, ...)
├── InputFileError  a person's file that cannot be read, with line and column
└── StoreError      the home or its database cannot be used
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

Operation = dict[str, Any]
"""One operation of a JSON Patch, RFC 6902."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in words a person or an agent can act on.

    `code` is stable across releases; `pointer` is an RFC 6901 JSON Pointer into the
    document at hand ("" is the whole of it, None where there is no document). `fix` is the one
    obvious repair of that document, as RFC 6902 operations.
    """

    code: str
    title: str
    detail: str
    remedy: str = ""
    pointer: str | None = None
    fix: tuple[Operation, ...] | None = field(default=None, hash=False)

    def as_json(self) -> dict[str, Any]:
        """The fields by name; `fix` only where there is one."""
        shown = asdict(self)
        fix = shown.pop("fix")
        return shown if fix is None else {**shown, "fix": list(fix)}


class AssentError(Exception):
    """The root of every error that is meant for a reader; carries at least one Problem."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(f"{p.code}: {p.detail}" for p in self.problems))

    @property
    def problem(self) -> Problem:
        """The first problem, the one that decides."""
        return self.problems[0]


class PolicyInvalid(AssentError):
    """A policy document that cannot be accepted; `problems` holds all that was found."""


class Refused(AssentError):
    """An action that the engine will not take, and why."""


class InputFileError(AssentError):
    """A file of the person's that cannot be used; nothing of it was taken over."""


class StoreError(AssentError):
    """The home folder or the database in it cannot be used."""


def pointer(*parts: str | int) -> str:
    """Join reference tokens into an RFC 6901 JSON Pointer."""
    return "".join(f"/{escape_token(str(part))}" for part in parts)


def replacing(where: str, value: Any) -> tuple[Operation]:
    """A fix that puts another value at a place."""
    return ({"op": "replace", "path": where, "value": value},)


def escape_token(token: str) -> str:
    """Escape one reference token as RFC 6901 section 3 asks."""
    return token.replace("~", "~0").replace("/", "~1")
