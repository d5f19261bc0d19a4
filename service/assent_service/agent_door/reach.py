"""What the agent door can reach of the engine: all that a tool may do, and nothing beside it."""

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from assent_engine import library
from assent_engine.callees import gather, models
from assent_engine.clients import Client
from assent_engine.effects import Outcome
from assent_engine.notices import Notice, NoticeBoard
from assent_engine.policies import Proposal
from assent_engine.registry import StepContext, StepDeclaration, StepRegistry
from assent_engine.registry.invocation import invoke
from assent_engine.scheduling.happenings import Event
from assent_engine.scheduling.zone import owners_zone
from assent_engine.store import Reader
from assent_engine.store.records import AuditEntry
from assent_engine.store.rows import GapRow, VersionRow
from assent_schemas.errors import Problem
from assent_schemas.gaps import GapReport
from assent_service.desk.room import Room

Value = TypeVar("Value")
Given = ParamSpec("Given")
THREADS = 2
"""For checks and simulations: these must not hold up runs and doors."""


@dataclass(slots=True)
class Reach:
    """The engine as agents have it. Nothing here decides, resolves, resumes or widens anything."""

    room: Room
    ended: bool = False
    """Whether the door closes: work in threads gives up then, or the process could not end."""
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="agent-door")
    )

    def close(self) -> None:
        """Begin no more work in threads."""
        self.ended = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def read(self) -> Reader:
        """The store, to look; raises Refused where it cannot be read."""
        return self.room.read

    @property
    def home(self) -> Path:
        return self.room.home

    @property
    def now(self) -> str:
        return self.room.now

    @property
    def held(self) -> Problem | None:
        """Why the engine may not work, if it may not."""
        return self.room.behind.reason

    def refuse_held(self) -> None:
        """Raise Refused where the engine may not work."""
        self.room.behind.engine()

    @property
    def zone(self) -> str:
        """The owner's, by its IANA name."""
        return owners_zone()

    @property
    def registry(self) -> StepRegistry:
        """The steps that are known; those of this installation where the engine is held."""
        if self.room.behind.state == "ready":
            return self.room.engine.runs.registry
        library.load()
        return StepRegistry.shared()

    async def known_by(self, document: Any) -> StepRegistry:
        """The registry by which a document is read: with the policies in force that it calls."""
        if self.held is not None:
            return self.registry
        return self.registry.calling(models(await gather(self.read, document)))

    async def in_thread(
        self, work: Callable[Given, Value], *args: Given.args, **more: Given.kwargs
    ) -> Value:
        """Do what takes long beside the loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*args, **more))

    async def authenticated(self, name: str, token: str) -> Client:
        """The client that has this token; raises Refused."""
        return await self.room.engine.clients.authenticated(name, token)

    def used(self, name: str) -> None:
        """Note that a client called."""
        self.room.engine.clients.used(name)

    async def audit(self, who: str, action: str, subject: str, detail: str) -> None:
        """Record a call before it is carried out."""
        entry = AuditEntry(self.now, who, action, subject, detail)
        await self.room.engine.store.commit(entry)

    def audit_later(self, who: str, action: str, detail: str) -> None:
        """Record what changed nothing, without waiting for the disk."""
        self.room.engine.store.enqueue(AuditEntry(self.now, who, action, "", detail))

    async def propose(self, document: dict[str, Any], by: str) -> Proposal:
        """Put a document before the owner; raises PolicyInvalid and Refused."""
        return await self.room.engine.policies.propose(document, by)

    async def withdraw(self, policy_id: str, version: str, by: str) -> None:
        """Take back a proposal of the same author; raises Refused."""
        await self.room.engine.policies.withdraw(policy_id, version, by=by)

    async def waiting_of(self, author: str) -> Sequence[VersionRow]:
        """The proposals of an author that wait."""
        return await self.room.engine.policies.waiting_of(author)

    async def start(self, policy_id: str, by: str) -> str:
        """Start a run of the version in force, on its own defaults; its id. Raises Refused."""
        work = self.room.engine.runs.start(policy_id, by=by)
        return await self.room.carriers.begin(work) or ""

    async def starter(self, run_id: str) -> str | None:
        """Who started a run, other than owner and schedule."""
        return await self.room.engine.runs.starter(run_id)

    async def cancel_untouched(self, run_id: str, by: str) -> None:
        """End a run that has done nothing to the outside; raises Refused."""
        await self.room.carriers.begin(self.room.engine.runs.cancel(run_id, by=by))

    async def ask_owner(self, notice: Notice) -> bool:
        """Tell the owner of a wish; False where it was told before."""
        return await self.room.engine.runs.world.get(NoticeBoard).post(notice)  # type: ignore[type-abstract]

    async def report(self, client: str, report: GapReport) -> GapRow:
        """Note what a client lacks."""
        return await self.room.engine.gaps.report(client, report)

    async def emit(self, event: Event) -> int:
        """Tell of an event; how many triggers it met. Raises Refused."""
        return await self.room.engine.schedule.emit(event)

    async def look(self, step: StepDeclaration, given: Any) -> Outcome:
        """Call a step that changes nothing outside; raises ValueError for any other."""
        if step.side_effect:
            raise ValueError(f"{step.name} has a side effect")
        engine = self.room.engine
        context = StepContext("", f"look-{os.urandom(8).hex()}", engine.clock, engine.runs.world)
        return await invoke(step, given, context)
