"""What the owner would answer in a simulation, by the names of the states that ask."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assent_engine.effects import APPROVED, REJECTED, TIMED_OUT, WaitDecision
from assent_engine.moments import later, timestamp
from assent_schemas import exact_json, exact_schema
from assent_schemas.errors import Problem, Refused, pointer
from assent_schemas.spelling import asked, nearest

TITLE = "The simulation cannot be decided like this"
BY = "simulation"
_WORDS = {"approve": APPROVED, "reject": REJECTED, "timeout": TIMED_OUT}
_DECISION = {
    "if": {"type": "string"},
    "then": {"enum": [*_WORDS]},
    "else": {
        "type": "object",
        "properties": {
            "decision": {"enum": [*_WORDS]},
            "note": {"type": "string", "maxLength": 4096},
            "after_seconds": {"type": "integer", "minimum": 0, "maximum": 99_999_999},
        },
        "required": ["decision"],
        "additionalProperties": False,
    },
}
SCHEMA = {
    "type": "object",
    "additionalProperties": {
        "if": {"type": "array"},
        "then": {"type": "array", "items": _DECISION},
        "else": _DECISION,
    },
}
"""{state: decision, or a list of them for one visit after the other}."""


@dataclass(slots=True)
class Decisions:
    """Answers by state; a list is used up in the order of asking, then nobody answers."""

    by_state: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, given: Any, states: Collection[str]) -> "Decisions":
        """Check decisions against the states that ask; raises Refused with every problem."""
        value = exact_json.plain(given)
        found = exact_schema.problems(value, SCHEMA, prefix="simulate", title=TITLE)
        if not found:
            found += [_unknown(name, states) for name in value if name not in states]
        if found:
            raise Refused(found)
        lists = {name: deque(one) for name, one in value.items() if isinstance(one, list)}
        return cls({**value, **lists})

    def answer(self, question: WaitDecision, now: datetime) -> tuple[datetime, dict[str, Any]]:
        """When the answer comes, the deadline at the latest, and what it is."""
        said = self._said(question.request["state"])
        deadline = later(now, question.deadline)
        at = later(now, said.get("after_seconds", 0))
        decision = _WORDS[said["decision"]]
        if decision == TIMED_OUT or at >= deadline:
            return deadline, _record(TIMED_OUT, None, deadline, None)
        return at, _record(decision, BY, at, said.get("note"))

    def _said(self, state: str) -> dict[str, Any]:
        said = self.by_state.get(state, "timeout")
        if isinstance(said, deque):
            said = said.popleft() if said else "timeout"
        return said if isinstance(said, dict) else {"decision": said}


def _record(decision: str, by: str | None, at: datetime, note: str | None) -> dict[str, Any]:
    return {"decision": decision, "decided_by": by, "decided_at": timestamp(at), "note": note}


def _unknown(name: str, states: Collection[str]) -> Problem:
    detail = f"There is no Approval state {name!r} to decide."
    remedy = asked(nearest(name, sorted(states)))
    return Problem("simulate.unknown_decision", TITLE, detail, remedy, pointer(name))
