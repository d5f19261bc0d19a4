"""The dispatcher: the one way to every tool; it checks both sides, bounds, audits and catches."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from assent_engine.clients import Client
from assent_schemas import exact_json, exact_schema
from assent_schemas.clients import NOBODY
from assent_schemas.errors import AssentError, Problem, Refused, pointer
from assent_service.agent_door import arguments
from assent_service.agent_door.bounds import AgentBounds
from assent_service.agent_door.calls import CallLog
from assent_service.agent_door.catalogue import Catalogue
from assent_service.agent_door.jobs import Job, Jobs, shielded
from assent_service.agent_door.rates import Rates
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.remedies import remedy_of
from assent_service.agent_door.telling import plainly, text_of
from assent_service.agent_door.tool import Tool, Visit
from assent_service.desk.carriers import problem_of

_LOG = logging.getLogger(__name__)
TITLE = "The tool cannot be called like this"
_SUBJECTS = ("policy", "run", "name", "job")
AnyTool = Tool[Any, Any]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Said:
    """What a call comes to: JSON text, and whether it says why not."""

    text: str
    is_error: bool = False


@dataclass(slots=True)
class Dispatcher:
    """Calls tools for clients; whatever goes wrong becomes problems that the client can read."""

    reach: Reach
    catalogue: Catalogue
    bounds: AgentBounds
    jobs: Jobs
    rates: Rates
    log: CallLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = CallLog(self.reach)

    async def call(self, client: Client, tool: AnyTool, given: dict[str, Any] | None) -> Said:
        """Carry one call out; never raises but for cancellation."""
        try:
            self.rates.take(client.name, changes=tool.changes)
            data = await self._carried_out(client, tool, given)
            return Said(self._checked(tool, data))
        except Exception as error:  # noqa: BLE001 - whatever it is, the client hears in one form
            return Said(text_of({"problems": _told(error)}), is_error=True)

    async def look(
        self, client: Client, what: str, work: Callable[[Visit], Coroutine[Any, Any, Value]]
    ) -> Value:
        """Read something that is no tool's; raises Refused, whatever went wrong."""
        try:
            self.rates.take(client.name, changes=False)
            visit = Visit(client, self.reach, self.jobs)
            self.log.look(visit.by, what)
            async with asyncio.timeout(self.bounds.seconds_for_call):
                return await work(visit)
        except AssentError as error:
            raise Refused(replace(one, remedy=remedy_of(one)) for one in error.problems) from error
        except TimeoutError:
            detail = f"{what} took more than {self.bounds.seconds_for_call:g} s."
            raise Refused(Problem("call.too_slow", "Too slow", detail, "Try again.")) from None
        except Exception as error:
            raise Refused(problem_of(error)) from error

    async def _carried_out(self, client: Client, tool: AnyTool, given: Any) -> Any:
        visit = Visit(client, self.reach, self.jobs)
        self._permit(client, tool)
        asked = self._asked(tool, given)
        if not tool.changes:
            self.log.look(visit.by, tool.name)
            return await self._work(client, tool, visit, asked)
        subject = _subject(asked)
        await self.log.change(visit.by, tool.name, subject)
        try:
            return await self._work(client, tool, visit, asked)
        except AssentError as error:
            said = f"refused, {error.problem.code}"
            await self.log.change(visit.by, tool.name, subject, said)
            raise

    async def _work(self, client: Client, tool: AnyTool, visit: Visit, asked: Any) -> Any:
        """What the tool tells; long work that takes its time is told of as a job."""
        work = tool.does(visit, asked)
        if tool.long:
            done = await self.jobs.done(client.name, tool.name, work)
            return {"job": done.id} if isinstance(done, Job) else done
        seconds = self.bounds.seconds_for_call
        try:
            if tool.changes:
                return await shielded(work, seconds)
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError:
            raise _too_slow(tool, seconds) from None

    def _permit(self, client: Client, tool: AnyTool) -> None:
        """Raise Refused where a client lacks the scope that a tool needs."""
        if tool.changes:
            self.reach.refuse_held()
        if tool.changes and client.name == NOBODY:
            detail = f"{tool.name} changes something; without a token a client only reads."
            remedy = "The owner connects clients: assent connect"
            raise Refused(Problem("call.scope", "Not granted", detail, remedy))
        if tool.scope is not None and tool.scope not in client.scopes:
            has = ", ".join(sorted(client.scopes)) or "none, and only reads"
            detail = f"{tool.name} needs the scope {tool.scope}; {client.name} has {has}."
            command = f"assent clients grant {client.name} {tool.scope}"
            remedy = f"Only the owner can grant it: {command}"
            raise Refused(Problem("call.scope", "Not granted", detail, remedy))

    def _asked(self, tool: AnyTool, given: Any) -> Any:
        """The question, checked by the tool's schema and then by its model; raises AssentError."""
        named = arguments.parsed({} if given is None else given, tool.takes)
        found = exact_schema.problems(named, tool.takes, prefix="call", title=TITLE)
        if found:
            raise Refused(found)
        try:
            return tool.read(named)
        except ValidationError as error:
            raise Refused(_wrong(error)) from error

    def _checked(self, tool: AnyTool, data: Any) -> str:
        """What was found as text, if it is what the tool promises and not too much."""
        plain = plainly(data)
        if found := exact_schema.problems(plain, tool.gives, prefix="call", title=TITLE):
            raise AssertionError(f"{tool.name} broke its promise: {found[0]}")
        text = text_of(plain)
        if len(text) > self.bounds.answer:
            detail = f"The answer has {len(text)} characters; {self.bounds.answer} are sent."
            remedy = "Ask for less at once: a smaller limit, or one item."
            raise Refused(Problem("call.too_much", "Too much to tell", detail, remedy))
        return text


def _told(error: Exception) -> list[Any]:
    """The problems of an error; nothing of one that nobody foresaw but that it happened."""
    problems: Iterable[Problem] = (
        error.problems if isinstance(error, AssentError) else (problem_of(error),)
    )
    return [exact_json.plain(_shown(one)) for one in problems]


def _shown(problem: Problem) -> dict[str, Any]:
    """A problem with what an agent can do about it; what is not known is left out."""
    shown = {**problem.as_json(), "remedy": remedy_of(problem)}
    return {
        name: one
        for name, one in shown.items()
        if one is not None and (one or name not in ("remedy", "detail"))
    }


def _subject(asked: Any) -> str:
    """The field that names what a change is about."""
    named = (getattr(asked, name, None) for name in _SUBJECTS)
    return next((str(one) for one in named if one), "")


def _wrong(error: ValidationError) -> Iterable[Problem]:
    for row in error.errors(include_url=False, include_context=False, include_input=False):
        yield Problem("call.wrong_form", TITLE, f"{row['msg']}.", "", pointer(*row["loc"]))


def _too_slow(tool: AnyTool, seconds: float) -> Refused:
    detail = f"{tool.name} took more than {seconds:g} s."
    remedy = (
        "It goes on all the same: look at what became of it before you call again."
        if tool.changes
        else "Ask for less at once, or try again."
    )
    return Refused(Problem("call.too_slow", "Too slow", detail, remedy))
