"""Watched files: how each stood when its trigger was last told, and what has changed unwatched."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from assent_engine.scheduling import keys
from assent_engine.store.records import FileForgotten, FileSeen, FilesForgotten, Record
from assent_engine.store.rows import TriggerRow
from assent_schemas.triggers import AnyTrigger, FileTrigger

UNWATCHED = "unwatched"
"""Why a change is caught up: nothing watched when it came."""
_ALL = ""
_LOOKED_AT = (0, 0)
"""How `_ALL` stands once all files were looked at; a restore makes it stand otherwise."""


class FileState(NamedTuple):
    """How a file stands: its size in bytes, and when it was changed, in nanoseconds."""

    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Survey:
    """How the files stand beneath a watched path; `whole` unless there are too many of them.

    `young` are those that may be changing still: of them it is to be told once they are at rest.
    """

    files: Mapping[str, FileState] = field(default_factory=dict)
    whole: bool = True
    young: frozenset[str] = frozenset()


def watches(rule: AnyTrigger, path: str) -> bool:
    """Whether a trigger is due by a file, which is named by its path beneath `files`."""
    watched = rule.path if isinstance(rule, FileTrigger) else ""
    return path == watched or path.startswith(f"{watched}/")


def watched(rows: Iterable[TriggerRow]) -> set[str]:
    """The paths that triggers watch."""
    rules = [keys.read(row.document) for row in rows]
    return {one.path for one in rules if isinstance(one, FileTrigger)}


def seen(row: TriggerRow, path: str, state: FileState | None) -> list[Record]:
    """What keeps in mind how a file stands, or that it is gone."""
    key = row.policy_id, row.trigger
    return [FileForgotten(*key, path) if state is None else FileSeen(*key, path, *state)]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What became of a survey: the changed files, and those of them that are to be at rest yet."""

    changed: dict[str, FileState] = field(default_factory=dict)
    waits: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a survey says to a trigger that knows how its files stood."""

    row: TriggerRow
    survey: Survey
    before: Mapping[str, tuple[int, int]]

    @property
    def first(self) -> bool:
        """Whether the files were never looked at whole: nothing is known to have changed."""
        return _ALL not in self.before

    @property
    def restored(self) -> bool:
        """Whether the home was restored since: what has changed may have been acted upon."""
        return self.before.get(_ALL, _LOOKED_AT) != _LOOKED_AT

    @property
    def waits(self) -> frozenset[str]:
        """The changed files of which it is to be told once they are at rest."""
        return frozenset() if self.restored else self.survey.young.intersection(self.changed)

    @property
    def changed(self) -> list[str]:
        """The files that are new or stand otherwise, in order."""
        if self.first or not self.survey.whole:
            return []
        files = self.survey.files
        return sorted(path for path, state in files.items() if self.before.get(path) != state)

    def records(self) -> Iterator[Record]:
        """What keeps in mind how the files stand now."""
        key = self.row.policy_id, self.row.trigger
        if not self.survey.whole:
            yield FilesForgotten(*key)
            return
        if self.first or self.restored:
            yield FileSeen(*key, _ALL, *_LOOKED_AT)
        waits = self.waits
        for path, state in self.survey.files.items():
            if self.first or (path not in waits and self.before.get(path) != state):
                yield from seen(self.row, path, state)
        for path in self.before.keys() - self.survey.files.keys() - {_ALL}:
            yield FileForgotten(*key, path)
