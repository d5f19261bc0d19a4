"""Retracing: a run walked through again from its journal alone, to see where each scope stood."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assent_engine.effects import (
    CANCELLED,
    UNDO,
    Checkpoint,
    Failed,
    Fork,
    Outcome,
    ScopeSpec,
    child_path,
)
from assent_engine.interpreter import ROOT, run_scope
from assent_engine.runner.branches import breach_outcomes
from assent_engine.runner.driver import Driver
from assent_engine.runner.halts import Parked
from assent_engine.runner.recorder import NotRecorded
from assent_engine.store.records import JournalEntry
from assent_schemas import exact_json

FIRST = "1"
"""The attempt that a visit begins with, when it is done anew."""
_LASTING = ("now", "items", "results")


async def no_permit() -> None:
    """A retraced run may do nothing."""
    raise NotRecorded


@dataclass(slots=True)
class Traced:
    """One scope: the visit it came to, and how it ended; None where it was stopped."""

    visit: str = ""
    outcome: Outcome | None = None


@dataclass(slots=True)
class Retracing:
    """Walks one run by a driver that holds a NoPen and `no_permit`.

    `cursors` are those of the root at each of its states, by the key of the visit.
    """

    driver: Driver
    scopes: dict[str, Traced] = field(default_factory=dict)
    cursors: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def run(self) -> None:
        """Fill `scopes` and `cursors`; raises NeedsOwner where the journal does not fit."""
        try:
            await self._scope(ScopeSpec("", ROOT, self.driver.header.input), "")
        except (NotRecorded, Parked):
            return

    async def _scope(self, spec: ScopeSpec, path: str) -> Outcome:
        traced = self.scopes.setdefault(path, Traced())
        driver = self.driver
        effects = run_scope(driver.program, driver.header, spec, path)
        answer: Any = None
        while True:
            try:
                effect = effects.send(answer)
            except StopIteration as end:
                outcome: Outcome = end.value
                traced.outcome = outcome
                return outcome
            match effect:
                case Checkpoint():
                    answer = None
                    traced.visit = effect.key
                    if path == "":
                        self.cursors[effect.key] = effect.cursor.as_json()
                case Fork():
                    answer = await self._fork(effect, path)
                case _:
                    answer = await driver.perform(effect, path, driver.budget)

    async def _fork(self, fork: Fork, path: str) -> list[Outcome]:
        breach = self.driver.recorded_breach(fork, path)
        outcomes: list[Outcome] = []
        for spec in fork.scopes:
            try:
                outcomes.append(await self._scope(spec, child_path(path, fork.key, spec.id)))
            except NotRecorded:
                continue
        if breach is not None:
            return breach_outcomes(fork, breach)
        if len(outcomes) < len(fork.scopes):
            raise NotRecorded
        return outcomes


def spoilt(scopes: dict[str, Traced], entries: list[JournalEntry]) -> list[int]:
    """The numbers of the entries that hold what failed, from the root down to each cause.

    Without them a replay does the failed work anew, and that alone: what was done stays done.
    """
    return sorted({*_Spoilt(scopes, entries).below(""), *_stopped(entries)})


class _Spoilt:
    def __init__(self, scopes: dict[str, Traced], entries: list[JournalEntry]) -> None:
        self.scopes = scopes
        self.entries: dict[str, list[JournalEntry]] = defaultdict(list)
        for entry in entries:
            self.entries[entry.scope].append(entry)
        self.children: dict[str, list[str]] = defaultdict(list)
        for scope in scopes:
            if scope:
                above = scope.rstrip("/").rsplit("/", 2)[0]
                self.children[f"{above}/"].append(scope)

    def below(self, path: str) -> Iterator[int]:
        """Of a scope that failed: what its last visit came to, and why."""
        traced = self.scopes[path]
        if not isinstance(traced.outcome, Failed):
            return
        own = [e for e in self.entries[path] if e.key.partition("/")[0] == traced.visit]
        # One that acted, and failed over what came after, would fail again or act twice.
        if any(_acted(entry) for entry in own):
            return
        yield from (entry.seq for entry in own if entry.kind not in _LASTING)
        for child in self.children[f"{path}{traced.visit}/"]:
            attempt = child.rstrip("/").rsplit("/", 2)[1]
            yield from self.below(child) if attempt == FIRST else self._all(child)

    def _all(self, path: str) -> Iterator[int]:
        inside = (scope for scope in self.entries if scope.startswith(path))
        yield from (entry.seq for scope in inside for entry in self.entries[scope])


def _acted(entry: JournalEntry) -> bool:
    """Whether a side effect, or a called run, was done."""
    marks = {"step": "saga", "called": "ok"}
    return entry.kind in marks and marks[entry.kind] in exact_json.decode(entry.data)


def _stopped(entries: list[JournalEntry]) -> Iterator[int]:
    """Calls that were recorded as not done because their scope was stopped.

    Not those of reversals: each goes on by itself, from where it was stopped.
    """
    entries = [entry for entry in entries if not entry.scope.startswith(UNDO)]
    # The last one counts: a call that was stopped may have been done since, by a redrive.
    last = {(entry.scope, entry.key): entry.data for entry in entries if entry.kind == "step"}
    ended = {at for at, data in last.items() if exact_json.decode(data).get("error") == CANCELLED}
    kinds = ("intent", "settling", "step", "withdrawn", "decided")
    yield from (
        entry.seq for entry in entries if entry.kind in kinds and (entry.scope, entry.key) in ended
    )
