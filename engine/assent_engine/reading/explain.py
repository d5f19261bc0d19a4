"""explain(): a policy in plain words, made by rules from the exact document."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from assent_engine.reading import (
    failing,
    item_files,
    reached,
    running,
    schedule,
    wording,
    worst_words,
)
from assent_engine.reading.brief import in_short
from assent_engine.reading.outline import Outline
from assent_engine.reading.proof import Proof, sentences
from assent_engine.reading.reached import Reached
from assent_engine.reading.reading import Reading, Section
from assent_engine.reading.worst import worst_case
from assent_engine.registry import StepRegistry
from assent_schemas.policy import Policy

LONG_TEXT = 400
AT_WORST = "At worst, in one run"


def explain(
    policy: Policy,
    registry: StepRegistry,
    due: Sequence[datetime] | None = None,
    brief: bool = False,
    *,
    zone: tzinfo | None = None,
    tested: Proof | None = None,
) -> str:
    """A policy in plain words; `brief` is one text of at most 240 characters for a notification."""
    if brief:
        return in_short(policy, registry)
    return reading(policy, registry, due, zone=zone, tested=tested).text()


def reading(
    policy: Policy,
    registry: StepRegistry,
    due: Sequence[datetime] | None = None,
    *,
    zone: tzinfo | None = None,
    tested: Proof | None = None,
) -> Reading:
    """Read a policy out: when it starts, what it reads and may change, its steps, its worst case.

    `due` are the next due times, shown in `zone` or, without one, in their own. `tested` is what
    came of its tests, which only who reads them knows.
    """
    outline = Outline.of(policy, registry, policy.max_transitions)
    worst = worst_case(policy, registry)
    sections = (
        Section("When it starts", tuple(_starts(policy, due or (), zone))),
        Section("What it takes", tuple(_takes(policy))),
        Section("What it reads", tuple(_reads(policy, registry))),
        Section("What it may change", tuple(_changes(policy, registry))),
        Section("What it does", (*outline.lines(), *_macros(policy, registry))),
        Section("When something fails", tuple(failing.sentences(policy, registry))),
        Section(AT_WORST, tuple(worst_words.sentences(worst))),
    )
    proven = tuple(sentences(policy, tested))
    more = (Section("How it was tested", proven),) if proven else ()
    return Reading(_title(policy), (*sections, *more))


def _title(policy: Policy) -> str:
    version = f", version {policy.version}" if policy.version else ""
    said = policy.description
    author = f". Its author says: {wording.quoted(said, LONG_TEXT)}" if said else ""
    return f"The policy {wording.quoted(policy.name, 200)}{version}{author}"


def _starts(policy: Policy, due: Sequence[datetime], zone: tzinfo | None) -> Iterator[str]:
    yield from schedule.starts(policy)
    if (following := schedule.due_times(due, zone)) is not None:
        yield following
    if policy.timeout_seconds is not None:
        yield f"A run that takes longer than {wording.duration(policy.timeout_seconds)} is ended."
    yield from running.sentences(policy)
    if "max_transitions" in policy.model_fields_set:
        yield f"A run that makes more than {wording.number(policy.max_transitions)} steps is ended."


def _takes(policy: Policy) -> Iterator[str]:
    yield from _asked(policy.input_schema)
    for key, value in policy.context_defaults.items():
        yield f"Unless told otherwise, {wording.name(key)} is {wording.value(value)}."


def _asked(schema: dict[str, Any] | None) -> Iterator[str]:
    if schema is None:
        yield "Any input: it does not say what it expects."
        return
    properties, required = schema.get("properties"), schema.get("required")
    needed = required if isinstance(required, list) else []
    for key, rule in properties.items() if isinstance(properties, dict) else ():
        must = "needed" if key in needed else "may be left out"
        yield f"{wording.name(key)} ({must}): {wording.value(rule, 160)}."
    if schema.get("additionalProperties", True) is not False:
        yield "It takes other input too, of any kind."
    elif not properties:
        yield "No input."


def _reads(policy: Policy, registry: StepRegistry) -> Iterator[str]:
    steps = [one for one in reached.reached(policy, registry) if not one.step.side_effect]
    yield from (f"{_named(one)}: {one.step.description}" for one in steps)
    files = item_files.readers(policy)
    yield from (f"{one}, in the home's folder of files." for one in files)
    if not steps and not files:
        yield "Nothing outside."


def _named(one: Reached) -> str:
    through = f" (through {one.through})" if one.through else ""
    return f"{one.step.name}{through}"


def _changes(policy: Policy, registry: StepRegistry) -> Iterator[str]:
    effects = reached.side_effects(policy, registry)
    unknown = reached.unregistered(policy, registry)
    unasked = reached.unasked_effects(policy, registry)
    for name in unknown:
        yield f"{wording.name(name)}: not registered here; it may do anything."
    for one in effects:
        asked = "" if one.step.name in unasked else " Only after you said yes in the run."
        about = f"{one.step.risk} risk: {one.step.description} {_undoing(one)}"
        yield f"{_named(one)}, {about}{asked}{_settling(one)}"
    folders = item_files.written(policy)
    for folder in folders:
        yield f"It writes results below {folder}, in the home's folder of files."
    if not effects and not unknown:
        yield "Nothing else." if folders else "Nothing outside."


def _undoing(one: Reached) -> str:
    if one.step.compensation is not None:
        return f"It can be undone by {one.step.compensation.resource}."
    return f"It cannot be undone: {one.step.irreversible}"


def _settling(one: Reached) -> str:
    within = one.step.settles_within
    return (
        f" It may take effect until {wording.duration(within)} after it was sent." if within else ""
    )


def _macros(policy: Policy, registry: StepRegistry) -> Iterator[str]:
    for macro in reached.macros(policy, registry):
        yield f"The macro {macro.name}: {macro.description}"
