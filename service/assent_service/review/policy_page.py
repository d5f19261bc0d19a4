"""The page of a proposed policy: its risk, what it changes, its reading, the exact document."""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import NamedTuple

from assent_engine import library, reading
from assent_engine.due import due
from assent_engine.policy_tests import run_tests
from assent_engine.reading import PolicyDiff, Section, wording
from assent_engine.reading.level import level
from assent_engine.reading.schedule import moment_words
from assent_engine.reading.worst_words import place
from assent_engine.registry import Risk as Level
from assent_engine.registry import StepRegistry
from assent_engine.validation import Named, validate
from assent_schemas.errors import PolicyInvalid, Problem
from assent_schemas.policy import Policy
from assent_service.review.exact import document_lines
from assent_service.review.looking import Json, Proposal
from assent_service.review.page import Banner, Change, Difference, Fact, Page, Risk, Tone
from assent_service.review.standing_words import standing_of_proposal
from assent_service.review.telling_time import Watch

SHOWN_DUE_TIMES = 5
LONGEST_VALUE = 400
NEXT = "When it is due next"
_FIRST = (reading.AT_WORST, "What it may change", "When it starts", NEXT)
_LEVELS: dict[Level | None, tuple[Tone, str]] = {
    Level.HIGH: ("alarming", "High risk"),
    Level.MEDIUM: ("wary", "Medium risk"),
    Level.LOW: ("calm", "Low risk"),
    None: ("calm", "It changes nothing outside"),
}
_VERDICTS: dict[str, tuple[Tone, str]] = {
    "riskier": ("alarming", "Riskier: it may do more than before"),
    "no riskier": ("calm", "No riskier: nothing that it may do has grown"),
    "cannot tell": ("wary", "Whether it is riskier cannot be told: compare what changed"),
}


class _Told(NamedTuple):
    """What the rules say of a document, or why they cannot."""

    risk: Banner
    sections: Sequence[Section]
    difference: Difference | None = None
    problems: Sequence[Problem] = ()


def policy_page(seen: Proposal, watch: Watch) -> Page:
    """Read a proposal out; takes as long as its tests and its worst case do."""
    told = _told(seen, watch)
    return Page(
        kind="A policy asks for your approval",
        heading=seen.document["name"],
        words=seen.document.get("description") or "",
        facts=_facts(seen, watch),
        standing=standing_of_proposal(seen, watch),
        risk=told.risk,
        orders=None,
        difference=told.difference,
        sections=told.sections,
        problems=[*told.problems, *seen.doubts],
        exact_title="The exact document",
        exact=document_lines(seen.document),
        hash=seen.hash,
    )


def _facts(seen: Proposal, watch: Watch) -> list[Fact]:
    version = seen.version
    facts = [
        Fact("Proposed by", version.proposed_by, theirs=True),
        Fact("Proposed", watch.when(version.proposed_at)),
        Fact("Version", f"{version.version} {_in_force(seen)}"),
    ]
    if seen.standing.waits:
        facts.append(Fact("Decide by", watch.until(version.expires_at)))
    return facts


def _in_force(seen: Proposal) -> str:
    match seen.policy.active_version:
        case None:
            return "(none is in force yet)"
        case seen.version.version:
            return "(in force)"
        case other:
            return f"(version {other} is in force)"


def _told(seen: Proposal, watch: Watch) -> _Told:
    library.load()
    called = {name: one.policy for name, one in seen.called.items()}
    registry = StepRegistry.shared().calling(called)
    try:
        policy = _read(seen.document, registry)
    except PolicyInvalid as invalid:
        title = "What it does cannot be told: it is not valid here any more"
        return _Told(Banner("alarming", title), (), problems=invalid.problems)
    proof = _proof(policy, seen.document, registry)
    told = reading.reading(policy, registry, zone=watch.zone, tested=proof)
    tone, title = _LEVELS[level(policy, registry)]
    brief = reading.explain(policy, registry, brief=True)
    difference = None
    if seen.before is not None:
        against = f"version {seen.policy.active_version}"
        difference = _compared(seen.before, policy, registry, against, proof)
    sections = [*_next(policy, watch), *told.sections]
    return _Told(Banner(tone, title, [brief]), sorted(sections, key=_place), difference)


def _read(document: Json, registry: StepRegistry) -> Policy:
    # An imported machine may name what is not known here: it can be read all the same.
    return validate(document, Named() if document.get("dialect") == "asl" else registry)


def _proof(policy: Policy, document: Json, registry: StepRegistry) -> reading.Proof | None:
    return run_tests(document, registry).proof if policy.tests else None


def _next(policy: Policy, watch: Watch) -> Iterator[Section]:
    """When it would be due next, once it is in force."""
    now, zone = watch.now, watch.zone.key
    times = merge(*(due(trigger, now, zone, now) for trigger in policy.triggers))
    if lines := [moment_words(one, watch.zone) for one in islice(times, SHOWN_DUE_TIMES)]:
        yield Section(NEXT, tuple(lines))


def _place(one: Section) -> int:
    """First what has to be agreed to: the worst case, what it may change, and when; then how."""
    return _FIRST.index(one.title) if one.title in _FIRST else len(_FIRST)


def _compared(
    document: Json, new: Policy, registry: StepRegistry, against: str, proof: reading.Proof | None
) -> Difference:
    """What a policy changes against the document in force."""
    try:
        old = _read(document, registry)
    except PolicyInvalid:
        verdict = "It cannot be compared: what is in force is not valid here any more"
        return Difference("wary", verdict, against, (), ())
    proofs = _proof(old, document, registry), proof
    return _difference(reading.diff(old, new, registry, tested=proofs), against)


def _difference(found: PolicyDiff, against: str) -> Difference:
    if not (found.changes or found.renamed):
        return Difference("calm", "Nothing changed", against, (), ())
    tone, verdict = _VERDICTS[found.verdict]
    risks = [
        Risk(one.weight, one.text, "" if one.pointer is None else place(one.pointer))
        for one in found.risks
    ]
    names = [
        Change("renamed", "a state", wording.quoted(one.old), wording.quoted(one.new))
        for one in found.renamed
    ]
    return Difference(tone, verdict, against, risks, [*names, *map(_change, found.changes)])


def _change(one: reading.FieldChange) -> Change:
    old = "" if one.kind == "added" else wording.value(one.old, LONGEST_VALUE)
    new = "" if one.kind == "removed" else wording.value(one.new, LONGEST_VALUE)
    return Change(one.kind, place(one.pointer), old, new)
