"""Carrying out a policy's tests in virtual time: what differed, and what they covered."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from assent_engine.canned import answering, stand_ins
from assent_engine.interpreter import Taken
from assent_engine.moments import moment
from assent_engine.policy_tests.expected import mismatches
from assent_engine.reading.coverage import Coverage, coverage
from assent_engine.reading.proof import Proof
from assent_engine.reading.wording import name
from assent_engine.registry import StepRegistry
from assent_engine.simulate import Result, simulate
from assent_engine.validation import validate
from assent_schemas.errors import Problem, Refused
from assent_schemas.policy_tests import PolicyTest

PATIENCE = 20.0
"""Seconds by the wall clock that all tests of a policy may take together."""
MOST_TAKEN = 30_000
"""States and branches that one test may take, whatever the time: its trace is kept in memory."""
MOST_DIFFERENCES = 10
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
_TITLE = "A test of the policy fails"
_REMEDY = "Correct the policy or the test: assent policy test FILE"


class _GivenUpError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test, passed if it has no problems; these point into the policy document."""

    name: str
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        problems = [one.as_json() for one in self.problems]
        return {"name": self.name, "passed": self.passed, "problems": problems}


@dataclass(frozen=True, slots=True)
class Report:
    """All tests of a policy in their order, and what they covered together."""

    tests: tuple[Outcome, ...]
    coverage: Coverage

    @property
    def passed(self) -> bool:
        return all(one.passed for one in self.tests)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Those of all tests."""
        return tuple(problem for one in self.tests for problem in one.problems)

    @property
    def proof(self) -> Proof:
        """What a reader of the policy should know of it."""
        return Proof(sum(not one.passed for one in self.tests), self.coverage)

    def as_json(self) -> dict[str, Any]:
        tests = [one.as_json() for one in self.tests]
        return {"passed": self.passed, "tests": tests, "coverage": self.coverage.as_json()}


def run_tests(
    document: dict[str, Any],
    registry: StepRegistry,
    *,
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
) -> Report:
    """Carry out each test of a policy document; raises PolicyInvalid for a malformed policy.

    No step is called, whether it reads or acts: each needs a canned answer. A macro runs as a
    scope over canned steps, unless it has an answer itself. The tests together have `patience`
    seconds of `clock`; one that does not end within them fails, and so do those after it.
    """
    policy = validate(document, registry)
    watch = _Watch(clock, clock() + patience)
    bench = _Bench(document, registry, watch)
    tests = tuple(bench.outcome(at, test) for at, test in enumerate(policy.tests))
    return Report(tests, coverage(policy, watch.taken))


@dataclass(slots=True)
class _Watch:
    """The witness of all tests: notes what they take, and gives up one that takes too long."""

    clock: Callable[[], float]
    deadline: float
    taken: set[Taken] = field(default_factory=set)
    count: int = 0

    def __call__(self, one: Taken) -> None:
        self.count += 1
        if self.count > MOST_TAKEN or self.clock() > self.deadline:
            raise _GivenUpError
        self.taken.add(one)


@dataclass(frozen=True, slots=True)
class _Bench:
    document: dict[str, Any]
    registry: StepRegistry
    watch: _Watch

    def outcome(self, at: int, test: PolicyTest) -> Outcome:
        found = self._problems(test, f"/tests/{at}")
        return Outcome(test.name, tuple(islice(found, MOST_DIFFERENCES)))

    def _problems(self, test: PolicyTest, where: str) -> Iterator[Problem]:
        try:
            result = self._result(test)
        except _GivenUpError:
            yield _too_slow(where)
        except Refused as refused:
            for one in refused.problems:
                yield _problem("test.refused", where, f"It cannot start: {one.detail}")
        else:
            yield from self._judged(test, result, where)

    def _result(self, test: PolicyTest) -> Result:
        self.watch.count = 0
        return simulate(
            self.document,
            test.input,
            steps=stand_ins(test.steps),
            decisions=test.decisions or None,
            registry=self.registry,
            now=moment(test.now) if test.now else NOON,
            seed=test.seed,
            witness=self.watch,
        )

    def _judged(self, test: PolicyTest, result: Result, where: str) -> Iterator[Problem]:
        # A policy may catch the error of a step without an answer: that would prove nothing.
        missing = list(dict.fromkeys(_unanswered(test, result)))
        for resource in missing:
            detail = f"{name(resource)} was called and has no canned answer."
            remedy = "Give it one, by the resource or the state's name."
            yield _problem("test.no_result", f"{where}/steps", detail, remedy)
        if not missing:
            for one in mismatches(test.expect, result, self.registry.acts):
                yield _problem("test.failed", f"{where}/expect{one.pointer}", one.text)


def _unanswered(test: PolicyTest, result: Result) -> Iterator[str]:
    for entry in result.trace:
        called = entry["event"] == "step"
        if called and answering(test.steps, entry["resource"], entry["key"]) is None:
            yield entry["resource"]


def _too_slow(where: str) -> Problem:
    detail = "This test, or all of them together, took too long and was given up."
    return _problem("test.too_slow", where, detail, "Test it on less data or with fewer rounds.")


def _problem(code: str, where: str, detail: str, remedy: str = _REMEDY) -> Problem:
    return Problem(code, _TITLE, detail, remedy, where)
