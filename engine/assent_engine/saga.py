"""The saga log: what was done to the outside, with what is needed to reverse it."""

from enum import StrEnum
from typing import Any, Protocol

from assent_engine.chain import entry_hash
from assent_engine.effects import RunStep
from assent_engine.registry import StepContext, StepDeclaration
from assent_engine.store.records import SagaEntry
from assent_schemas import exact_json


class Settled(StrEnum):
    """What became of a completed side effect when its run did not end well."""

    COMPENSATED = "compensated"
    """Its compensation was carried out."""
    MARKED = "marked"
    """The owner says that it was reversed otherwise."""
    KEPT = "kept"
    """It stands: it declares no compensation, or the owner wants it so."""


class Call(Protocol):
    """Where a side effect was called from."""

    @property
    def effect(self) -> RunStep: ...
    @property
    def scope(self) -> str: ...
    @property
    def step(self) -> StepDeclaration: ...
    @property
    def context(self) -> StepContext: ...


def saga_entry(call: Call, result: Any, seq: int, at: str) -> SagaEntry:
    """The log's entry for a completed side effect; its compensation is worked out right away."""
    step = call.step
    resource, given, irreversible = reversal(step, call.effect.input, result)
    return SagaEntry(
        run_id=call.context.run_id,
        seq=seq,
        scope=call.scope,
        key=call.effect.key,
        idempotency_key=call.context.idempotency_key,
        resource=step.name,
        step_version=step.version,
        input=_text(call.effect.input),
        result=_text(result),
        compensation=resource,
        compensation_input=given,
        irreversible=irreversible,
        at=at,
    )


def saga_mark(entry: SagaEntry) -> str:
    """Binds an entry to the journal, so that what reverses a side effect cannot be changed."""
    parts = (
        entry.idempotency_key,
        entry.resource,
        entry.input,
        entry.result,
        entry.compensation or "",
        entry.compensation_input or "",
        entry.irreversible or "",
    )
    return entry_hash(*parts)


def reversal(
    step: StepDeclaration, value: Any, result: Any
) -> tuple[str | None, str | None, str | None]:
    """The compensating step, its input as JSON text, and why one of them is missing."""
    compensation = step.compensation
    if compensation is None:
        return None, None, step.irreversible
    try:
        given = exact_json.plain(compensation.input(value, result))
    except Exception as error:  # noqa: BLE001 - the deed is done: its record may not be lost
        return compensation.resource, None, f"its reversal could not be worked out: {error}"
    return compensation.resource, _text(given), None


def _text(value: Any) -> str:
    return exact_json.encode(value).decode()
