"""Following runs that a command has begun, until each of them stops, and showing what happens."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from assent_schemas.errors import Problem, Refused
from assent_schemas.statuses import RunStatus
from assent_schemas.wire import operations as ops
from assent_schemas.wire.events import RESET, RUN_STOPS, Event
from assent_schemas.wire.runs import RunAsked, RunDetail, RunsAsked, RunSummary
from assent_service.cli.output import note
from assent_service.cli.owner import Owner, everything
from assent_service.cli.progress import show_event

_MOVING = (RunStatus.RUNNING, RunStatus.PENDING)
_STILL = (RunStatus.NEEDS_OWNER, RunStatus.PAUSED)
_LOST = {"service.not_running", "service.no_answer", "service.no_events"}


@dataclass(slots=True)
class Following:
    """What happens to runs, from before they were begun."""

    owner: Owner
    events: AsyncIterator[Event]
    show: Callable[[Event], None] | None
    _moving: set[str] = field(default_factory=set)

    async def until_they_stop(self, begun: Iterable[RunSummary]) -> list[RunDetail]:
        """Each run as it stands once it has stopped; one that waits for its turn has, too.

        Raises Refused where the service could not go on with one.
        """
        runs = list(begun)
        self._moving = {one.run_id for one in runs if one.status is not RunStatus.PENDING}
        mine = set(self._moving)
        if mine and self.show is not None:
            note("By the service." if self.owner.served else "By this command: no service runs.")
        with self._saying_what_is_kept():
            while self._moving:
                event = await anext(self.events)
                if self.show and (not self.owner.served or event.data.get("run_id") in mine):
                    self.show(event)
                await self._heard(event)
            return [await self.seen(one.run_id) for one in runs]

    @contextmanager
    def _saying_what_is_kept(self) -> Iterator[None]:
        """Where the service is lost on the way: what becomes of the runs, and how to go on."""
        try:
            yield
        except Refused as error:
            if error.problem.code not in _LOST or not self._moving:
                raise
            raise Refused(_lost(sorted(self._moving))) from error

    async def seen(self, run_id: str) -> RunDetail:
        """How a run stands now."""
        return await self.owner.call(ops.SHOW_RUN, RunAsked(run=run_id))

    async def _heard(self, event: Event) -> None:
        if event.type == RESET:
            now = [await self.seen(one) for one in self._moving]
            self._moving = {one.run_id for one in now if one.status in _MOVING}
        elif event.type in RUN_STOPS and event.data["run_id"] in self._moving:
            self._moving.discard(event.data["run_id"])
            if event.type == "run.dropped":
                raise Refused(Problem(**event.data["problem"]))


def _lost(runs: Sequence[str]) -> Problem:
    which = ", ".join(runs)
    detail = (
        f"It went away while it carried out run {which}, which is kept: it goes on by itself"
        " when the service is started."
    )
    remedy = (
        f"assent service start, then: assent run watch {runs[0]}"
        f" - or without a service: assent run resume {runs[0]}"
    )
    return Problem("service.lost", "The service is gone", detail, remedy)


@asynccontextmanager
async def following(owner: Owner, *, silent: bool) -> AsyncIterator[Following]:
    """Listen from now on; what happens is shown on the terminal unless `silent`."""
    async with owner.events() as events:
        yield Following(owner, events, None if silent else show_event())


async def standing_still(owner: Owner, told: Sequence[RunDetail]) -> list[RunDetail]:
    """The runs that go on only by the owner's word and are not among these."""
    known = {one.run_id for one in told}
    rows = await everything(owner, ops.LIST_RUNS, RunsAsked())
    still = [one for one in rows if one.status in _STILL]
    return [
        await owner.call(ops.SHOW_RUN, RunAsked(run=one.run_id))
        for one in still
        if one.run_id not in known
    ]
