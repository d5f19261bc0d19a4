"""The worst case in sentences."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assent_engine.reading import wording
from assent_engine.reading.bounds import Bound, Unbounded
from assent_engine.reading.costs import is_message
from assent_engine.reading.worst import WorstCase

NO_BOUND = "no bound"
_PLAIN_POINTER = re.compile(r"[\w/.~^-]{0,200}", re.ASCII)


def place(pointer: str) -> str:
    """A JSON Pointer; one with more than plain names in quotes."""
    return pointer if _PLAIN_POINTER.fullmatch(pointer) else wording.quoted(pointer, 200)


def often(bound: Bound) -> str:
    """How often at most."""
    return NO_BOUND if isinstance(bound, Unbounded) else f"at most {wording.times(bound)}"


def amount(bound: Bound) -> str:
    """How much at most."""
    return NO_BOUND if isinstance(bound, Unbounded) else f"at most {wording.number(bound)}"


def sentences(worst: WorstCase) -> Iterator[str]:
    """What has no bound first, by reason; then what changes the outside, then the rest."""
    if worst.side_effects == 0 and worst.written == 0:
        yield "It changes nothing outside."
    facts = [*_acting(worst), *_size(worst)]
    without: dict[Unbounded, list[str]] = {}
    for fact in facts:
        if isinstance(fact.bound, Unbounded):
            without.setdefault(fact.bound, []).append(fact.label)
    for reason, labels in without.items():
        yield f"{wording.capital(NO_BOUND)} on {wording.joined(labels)}, because {because(reason)}."
    yield from (f"{one.said}." for one in facts if not isinstance(one.bound, Unbounded))


def because(reason: Unbounded) -> str:
    """The reason why there is no bound, and where in the policy it stands."""
    return f"{reason.because} ({place(reason.pointer)})"


@dataclass(frozen=True, slots=True)
class _Fact:
    """A bound, what it is called where it is missing, and how it is said where it is known."""

    label: str
    bound: Bound
    said: str


def _acting(worst: WorstCase) -> Iterator[_Fact]:
    for name in sorted(worst.effects, key=lambda one: (is_message(one), one)):
        yield from _effect(worst, name)
    if _is_news(worst.side_effects, worst.effects):
        yield _Fact("side effects of any kind", worst.side_effects, "")
    if _is_news(worst.money, worst.money_by):
        yield _Fact("money", worst.money, "")
    for name, bound in worst.reversals.items():
        undo = f"{wording.name(name)} to undo it"
        money = "; the money in these is not counted above" if name in worst.money_by else ""
        said = f"On top of that, if what it did is reversed, {undo}: {often(bound)}{money}"
        yield _Fact(undo, bound, said)
    if worst.written != 0:
        said = f"It writes results to a folder of its own files {often(worst.written)}"
        yield _Fact("results written to files", worst.written, said)
    if worst.questions != 0:
        yield _Fact("questions to you", worst.questions, f"It asks you {often(worst.questions)}")


def _is_news(total: Bound, shares: Mapping[str, Bound]) -> bool:
    """Whether something beyond the known steps makes a total unbounded."""
    return isinstance(total, Unbounded) and total not in shares.values()


def _effect(worst: WorstCase, name: str) -> Iterator[_Fact]:
    shown, done, calls = wording.name(name), worst.effects[name], worst.calls[name]
    tried = f"; tried {often(calls)}" if calls != done else ""
    yield _Fact(shown, done, f"{shown}: {often(done)}{tried}")
    if name in worst.money_by:
        total, single = worst.money_by[name], worst.largest[name]
        in_one = f"the money in one {shown}"
        yield _Fact(in_one, single, f"{wording.capital(in_one)}: {amount(single)}")
        in_all = f"the money in all {shown}"
        yield _Fact(in_all, total, f"{wording.capital(in_all)}: {amount(total)}")


def _size(worst: WorstCase) -> Iterator[_Fact]:
    for name in (one for one in worst.calls if one not in worst.effects):
        shown, bound = wording.name(name), worst.calls[name]
        yield _Fact(shown, bound, f"{shown}: {often(bound)}")
    yield _Fact("its steps", worst.transitions, f"Its steps: {amount(worst.transitions)}")
    if worst.scopes != 1:
        label = "its parts at once"
        yield _Fact(label, worst.at_once, f"{wording.capital(label)}: {amount(worst.at_once)}")
        yield _Fact("its parts in all", worst.scopes, f"Its parts in all: {amount(worst.scopes)}")
