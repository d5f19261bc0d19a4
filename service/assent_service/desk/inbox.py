"""The desk's word on the inbox: cases that only the owner can settle, and the settling."""

from collections.abc import Sequence
from typing import Any

from assent_engine import library
from assent_engine.interventions import OPEN, Choice, Decision, choose_intervention, meanings
from assent_engine.refusals import refused
from assent_engine.registry import StepRegistry
from assent_engine.store import Reader
from assent_engine.store.rows import InterventionRow
from assent_schemas.wire import inbox as wire
from assent_schemas.wire.frame import Page
from assent_service.desk.room import Caller, Room, slice_of
from assent_service.desk.run_reading import begun


async def list_cases(room: Room, asked: wire.CasesAsked, _: Caller) -> Page[wire.Case]:
    rows = await room.read.interventions()
    wanted = [row for row in rows if asked.settled or row.status == OPEN]
    found = slice_of(wanted, [row.id for row in wanted], asked)
    return Page(items=await _cases(room.read, found.items), after=found.after)


async def show_case(room: Room, asked: wire.CaseAsked, _: Caller) -> wire.CaseDetail:
    row = choose_intervention(await room.read.interventions(), asked.case)
    (case,) = await _cases(room.read, [row])
    said = {str(word): meaning for word, meaning in meanings(row.code).items()}
    schema = _result_schema(row)
    return wire.CaseDetail(**dict(case), about=row.about, meanings=said, result_schema=schema)


async def resolve_case(room: Room, asked: wire.Resolving, caller: Caller) -> wire.Resolved:
    engine = room.engine
    row = choose_intervention(await room.read.interventions(), asked.case)
    word = _choice(asked.choice, row)
    decision = Decision(word, caller.by, caller.how, asked.note, asked.result)
    await engine.inbox.resolve(row.id, decision)
    run = None
    if not asked.later:
        run = await begun(room, await room.carriers.begin(engine.runs.resume(row.run_id)))
    return wire.Resolved(intervention_id=row.id, run_id=row.run_id, choice=word.value, run=run)


def _choice(word: str, row: InterventionRow) -> Choice:
    if word in {one.value for one in Choice}:
        return Choice(word)
    remedy = f"Choose: {', '.join(row.choices)}."
    raise refused("intervention.no_choice", f"{word!r} is no choice here.", remedy)


def _result_schema(row: InterventionRow) -> dict[str, Any] | None:
    """JSON Schema of the result that `done` has to give; None where none is asked for."""
    if row.code != "effect.unsure":
        return None
    library.load()
    step = StepRegistry.shared().step(row.about.get("resource", ""))
    return None if step is None else step.output_schema


async def _cases(read: Reader, rows: Sequence[InterventionRow]) -> list[wire.Case]:
    """Cases with the names of the policies whose runs they are about."""
    names = {row.policy_id: row.name for row in await read.policies()}
    runs = [await read.run(run_id) for run_id in {row.run_id for row in rows}]
    policies = {run.id: names.get(run.policy_id, "?") for run in runs if run is not None}
    return [_case(row, policies.get(row.run_id, "?")) for row in rows]


def _case(row: InterventionRow, policy: str) -> wire.Case:
    return wire.Case(
        intervention_id=row.id,
        run_id=row.run_id,
        policy=policy,
        code=row.code,
        subject=row.subject,
        text=row.text,
        resource=row.about.get("resource"),
        choices=row.choices,
        status=row.status,
        choice=row.choice,
        note=row.note,
        result=row.result,
        decided_by=row.decided_by,
        decided_how=row.decided_how,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
