"""One scope, strictly sequential: from its first state to its outcome."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from assent_engine.effects import Checkpoint, Effect, Failed, Ok, Outcome, ScopeSpec, state_key
from assent_engine.interpreter.dialect import Dialect
from assent_engine.interpreter.faults import DATA_LIMIT, StateFault
from assent_engine.interpreter.program import Program
from assent_engine.interpreter.sizes import least_bytes, measured
from assent_engine.interpreter.visit import RunHeader, Visit, Witness
from assent_schemas import exact_json

SEMANTICS = 1
"""The number of the rules that this interpreter follows; a run keeps the one it began with."""

ROOT = ""


@dataclass(slots=True)
class ScopeCursor:
    """Where a scope stands: the state it enters or is in, and with what; valid at any time."""

    state: str
    value: Any
    variables: dict[str, Any] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    weight: int = 0
    approved: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "value": self.value,
            "variables": dict(self.variables),
            "visits": dict(self.visits),
            "approved": dict(self.approved),
        }


def run_scope(
    program: Program,
    header: RunHeader,
    spec: ScopeSpec,
    path: str = ROOT,
    cursor: dict[str, Any] | None = None,
    witness: Witness | None = None,
) -> Generator[Effect, Any, Outcome]:
    """Interpret one scope; `cursor`, as a Checkpoint carried it, starts in the middle.

    `witness` hears of each state and branch: it sees, and changes nothing.
    """
    block = program.blocks[spec.pointer]
    fresh = ScopeCursor(block.start_at, spec.input, dict(spec.variables))
    fresh.approved = dict(spec.approved)
    at = ScopeCursor(**cursor) if cursor else fresh
    # A child's input is part of its parent's data, which was measured.
    at.weight = len(exact_json.encode(at.value)) if path == ROOT else 0
    while True:
        visit_number = at.visits.get(at.state, 0) + 1
        key = state_key(at.state, visit_number)
        yield Checkpoint(key, at)
        visit = Visit(header, path, at.state, key, at.value, spec.item, at.variables, at.approved)
        visit.dialect, visit.weight, visit.query = block.dialect, at.weight, program.query
        visit.block, visit.witness = spec.pointer, witness
        visit.took()
        try:
            step = yield from block.states[at.state].run(visit)
        except StateFault as fault:
            return fault.outcome
        if isinstance(step, Failed):
            return step
        if step.next is None:
            return Ok(step.value)
        # Counted as it is left: until then whoever starts from the cursor enters this visit.
        at.visits[at.state] = visit_number
        at.state, at.value = step.next, step.value
        at.weight = step.weight
        if step.assigned:
            at.variables = {**at.variables, **step.assigned}
            most = block.dialect.variables
            if least_bytes(at.variables, most) > most:
                return Failed(DATA_LIMIT, f"the variables of a scope have more than {most} bytes")
        if step.approved:
            at.approved = {**at.approved, **step.approved}
        if (too_large := _too_large(at, block.dialect)) is not None:
            return too_large


def _too_large(at: ScopeCursor, dialect: Dialect) -> Failed | None:
    """The failure of data that has outgrown its bound; measured only when it may have."""
    most = dialect.context
    if most is None or at.weight <= most:
        return None
    at.weight = measured(at.value, most)
    if at.weight <= most:
        return None
    return Failed(DATA_LIMIT, f"the data of a scope has {at.weight} bytes; {most} are allowed")
