"""A policy in one short text for a notification: the most dangerous facts first."""

from collections.abc import Iterator

from assent_engine.reading import reached, wording
from assent_engine.reading.bounds import Bound, Unbounded
from assent_engine.reading.costs import is_message
from assent_engine.reading.failing import ON_FAILURE
from assent_engine.reading.trigger_words import trigger_words
from assent_engine.reading.worst import WorstCase, worst_case
from assent_engine.registry import StepRegistry
from assent_schemas.policy import Policy

LONGEST = 240
SHORT = 60
_MORE = " More to read."


def in_short(policy: Policy, registry: StepRegistry) -> str:
    """At most 240 characters; what does not fit is said to be missing."""
    found = ""
    for fact in _facts(policy, registry):
        longer = f"{found} {wording.capital(fact)}.".strip()
        if len(longer) > LONGEST - len(_MORE):
            return (found or _cut(longer)) + _MORE
        found = longer
    return found


def _cut(text: str) -> str:
    return f"{text[: LONGEST - len(_MORE) - 3]}..."


def _facts(policy: Policy, registry: StepRegistry) -> Iterator[str]:
    worst = worst_case(policy, registry)
    unknown = reached.unregistered(policy, registry)
    if unknown:
        many = wording.counted(len(unknown), "step")
        yield f"calls {many} that nothing is known of"
    effects = reached.side_effects(policy, registry)
    for one in effects:
        if not is_message(one.step.name):
            yield _effect(one.step.name, one.step.risk, worst)
    if worst.written != 0:
        yield f"writes result files {_often(worst.written)}"
    elif not effects and not unknown:
        yield "changes nothing outside"
    stays = [one.step.name for one in effects if one.step.irreversible]
    acting = [name for name in stays if not is_message(name)]
    if acting:
        yield f"cannot be undone: {wording.joined(acting)}"
    if effects and policy.on_failure != "compensate":
        yield f"when it fails, {ON_FAILURE[policy.on_failure]}"
    if effects:
        yield from _asking(policy, registry)
    yield _starts(policy)
    if worst.messages != 0:
        yield f"tells you something {_often(worst.messages)}"


def _effect(name: str, risk: str, worst: WorstCase) -> str:
    money = worst.money_by.get(name)
    worth = f", {_amount(money)}" if money is not None else ""
    return f"runs {name} ({risk} risk) {_often(worst.effects.get(name, 0))}{worth}"


def _asking(policy: Policy, registry: StepRegistry) -> Iterator[str]:
    effects = {one.step.name for one in reached.side_effects(policy, registry)}
    acting = {name for name in effects if not is_message(name)}
    unasked = reached.unasked_effects(policy, registry)
    if acting and not acting & unasked:
        yield "asks you before each of them" if len(acting) > 1 else "asks you first"


def _often(bound: Bound) -> str:
    return "without a bound" if isinstance(bound, Unbounded) else f"at most {wording.times(bound)}"


def _amount(bound: Bound) -> str:
    if isinstance(bound, Unbounded):
        return "money without a bound"
    return f"at most {wording.number(bound)} in money"


def _starts(policy: Policy) -> str:
    if not policy.triggers:
        return "starts only by hand"
    first = wording.visible(trigger_words(policy.triggers[0]))
    shown = first if len(first) <= SHORT else f"{first[:SHORT]}..."
    more = len(policy.triggers) - 1
    others = f" and by {wording.counted(more, 'other trigger')}" if more else ""
    return f"starts {shown}{others}"
