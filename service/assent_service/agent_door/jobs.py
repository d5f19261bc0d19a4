"""Jobs: work that outlives the call that began it, known by an id to the client that asked."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from assent_schemas.errors import Problem, Refused
from assent_service.agent_door.bounds import AgentBounds

KEPT = 15 * 60
"""Seconds for which what came of a job can be asked for."""
_MOST = 256
Work = Coroutine[Any, Any, Any]


@dataclass(slots=True)
class Job:
    """Work of one client; `ended` is when it was over."""

    id: str
    client: str
    tool: str
    task: asyncio.Task[Any]
    ended: float | None = None


@dataclass(slots=True)
class Jobs:
    """The work that is under way or was lately, of all clients."""

    bounds: AgentBounds
    passing: Callable[[], float] = time.monotonic
    _jobs: dict[str, Job] = field(default_factory=dict)

    async def done(self, client: str, tool: str, work: Work) -> Any | Job:
        """What comes of work, or the job that it becomes if it takes too long for a call.

        The work goes on whatever becomes of the call. Raises what the work raises, and Refused.
        """
        job = self._begin(client, tool, work)
        await asyncio.wait({job.task}, timeout=self.bounds.patience)
        if not job.task.done():
            return job
        del self._jobs[job.id]
        return job.task.result()

    def found(self, client: str, job_id: str) -> Job:
        """A job of this client; raises Refused."""
        self._forget()
        job = self._jobs.get(job_id)
        if job is None or job.client != client:
            detail = f"There is no job {job_id[:40]!r} of yours."
            remedy = "Call the tool again: jobs are forgotten 15 minutes after their end."
            raise Refused(Problem("job.unknown", "Not found", detail, remedy))
        return job

    async def close(self) -> None:
        """Let nothing go on."""
        tasks = [job.task for job in self._jobs.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, client: str, tool: str, work: Work) -> Job:
        self._forget()
        open_now = [job for job in self._jobs.values() if job.client == client and not job.ended]
        if len(open_now) >= self.bounds.jobs or len(self._jobs) >= _MOST:
            work.close()
            detail = f"{len(open_now)} jobs of yours are under way; {self.bounds.jobs} may be."
            raise Refused(Problem("job.too_many", "Too many jobs", detail, "Wait for one to end."))
        task = asyncio.create_task(work)
        job = Job(secrets.token_urlsafe(12), client, tool, task)
        self._jobs[job.id] = job
        task.add_done_callback(lambda _: self._ended(job))
        return job

    def _ended(self, job: Job) -> None:
        job.ended = self.passing()
        if not job.task.cancelled():
            # Looked at, so that nobody complains of it: whoever asks for the job hears of it.
            job.task.exception()

    def _forget(self) -> None:
        limit = self.passing() - KEPT
        old = [job.id for job in self._jobs.values() if job.ended and job.ended < limit]
        for job_id in old:
            del self._jobs[job_id]


async def shielded(work: Awaitable[Any], seconds: float) -> Any:
    """What comes of work that goes on even if the call is given up; raises TimeoutError."""
    task = asyncio.ensure_future(work)
    async with asyncio.timeout(seconds):
        return await asyncio.shield(task)
