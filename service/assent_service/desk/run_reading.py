"""The desk's word on runs as they stand: listed, shown, and told entry by entry."""

from collections import Counter
from collections.abc import Sequence

from assent_engine.ids import choose
from assent_engine.interventions import OPEN as OPEN_CASE
from assent_engine.policies import choose_policy
from assent_engine.refusals import refused
from assent_engine.runner.family import at_stake
from assent_engine.runner.unknown import doubts
from assent_engine.store import Reader
from assent_engine.store.records import JournalEntry, SagaEntry
from assent_engine.store.rows import InterventionRow, RunRow
from assent_schemas import exact_json
from assent_schemas.errors import Problem, StoreError
from assent_schemas.wire import runs as wire
from assent_schemas.wire.frame import Page
from assent_service.desk.room import Caller, Room, page, part


async def list_runs(room: Room, asked: wire.RunsAsked, _: Caller) -> Page[wire.RunSummary]:
    read = room.read
    of = None if asked.policy is None else choose_policy(await read.policies(), asked.policy)
    rows = await read.run_page(part(asked), of.policy_id if of else None)
    return page(await summaries(read, rows), [row.id for row in rows], asked.limit)


async def show_run(room: Room, asked: wire.RunAsked, _: Caller) -> wire.RunDetail:
    read = room.read
    row = await found(read, asked.run)
    (summary,) = await summaries(read, [row])
    stake = [] if row.status.ended else await at_stake(read, row.id)
    return wire.RunDetail(
        **dict(summary),
        output=row.output,
        saga_log=[_side_effect(one) for one in await read.saga_log(row.id)],
        at_stake=[_side_effect(one) for one in stake],
        may_have_happened=[
            wire.MayHaveHappened(resource=one.resource, scope=one.scope, key=one.key)
            for one in await doubts(read, row.id)
        ],
        interventions=[_case(one) for one in await read.interventions(row.id)],
        notices=[one.text for one in await read.notices(row.id)],
    )


async def list_happenings(room: Room, asked: wire.JournalAsked, _: Caller) -> Page[wire.Happening]:
    read = room.read
    row = await found(read, asked.run)
    entries = await read.journal(row.id, after=int(asked.after or 0), most=asked.limit + 1)
    told = [_happening(one) for one in entries]
    return page(told, [str(one.seq) for one in entries], asked.limit)


async def summaries(read: Reader, rows: Sequence[RunRow]) -> list[wire.RunSummary]:
    """Runs with the names of their policies, and how many cases wait for the owner."""
    names = {row.policy_id: row.name for row in await read.policies()}
    cases = Counter(one.run_id for one in await read.interventions() if one.status == OPEN_CASE)
    return [_summary(row, names.get(row.policy_id, "?"), cases[row.id]) for row in rows]


async def begun(room: Room, run_id: str | None) -> wire.RunSummary:
    """Where a run stands that was just begun or gone on with.

    The first that is heard of it may be what a run does that it called.
    """
    row = None if run_id is None else await room.read.run(run_id)
    while row is not None and row.parent_run is not None:
        row = await room.read.run(row.parent_run)
    if row is None:
        raise refused("run.unknown", f"There is no run {run_id}.")
    return (await summaries(room.read, [row]))[0]


async def found(read: Reader, start: str) -> RunRow:
    """The one run whose id starts so; raises Refused."""
    return choose(await read.runs_from(start), start, "run", "run", "List them: assent run list")


def _summary(row: RunRow, policy: str, cases: int) -> wire.RunSummary:
    return wire.RunSummary(
        run_id=row.id,
        policy_id=row.policy_id,
        policy=policy,
        version=row.policy_version,
        status=row.status,
        current_step=row.current_step,
        error=row.error,
        cause=row.cause,
        parent_run=row.parent_run,
        open_interventions=cases,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _side_effect(one: SagaEntry) -> wire.SideEffect:
    return wire.SideEffect(
        run_id=one.run_id,
        key=one.key,
        resource=one.resource,
        idempotency_key=one.idempotency_key,
        input=_recorded(one.input),
        result=_recorded(one.result),
        compensation=one.compensation,
        irreversible=one.irreversible,
        settled=one.settled,
        settled_at=one.settled_at,
    )


def _case(one: InterventionRow) -> wire.RunCase:
    return wire.RunCase(
        intervention_id=one.id,
        code=one.code,
        text=one.text,
        status=one.status,
        choices=one.choices,
        choice=one.choice,
        note=one.note,
        decided_by=one.decided_by,
        decided_how=one.decided_how,
        closed_at=one.closed_at,
    )


def _happening(one: JournalEntry) -> wire.Happening:
    return wire.Happening(
        seq=one.seq,
        scope=one.scope,
        key=one.key,
        kind=one.kind,
        at=one.at,
        data=_recorded(one.data),
        hash=one.hash,
    )


def _recorded(text: str) -> object:
    """A record's JSON; raises StoreError where it is damaged."""
    try:
        return exact_json.decode(text)
    except ValueError as error:
        remedy = "Restore the home from a backup."
        title, detail = "The store is damaged", f"A record of the run is no JSON: {error}."
        raise StoreError(Problem("store.damaged", title, detail, remedy)) from error
