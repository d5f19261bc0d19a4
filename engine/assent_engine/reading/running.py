"""What a policy says of its runs together, in words: how many at once, and what is told of them."""

from collections.abc import Iterator

from assent_engine.reading import wording
from assent_schemas.concurrency import Concurrency
from assent_schemas.policy import Policy


def sentences(policy: Policy) -> Iterator[str]:
    """A sentence for each rule that the policy has."""
    if policy.concurrency is not None:
        yield _at_once(policy.concurrency)
    if policy.progress_deadline_seconds is not None:
        quiet = wording.duration(policy.progress_deadline_seconds)
        yield f"You are told of a run that makes no progress for {quiet}."
    if policy.alert_after > 1:
        often = wording.number(policy.alert_after)
        yield f"You are told of failed runs that did nothing only after {often} in a row."


def _at_once(rule: Concurrency) -> str:
    more = "waits" if rule.on_conflict == "wait" else "is not started"
    return (
        f"Under way at once: {wording.number(rule.limit)} of {_whose(rule.key)}; one more {more}."
    )


def _whose(key: str | None) -> str:
    if key is None:
        return "its runs"
    if key.startswith("$"):
        return f"its runs with the same {wording.name(key)}"
    return f"the runs of all policies with the key {wording.quoted(key)}"
