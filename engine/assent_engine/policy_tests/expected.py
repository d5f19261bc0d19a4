"""What a test expects of a run, against what came of it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from assent_engine.effects import state_name
from assent_engine.reading.documents import changes
from assent_engine.reading.wording import name, quoted, value
from assent_engine.simulate import Result
from assent_engine.simulation import TraceEntry
from assent_schemas.policy_tests import Expectation, ExpectedCall

LONGEST = 160
Acts = Callable[[str], bool]
"""Whether a resource has side effects."""


class Mismatch(NamedTuple):
    """A difference in words; `pointer` is its place in what is expected."""

    pointer: str
    text: str


def mismatches(expect: Expectation, result: Result, acts: Acts) -> Iterator[Mismatch]:
    """Every difference, how the run ended first; numbers are compared by value, 1 being 1.0."""
    if expect.status != result.status:
        reason = f" ({quoted(result.error)}: {quoted(result.cause or '')})" if result.error else ""
        text = f"status: expected {expect.status}, got {result.status}{reason}."
        yield Mismatch("/status", text)
    else:
        for field in ("output", "error", "cause"):
            if field in expect.model_fields_set:
                yield from _values(getattr(expect, field), getattr(result, field), f"/{field}")
    if expect.steps is not None:
        yield from _calls(expect.steps, _steps(result.trace), acts)
    if expect.states is not None:
        yield from _states(expect.states, result.trace)


def _values(expected: Any, got: Any, where: str) -> Iterator[Mismatch]:
    for one in changes(expected, got, where):
        wanted = "nothing" if one.kind == "added" else value(one.old, LONGEST)
        found = "nothing" if one.kind == "removed" else value(one.new, LONGEST)
        yield Mismatch(one.pointer, f"{one.pointer[1:]}: expected {wanted}, got {found}.")


def _steps(trace: Sequence[TraceEntry]) -> list[TraceEntry]:
    return [entry for entry in trace if entry["event"] == "step"]


def _calls(
    expected: Sequence[ExpectedCall], calls: Sequence[TraceEntry], acts: Acts
) -> Iterator[Mismatch]:
    """The expected calls in order; what is not among them may read, but must not act.

    The earliest call that fits is taken for each, which misses no way to meet them all.
    """
    at = 0
    for call in calls:
        if at < len(expected) and _fits(expected[at], call):
            at += 1
        elif acts(call["resource"]):
            yield from _unexpected(expected[at:], at, call)
            return
    if at < len(expected):
        did = [call for call in calls if call["resource"] == expected[at].resource]
        yield from _absent(expected[at], at, did[-1:])


def _fits(expected: ExpectedCall, call: TraceEntry) -> bool:
    return expected.resource == call["resource"] and not any(_inputs(expected, call, ""))


def _inputs(expected: ExpectedCall, call: TraceEntry, where: str) -> Iterator[Mismatch]:
    if "input" in expected.model_fields_set:
        yield from _values(expected.input, call["input"], where)


def _unexpected(left: Sequence[ExpectedCall], at: int, call: TraceEntry) -> Iterator[Mismatch]:
    """A side effect where another call, or none, was expected."""
    if left and left[0].resource == call["resource"]:
        yield from _inputs(left[0], call, f"/steps/{at}/input")
        return
    wanted = f"a call of {name(left[0].resource)}" if left else "no further side effect"
    got = f"{name(call['resource'])} with {value(call['input'], LONGEST)}"
    where = f"/steps/{at}" if left else "/steps"
    yield Mismatch(where, f"{where[1:]}: expected {wanted}, got {got}.")


def _absent(expected: ExpectedCall, at: int, did: list[TraceEntry]) -> Iterator[Mismatch]:
    where = f"/steps/{at}"
    differences = [one for call in did for one in _inputs(expected, call, f"{where}/input")]
    yield from differences
    if not differences:
        text = f"steps/{at}: expected a call of {name(expected.resource)} here, got none."
        yield Mismatch(where, text)


def _states(expected: Sequence[str], trace: Sequence[TraceEntry]) -> Iterator[Mismatch]:
    entered = (state_name(entry["key"]) for entry in trace if entry["event"] == "entered")
    for at, wanted in enumerate(expected):
        # One iterator for all: each is looked for only after the one before it.
        if wanted not in entered:
            text = f"states/{at}: expected {quoted(wanted)} to be entered here, and it was not."
            yield Mismatch(f"/states/{at}", text)
            return
