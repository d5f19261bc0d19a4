"""What another version changes about the reversal of what was done."""

from collections.abc import Iterator
from dataclasses import dataclass

from assent_engine.reading import reached
from assent_engine.reading.failing import ON_COMPENSATION_FAILURE, ON_FAILURE, catchers
from assent_engine.registry import StepRegistry
from assent_schemas.policy import Policy
from assent_schemas.states import Machine

FIELDS = ("/on_failure", "/on_compensation_failure")


@dataclass(frozen=True, slots=True)
class Change:
    """`worse` tells whether more of what was done may stand; None: it is done differently.

    Where the policy, or the state, changes nothing outside, it does not matter: `acts` is False.
    """

    pointer: str
    text: str
    worse: bool | None
    acts: bool


def of_failure(old: Policy, new: Policy, *, acts: bool) -> Iterator[Change]:
    """What becomes of a run that does not end well."""
    before, after = old.on_failure, new.on_failure
    if before != after:
        text = f"when a run does not end well: {ON_FAILURE[before]} -> {ON_FAILURE[after]}"
        better = False if (before, after) == ("keep", "intervene") else None
        yield Change(FIELDS[0], text, True if after == "keep" else better, acts)
    was, is_ = old.on_compensation_failure, new.on_compensation_failure
    if was != is_:
        words = ON_COMPENSATION_FAILURE
        text = f"when something cannot be reversed: {words[was]} -> {words[is_]}"
        yield Change(FIELDS[1], text, None, acts)


def of_catchers(old: Machine, new: Machine, registry: StepRegistry) -> Iterator[Change]:
    """Catchers in both versions that no longer reverse what their step did, or now do."""
    before, after = catchers(old), catchers(new)
    for where, (state, rule) in after.items():
        if where not in before or before[where][1].compensate == rule.compensate:
            continue
        now = "now reversed" if rule.compensate else "no longer reversed"
        text = f"after an error, what the step did is {now}"
        worse = None if rule.compensate else True
        yield Change(f"{where}/compensate", text, worse, reached.acts(state, registry))
