"""Runs: started of what is approved, looked at, explained, and ended where nothing was done."""

from typing import Annotated, Any

from pydantic import Field

from assent_engine.interventions import OPEN
from assent_engine.notices import Notice, NoticeLevel
from assent_engine.policies import choose_policy
from assent_engine.reading.wording import quoted
from assent_engine.refusals import refused
from assent_engine.runner.family import at_stake
from assent_engine.store import Reader
from assent_engine.store.rows import RunRow
from assent_schemas.error_catalogue import CATALOGUE
from assent_schemas.statuses import RunStatus
from assent_schemas.wire import runs as wire
from assent_service.agent_door.tool import Asked, Told, Visit
from assent_service.agent_door.tools.policies import After, Limit, caller_of
from assent_service.desk import run_reading

INTENT = "intent"
MOST_ENTRIES = 500
_SUBJECT = 120
RunAsked = Annotated[
    str, Field(min_length=1, max_length=512, description="A run, by its id or how that begins.")
]


class Starting(Asked):
    """A policy whose version in force is to run."""

    policy: Annotated[str, Field(max_length=512, description="A policy, by its name or id.")]
    input: (
        Annotated[
            dict[str, Any],
            Field(description="Only where the approval grants it; else leave it out."),
        ]
        | None
    ) = None


class Getting(Asked):
    """One run."""

    run: RunAsked


class Listing(Asked):
    """Which runs."""

    policy: Annotated[str, Field(max_length=512, description="Of this policy only.")] | None = None
    limit: Limit = 20
    after: After | None = None


class RunList(Told):
    """A part of the list."""

    items: list[wire.RunSummary]
    after: str | None = None


class Explaining(Asked):
    """A run, and which part of its trace."""

    run: RunAsked
    after: (
        Annotated[int, Field(ge=0, description="Go on after this entry of its trace.")] | None
    ) = None
    limit: Annotated[int, Field(ge=1, le=MOST_ENTRIES)] = 100


class RunExplained(Told):
    """Why it stands where it stands, and a part of its trace."""

    run_id: str
    policy: str
    status: str
    summary: list[str]
    trace: list[wire.Happening]
    after: int | None = None


class Cancelling(Asked):
    """A run that is to end."""

    run: RunAsked
    reason: Annotated[str, Field(max_length=500, description="Why; the owner may read it.")] = ""


class Cancelled(Told):
    """What becomes of the wish."""

    run_id: str
    state: str
    said: str


async def start_run(visit: Visit, asked: Starting) -> wire.RunSummary:
    if asked.input:
        detail = "The approval of this policy lets no agent give a run its input."
        remedy = "Start it without input: it runs on its context_defaults."
        raise refused("run.no_agent_input", detail, remedy)
    policy = choose_policy(await visit.reach.read.policies(), asked.policy)
    run_id = await visit.reach.start(policy.policy_id, visit.by)
    return await run_reading.begun(visit.reach.room, run_id)


async def get_run(visit: Visit, asked: Getting) -> wire.RunDetail:
    question = wire.RunAsked(run=asked.run)
    return await run_reading.show_run(visit.reach.room, question, caller_of(visit))


async def list_runs(visit: Visit, asked: Listing) -> RunList:
    question = wire.RunsAsked(
        policy=asked.policy, limit=asked.limit, after=asked.after, newest=True
    )
    found = await run_reading.list_runs(visit.reach.room, question, caller_of(visit))
    return RunList(items=found.items, after=found.after)


async def explain_run(visit: Visit, asked: Explaining) -> RunExplained:
    room, caller = visit.reach.room, caller_of(visit)
    run = await run_reading.show_run(room, wire.RunAsked(run=asked.run), caller)
    after = None if asked.after is None else str(asked.after)
    question = wire.JournalAsked(run=run.run_id, after=after, limit=asked.limit)
    trace = await run_reading.list_happenings(room, question, caller)
    return RunExplained(
        run_id=run.run_id,
        policy=run.policy,
        status=str(run.status),
        summary=_summary(run),
        trace=trace.items,
        after=int(trace.after) if trace.after else None,
    )


async def cancel_run(visit: Visit, asked: Cancelling) -> Cancelled:
    """Its own run that did nothing to the outside ends at once; else the owner is told."""
    reach = visit.reach
    row = await run_reading.found(reach.read, asked.run)
    if row.status.ended:
        raise refused("run.ended", f"Run {row.id} has ended: {row.status}.")
    if await _is_free(visit, row):
        await reach.cancel_untouched(row.id, visit.by)
        return Cancelled(run_id=row.id, state="cancelling", said="It ends, and has done nothing.")
    new = await reach.ask_owner(await _wish(visit, row, asked.reason))
    said = "The owner is told that you ask for it." if new else "The owner was told before."
    return Cancelled(run_id=row.id, state="asked_owner", said=said)


async def _is_free(visit: Visit, row: RunRow) -> bool:
    """Whether the client began the run, and nothing of it would have to be reversed or settled."""
    reach = visit.reach
    if row.parent_run is not None or await reach.starter(row.id) != visit.by:
        return False
    if await at_stake(reach.read, row.id) or await _has_acted(reach.read, row.id):
        return False
    cases = await reach.read.interventions(row.id)
    return row.status is not RunStatus.NEEDS_OWNER and all(one.status != OPEN for one in cases)


async def _has_acted(read: Reader, run_id: str) -> bool:
    """Whether a run, or one that it called, has begun anything outside, settled or not."""
    if any(entry.kind == INTENT for entry in await read.journal(run_id)):
        return True
    return any([await _has_acted(read, row.id) for _, row in await read.called_by(run_id)])


async def _wish(visit: Visit, row: RunRow, reason: str) -> Notice:
    policy = await visit.reach.read.policy(row.policy_id)
    name = quoted(policy.name if policy else "?", _SUBJECT)
    why = f" It says: {quoted(reason, _SUBJECT)}." if reason else ""
    text = (
        f"The agent {visit.client.name} asks to cancel run {row.id} of {name}.{why}"
        f" To do it: assent run cancel {row.id}"
    )
    return Notice(f"agent/cancel/{visit.client.name}/{row.id}", text, NoticeLevel.INFO, row.id)


def _summary(run: wire.RunDetail) -> list[str]:
    """Where a run stands and why, and what can be done about it."""
    said = [f"It is {run.status}."]
    if run.current_step and not run.status.ended:
        said.append(f"It stands at {quoted(run.current_step)}.")
    if run.error:
        said.append(f"The error is {quoted(run.error)}: {quoted(run.cause or '')}.")
        if (row := CATALOGUE.get(run.error)) is not None:
            said.append(f"That means: {row.meaning} {row.remedy}")
    said += [f"It did {one.resource}: {one.settled or 'stands'}." for one in run.saga_log]
    said += [f"It may have done {one.resource}; nobody knows." for one in run.may_have_happened]
    waiting = [one for one in run.interventions if one.status == OPEN]
    if waiting:
        said.append(f"{len(waiting)} cases wait for the owner, who alone can settle them.")
    return said
