"""Carriers: the runs that were begun at the desk, each in a task of its own, until they stop."""

import asyncio
import logging
from collections.abc import Coroutine
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any

from assent_engine.ports import Progress
from assent_engine.runner import RunReport
from assent_schemas.errors import AssentError, Problem
from assent_service.desk.hub import Hub

Work = Coroutine[Any, Any, RunReport | None]
_LOG = logging.getLogger(__name__)
_SIGN: ContextVar["asyncio.Future[str] | None"] = ContextVar("sign", default=None)
"""What the task around waits for: the first thing that its run tells."""


@dataclass(slots=True)
class Carriers:
    """Begins work on runs without waiting for its end."""

    hub: Hub
    _tasks: set[asyncio.Task[RunReport | None]] = field(default_factory=set)

    def hear(self, progress: Progress) -> None:
        """Pass on what a run tells; to be made the engine's listener."""
        sign = _SIGN.get()
        if sign is not None and not sign.done():
            sign.set_result(progress.run_id)
        about = {"run_id": progress.run_id, "scope": progress.scope, "key": progress.key}
        self.hub.publish(progress.event, {**progress.about, **about})

    async def begin(self, work: Work) -> str | None:
        """Carry work on a run out; returns the run once it is under way or over.

        None where there was nothing to do. Raises what the work raises before anything was
        under way: so it was refused.
        """
        sign: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        context = copy_context()
        context.run(_SIGN.set, sign)
        task = asyncio.create_task(work, context=context)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(done, sign))
        either: set[asyncio.Future[Any]] = {task, sign}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if sign.done() and not sign.cancelled():
            return sign.result()
        report = task.result()
        return report.run_id if report else None

    def spawn(self, run_id: str, work: Work) -> None:
        """Carry work on a run out that nobody waits for; what it raises is told as an event."""
        sign: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        sign.set_result(run_id)
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(done, sign))

    async def close(self) -> None:
        """Stop every run where it stands; it can be resumed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: "asyncio.Task[RunReport | None]", sign: "asyncio.Future[str]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and sign.done():
            # Nobody waits for it any more: whoever watches the run has to hear of it.
            data = {"run_id": sign.result(), "problem": problem_of(error).as_json()}
            self.hub.publish("run.dropped", data)
        sign.cancel()


def problem_of(error: BaseException) -> Problem:
    """What is told of an error; of one that nobody foresaw no more than that it is in the log."""
    if isinstance(error, AssentError):
        return error.problem
    _LOG.error("unforeseen", exc_info=error)
    remedy = "Look into the service's log, and report it."
    return Problem("internal", "Something unexpected happened", "It is in the log.", remedy)
