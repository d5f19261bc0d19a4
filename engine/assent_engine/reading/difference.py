"""diff(): what another version of a policy changes, its risk first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from assent_engine.reading import documents, wording
from assent_engine.reading.documents import FieldChange, Json, Renaming
from assent_engine.reading.guards import changed_guards
from assent_engine.reading.proof import Proof, changes_of_tests
from assent_engine.reading.risks import ORDER, RiskChange, Version, explained, risk_changes
from assent_engine.reading.worst import WorstCase, worst_case
from assent_engine.reading.worst_words import place
from assent_engine.registry import StepRegistry
from assent_schemas.policy import Policy
from assent_schemas.states import Machine

Verdict = Literal["riskier", "no riskier", "cannot tell"]
LONG_VALUE = 160
_PRESENTATION = ("name", "description", "policy_id", "version", "schema_version")
_HEADINGS: dict[Verdict, str] = {
    "riskier": "Riskier: it may do more than before.",
    "no riskier": "No riskier: nothing that it may do has grown.",
    "cannot tell": "Cannot tell whether it is riskier: compare what changed.",
}


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """The verdict, what it rests on, and every change of the document.

    "no riskier" is claimed only where every change is one whose effect is known.
    """

    verdict: Verdict
    risks: tuple[RiskChange, ...]
    renamed: tuple[Renaming, ...]
    changes: tuple[FieldChange, ...]

    def text(self) -> str:
        """Verdict, risks, renamed states, changes: a line each."""
        return "\n".join(self._lines()) + "\n"

    def as_json(self) -> dict[str, Any]:
        """The same as data."""
        return {
            "verdict": self.verdict,
            "risks": [one.as_json() for one in self.risks],
            "renamed": [one.as_json() for one in self.renamed],
            "changes": [one.as_json() for one in self.changes],
        }

    def _lines(self) -> Iterator[str]:
        if not (self.changes or self.renamed):
            yield "Nothing changed."
            return
        yield _HEADINGS[self.verdict]
        for one in self.risks:
            where = f" ({place(one.pointer)})" if one.pointer is not None else ""
            yield f"  {one.weight}: {one.text}{where}"
        yield "Changes"
        for name in self.renamed:
            yield f"  renamed: {wording.quoted(name.old)} -> {wording.quoted(name.new)}"
        yield from (f"  {_change(one)}" for one in self.changes)


def diff(
    old: Policy,
    new: Policy,
    registry: StepRegistry,
    *,
    tested: tuple[Proof | None, Proof | None] = (None, None),
) -> PolicyDiff:
    """Compare two versions by meaning; `old` is the one in force.

    `tested` is what came of the tests of each, where that is known.
    """
    after = documents.meaning(new)
    before, renamed = documents.renamed(documents.meaning(old), after)
    fields = list(documents.changes(before, after))
    machine = Machine.model_validate(_states(before)) if renamed else old
    earlier = Version(old, machine, worst_case(old, registry))
    later = Version(new, new, worst_case(new, registry))
    risks = risk_changes(earlier, later, fields, registry)
    risks = _by_weight([*risks, *changes_of_tests(earlier, later, *tested)])
    unclear = _acts(later.worst) and bool(_unexplained(before, earlier, later, registry))
    return PolicyDiff(_verdict(risks, unclear=unclear), tuple(risks), tuple(renamed), tuple(fields))


def _by_weight(risks: list[RiskChange]) -> list[RiskChange]:
    return sorted(risks, key=lambda one: ORDER.index(one.weight))


def _states(document: Json) -> Json:
    return {key: document[key] for key in ("start_at", "states")}


def _verdict(risks: list[RiskChange], *, unclear: bool) -> Verdict:
    weights = {one.weight for one in risks}
    if "worse" in weights:
        return "riskier"
    return "cannot tell" if unclear or "unclear" in weights else "no riskier"


def _acts(worst: WorstCase) -> bool:
    return worst.side_effects != 0


def _unexplained(before: Json, old: Version, new: Version, registry: StepRegistry) -> set[str]:
    """Where the documents differ in a way whose effect on the risk nothing else tells."""
    states = documents.meaning(old.machine, comments=False)
    rest = {key: item for key, item in before.items() if key not in states}
    after = documents.meaning(new.policy, comments=False)
    fields = list(documents.changes(_bare({**rest, **states}), _bare(after)))
    known = explained(new.machine, fields, registry)
    known |= {one.pointer for one in changed_guards(old.machine, new.machine, registry)}
    return {one.pointer for one in fields} - known


def _bare(document: Json) -> Json:
    """Without what only people read, and without what is compared on its own or never runs."""
    left_out = (*_PRESENTATION, "comment", "triggers", "tests")
    return {key: item for key, item in document.items() if key not in left_out}


def _change(change: FieldChange) -> str:
    where = place(change.pointer)
    old, new = (wording.value(one, LONG_VALUE) for one in (change.old, change.new))
    match change.kind:
        case "added":
            return f"added: {where}: {new}"
        case "removed":
            return f"removed: {where}: {old}"
        case "changed":
            return f"changed: {where}: {old} -> {new}"
