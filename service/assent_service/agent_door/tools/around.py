"""What is around policies: how the service stands, what is due, and events from outside."""

from datetime import timedelta
from itertools import islice, takewhile
from typing import Annotated, Any

from pydantic import Field

from assent_engine.moments import moment, timestamp
from assent_engine.policies import choose_policy
from assent_engine.scheduling.forecast import Upcoming, upcoming
from assent_engine.scheduling.happenings import Event
from assent_engine.store.rows import TriggerRow
from assent_schemas.gaps import GapReport
from assent_schemas.wire.frame import Nothing
from assent_service.agent_door.telling import plainly
from assent_service.agent_door.tool import Asked, Told, Visit
from assent_service.agent_door.tools.drafts import ProblemTold, problem_told
from assent_service.agent_door.tools.policies import caller_of
from assent_service.desk import records

MOST_DUE = 200


class StatusAsked(Asked):
    """How everything stands, and perhaps a job."""

    job: Annotated[
        str, Field(max_length=64, description="Work of yours that takes long: what came of it?")
    ] = ""


class JobTold(Told):
    """Work that took long: working, or done with its result."""

    job: str
    tool: str
    state: str
    result: dict[str, Any] | None = None


class StatusTold(Told):
    """The service, the engine and whoever asks."""

    version: str
    state: str
    reason: ProblemTold | None = None
    since: str
    now: str
    time_zone: str
    next_due: str | None = None
    open_runs: int | None = None
    needs_owner: int | None = None
    waiting_approvals: int | None = None
    you: str
    your_scopes: list[str]
    your_open_proposals: int | None = None
    job: JobTold | None = None


class Foreseeing(Asked):
    """How far to look ahead."""

    days: Annotated[int, Field(ge=1, le=366, description="How far to look.")] = 7
    policy: Annotated[str, Field(max_length=512, description="Of this policy only.")] | None = None


class DueTold(Told):
    """One due time to come."""

    due: str
    policy_id: str
    policy: str
    trigger: str


class Foreseen(Told):
    """The due times until a moment; `more` where there are too many."""

    until: str
    more: bool
    due: list[DueTold]


class Emitting(Asked):
    """Something that has happened."""

    name: Annotated[str, Field(min_length=1, max_length=64, description="What has happened.")]
    data: (
        Annotated[dict[str, Any], Field(description="What the run finds at $.trigger.data.")] | None
    ) = None


class Emitted(Told):
    """Whom it concerned."""

    met: Annotated[int, Field(description="How many triggers it has met.")]


class GapNoted(Told):
    """What was noted; the same gap is one, however often it is reported."""

    gap: str
    reported: Annotated[int, Field(description="How often, by whichever client.")]
    next: str


async def report_tool_gap(visit: Visit, asked: GapReport) -> GapNoted:
    noted = await visit.reach.report(visit.client.name, asked)
    said = "The owner sees it. Tell them what cannot be done yet, and do not work around it."
    return GapNoted(gap=noted.key, reported=noted.count, next=said)


async def status(visit: Visit, asked: StatusAsked) -> StatusTold:
    reach = visit.reach
    found = await records.status(reach.room, Nothing(), caller_of(visit))
    reason = None if found.reason is None else problem_told(found.reason)
    mine = None if reach.held else len(await reach.waiting_of(visit.by))
    return StatusTold(
        version=found.version,
        state=found.state,
        reason=reason,
        since=found.since,
        now=reach.now,
        time_zone=reach.zone,
        next_due=found.next_due,
        open_runs=found.open_runs,
        needs_owner=found.needs_owner,
        waiting_approvals=found.waiting_approvals,
        you=visit.client.name,
        your_scopes=sorted(visit.client.scopes),
        your_open_proposals=mine,
        job=_job(visit, asked.job) if asked.job else None,
    )


def _job(visit: Visit, job_id: str) -> JobTold:
    """What came of a job; raises what its work raised."""
    job = visit.jobs.found(visit.client.name, job_id)
    if not job.task.done():
        return JobTold(job=job.id, tool=job.tool, state="working")
    result = plainly(job.task.result())
    return JobTold(job=job.id, tool=job.tool, state="done", result=result)


async def forecast(visit: Visit, asked: Foreseeing) -> Foreseen:
    read = visit.reach.read
    of = None if asked.policy is None else choose_policy(await read.policies(), asked.policy)
    rows = await read.triggers(of.policy_id if of else None)
    return await visit.reach.in_thread(_foreseen, rows, visit.reach.now, asked, visit.reach.zone)


async def emit_event(visit: Visit, asked: Emitting) -> Emitted:
    """When this is answered the event is not lost; its runs go on by themselves."""
    return Emitted(met=await visit.reach.emit(Event(asked.name, asked.data or {})))


def _foreseen(rows: list[TriggerRow], now: str, asked: Foreseeing, zone: str) -> Foreseen:
    start = moment(now)
    until = start + timedelta(days=asked.days)
    coming = takewhile(lambda one: one.due <= until, upcoming(rows, start, zone))
    found = list(islice(coming, MOST_DUE + 1))
    due = [_due(one) for one in found[:MOST_DUE]]
    return Foreseen(until=timestamp(until), more=len(found) > MOST_DUE, due=due)


def _due(one: Upcoming) -> DueTold:
    return DueTold(
        due=timestamp(one.due), policy_id=one.policy_id, policy=one.name, trigger=one.trigger
    )
