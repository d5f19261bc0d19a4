"""The owner's decisions about one run that are still to be followed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from assent_engine.interventions import DECIDED, Choice, Decision
from assent_engine.store.records import JournalEntry
from assent_engine.store.rows import InterventionRow
from assent_schemas import exact_json

DECIDED_ENTRY = "decided"


@dataclass(slots=True)
class Decisions:
    """Decisions by subject. Each is followed once: what may not be repeated is journalled."""

    waiting: dict[str, InterventionRow] = field(default_factory=dict)

    @classmethod
    def of(cls, cases: Iterable[InterventionRow], journal: Iterable[JournalEntry]) -> "Decisions":
        """What was decided and does not stand in the journal as followed."""
        followed = {
            exact_json.decode(entry.data)["intervention"]
            for entry in journal
            if entry.kind == DECIDED_ENTRY
        }
        decided = [case for case in cases if case.status == DECIDED and case.id not in followed]
        return cls({case.subject: case for case in decided})

    def take(self, subject: str) -> tuple[str, Decision] | None:
        """The decision about a subject with its intervention's id; a second call finds none."""
        case = self.waiting.pop(subject, None)
        if case is None:
            return None
        by, how = case.decided_by or "", case.decided_how or ""
        return case.id, Decision(Choice(case.choice or ""), by, how, case.note, case.result)


def followed(intervention_id: str, decision: Decision) -> dict[str, str]:
    """What the journal says of a decision that is being followed."""
    return {"intervention": intervention_id, "choice": decision.choice, "by": decision.by}
