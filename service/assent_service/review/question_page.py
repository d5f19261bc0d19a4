"""The page of a question: who asks, every call that a yes covers, and the exact JSON."""

from collections.abc import Sequence
from typing import Any

from assent_engine import library
from assent_engine.reading import Section
from assent_engine.reading.wording import counted
from assent_engine.registry import Risk, StepRegistry
from assent_service.review.exact import value_lines
from assent_service.review.looking import Question
from assent_service.review.orders import orders, riskiest
from assent_service.review.page import Banner, Fact, Page, Tone
from assent_service.review.standing_words import standing_of_question
from assent_service.review.telling_time import Watch

_TONES: dict[Risk, Tone] = {Risk.HIGH: "alarming", Risk.MEDIUM: "wary", Risk.LOW: "calm"}


def question_page(seen: Question, watch: Watch) -> Page:
    """Lay a question out."""
    library.load()
    registry, effects = StepRegistry.shared(), seen.shown.get("effects")
    details = seen.shown.get("details")
    return Page(
        kind="A run asks you" if seen.row.run_id else "A due time was missed",
        heading=seen.row.title,
        words="",
        facts=_facts(seen, watch),
        standing=standing_of_question(seen, watch),
        risk=_covers(effects, registry),
        orders=None if effects is None else orders(effects, registry),
        difference=None,
        sections=_sections(seen),
        problems=(),
        exact_title="The exact question",
        exact=value_lines(seen.shown),
        hash=seen.hash,
        details=() if details in (None, {}) else value_lines(details),
    )


def _facts(seen: Question, watch: Watch) -> list[Fact]:
    policy = seen.shown["policy"]
    facts = [
        Fact("Asked by", policy["name"], theirs=True),
        Fact("Version", policy["version"]),
        Fact("Asked", watch.when(seen.row.opened_at)),
    ]
    if seen.standing.waits:
        facts.append(Fact("Decide by", watch.until(seen.row.deadline)))
    if seen.row.run_id:
        facts.append(Fact("Run", seen.row.run_id))
    if seen.standing.note:
        facts.append(Fact("Your note", seen.standing.note))
    return facts


def _covers(effects: Sequence[dict[str, Any]] | None, registry: StepRegistry) -> Banner | None:
    """What a yes allows, by the riskiest call of it."""
    if effects is None:
        return None
    risk = riskiest(effects, registry)
    if risk is None:
        return Banner("calm", "A yes covers no call at all")
    title = f"A yes covers exactly {counted(len(effects), 'call')}, {risk} risk"
    return Banner(_TONES[risk], title, ["Each as often as it stands here, with this input only."])


def _sections(seen: Question) -> list[Section]:
    due = seen.shown.get("due")
    if due is None:
        return []
    lines = (f"It was due at {due} (trigger {seen.shown['trigger']}).", "A yes starts one run now.")
    return [Section("What a yes does", lines)]
