"""Collecting what is wrong with a file, so that a person hears of all of it at once."""

from dataclasses import dataclass, field

from assent_schemas.errors import InputFileError, Problem

MOST = 50
_REMEDY = "Correct the file and import it again; nothing was taken over."


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a kind of file is called in error codes, and the columns of its header."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


@dataclass(frozen=True, slots=True)
class Faults:
    """The problems of one file, at most 50."""

    kind: FileKind
    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, reason: str, line: int = 0, column: str = "") -> None:
        """Note one fault; `line` counts from 1, 0 and "" stand for the file as a whole."""
        if self.full:
            return
        where = self.file
        where += f", line {line}" if line else ""
        where += f", column {column}" if column else ""
        title = f"The {self.kind.name} file cannot be used"
        detail = f"{where}: {reason}."
        self.problems.append(Problem(f"{self.kind.name}.{code}", title, detail, _REMEDY))

    @property
    def full(self) -> bool:
        """Whether enough has been found to stop reading."""
        return len(self.problems) >= MOST

    def refuse(self) -> None:
        """Raise InputFileError if anything was found."""
        if self.problems:
            raise InputFileError(self.problems)
