"""Approval: ask the owner and wait; only a yes goes on, silence is a no."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from assent_engine import effects as answers
from assent_engine.effects import Failed, Outcome, WaitDecision
from assent_engine.interpreter.attestations import attestation
from assent_engine.interpreter.expressions import read
from assent_engine.interpreter.faults import (
    DATA_LIMIT,
    REJECTED,
    TIMED_OUT,
    StateFault,
    runtime,
)
from assent_engine.interpreter.flow import Flow, optional_path, optional_template
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.states.base import Run, names_entry_time
from assent_engine.interpreter.states.iterations import each_item
from assent_engine.interpreter.templates import Template
from assent_engine.interpreter.transition import Transition
from assent_engine.interpreter.visit import Visit
from assent_schemas import exact_json
from assent_schemas.states import ApprovalState, ShownEffects

MOST_EFFECTS = 1000
MOST_BYTES = 256 * 1024
"""How much a person can be shown at the most."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Calls of one resource that the owner is shown."""

    resource: str
    items_path: Path | None
    input: Template | None

    @classmethod
    def of(cls, document: ShownEffects) -> "Shown":
        """Compile; raises PathSyntaxError, IntrinsicSyntaxError."""
        path, template = optional_path(document.items_path), optional_template(document.input)
        return cls(document.resource, path, template)

    @property
    def paths(self) -> Iterator[Path]:
        if self.items_path is not None:
            yield self.items_path
        yield from self.input.paths if self.input is not None else ()

    def inputs(self, seen: Any, visit: Visit) -> Iterator[Any]:
        """The input of each call, in order."""
        if self.items_path is None:
            yield seen if self.input is None else self.input.fill(seen, visit)
            return
        items = read(self.items_path, seen, visit)
        if not isinstance(items, list):
            raise runtime(f"{self.items_path.text} is not an array.")
        for item in each_item(items, visit):
            yield item if self.input is None else self.input.fill(seen, visit)


@dataclass(frozen=True, slots=True)
class Approval:
    """One question, and where each answer leads."""

    name: str
    title: str
    timeout: int
    valid: int
    shown: tuple[Shown, ...]
    flow: Flow
    next: str | None
    on_reject: str | None
    on_timeout: str | None
    needs_entry_time: bool

    @classmethod
    def of(cls, name: str, state: ApprovalState) -> "Approval":
        """Compile a state; raises PathSyntaxError, IntrinsicSyntaxError."""
        flow = Flow.of(state)
        shown = tuple(Shown.of(one) for one in state.effects or ())
        paths = [*flow.paths(), *(path for one in shown for path in one.paths)]
        return cls(
            name=name,
            title=state.title,
            timeout=state.timeout_seconds,
            valid=state.valid_seconds,
            shown=shown,
            flow=flow,
            next=state.next,
            on_reject=state.on_reject,
            on_timeout=state.on_timeout,
            needs_entry_time=names_entry_time(paths),
        )

    def run(self, visit: Visit) -> Run:
        if self.needs_entry_time:
            yield from visit.enter()
        seen = self.flow.effective_input(visit)
        request = {"state": self.name, "title": self.title, "details": seen}
        effects = list(self._effects(seen, visit))
        if self.shown:
            request["effects"] = effects
        answer: Outcome = yield WaitDecision(visit.key, request, self.timeout)
        if isinstance(answer, Failed):
            return answer
        return self._decided(answer.value, effects, visit)

    def _effects(self, seen: Any, visit: Visit) -> Iterator[dict[str, Any]]:
        """{resource, input} of every call; a fault where they are more than can be looked at."""
        count = size = 0
        for one in self.shown:
            for given in one.inputs(seen, visit):
                count, size = count + 1, size + len(exact_json.encode(given))
                if count > MOST_EFFECTS or size > MOST_BYTES:
                    cause = f"{MOST_EFFECTS} effects and {MOST_BYTES} bytes can be shown at most."
                    raise StateFault(DATA_LIMIT, cause)
                yield {"resource": one.resource, "input": given}

    def _decided(
        self, answer: dict[str, Any], effects: list[Any], visit: Visit
    ) -> Transition | Failed:
        # Whatever is not a yes in so many words is none.
        record = {name: answer[name] for name in ("decision", "decided_by", "decided_at", "note")}
        match answer["decision"]:
            case answers.APPROVED:
                to, taken = self.next, ""
            case answers.REJECTED if self.on_reject is None:
                return Failed(REJECTED, answer["note"] or f"The owner said no to {self.title!r}.")
            case answers.REJECTED:
                to, taken = self.on_reject, "/on_reject"
            case _ if self.on_timeout is None:
                return Failed(TIMED_OUT, f"Nobody answered within {self.timeout} seconds.")
            case _:
                to, taken = self.on_timeout, "/on_timeout"
        visit.took(taken, how="" if taken else "approved")
        covered = attestation(visit, answer, effects, self.valid)
        transition = self.flow.leads(to, visit, record)
        return replace(transition, approved={self.name: covered})
