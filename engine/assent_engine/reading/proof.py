"""What the tests of a policy say to its reader: how many, what they cover, what changed."""

from collections.abc import Iterator
from dataclasses import dataclass

from assent_engine.reading.coverage import Coverage, Share
from assent_engine.reading.risks import RiskChange, Version
from assent_engine.reading.wording import counted
from assent_engine.reading.worst_words import place
from assent_schemas.policy import Policy

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of all tests of a policy."""

    failed: int
    coverage: Coverage


def sentences(policy: Policy, tested: Proof | None) -> Iterator[str]:
    """How a policy was tested; nothing for one that comes without tests."""
    if not policy.tests:
        return
    comes = f"It comes with {counted(len(policy.tests), 'test')}"
    if tested is None:
        yield f"{comes}."
        return
    yield f"{comes}, covering {_covered(tested.coverage)}."
    if tested.failed:
        yield f"{counted(tested.failed, 'test fails', 'tests fail')}: it does not do what it says."
    never = tested.coverage.never
    for one in never[:MOST_SHOWN]:
        yield f"Never taken in a test: {place(one.pointer)}{f', {one.how}' * bool(one.how)}."
    if len(never) > MOST_SHOWN:
        yield f"And {counted(len(never) - MOST_SHOWN, 'other place')} never taken."


def changes_of_tests(
    old: Version, new: Version, before: Proof | None, after: Proof | None
) -> Iterator[RiskChange]:
    """Other tests, and whether they show less of a policy that acts.

    Tests change nothing that a policy may do: fewer of them leave more of it unproven.
    """
    counts = len(old.policy.tests), len(new.policy.tests)
    if before is not None and (after is not None or not counts[1]):
        left = after.coverage if after is not None else None
        if left is None or _less(left, before.coverage):
            shown = _covered(left) if left is not None else "nothing"
            text = f"its tests cover less: {_covered(before.coverage)} -> {shown}"
            yield RiskChange("unclear" if new.worst.side_effects != 0 else "also", text)
    if after is not None and after.failed:
        yield RiskChange("unclear", f"{counted(after.failed, 'test fails', 'tests fail')}")
    if counts[0] != counts[1]:
        yield RiskChange("also", f"tests: {counts[0]} -> {counts[1]}")


def _covered(coverage: Coverage) -> str:
    """The branches; the states where there are none."""
    if coverage.branches.total:
        return f"{coverage.branches} branches"
    return f"{coverage.states} states"


def _less(one: Coverage, than: Coverage) -> bool:
    return _lower(one.branches, than.branches) or _lower(one.states, than.states)


def _lower(one: Share, than: Share) -> bool:
    return one.fraction < than.fraction
