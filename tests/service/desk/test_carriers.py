"""Carriers: work on runs goes on without its asker, and none of it ends unheard."""

import asyncio

import pytest

from assent_engine.ports import Progress
from assent_engine.runner import RunReport
from assent_schemas.errors import Problem, Refused
from assent_schemas.statuses import RunStatus
from assent_service.desk.carriers import Carriers
from assent_service.desk.hub import Hub


class Breaks:
    """Work that is refused, or breaks once it is under way."""

    def __init__(self, carriers: Carriers) -> None:
        self.carriers = carriers
        self.go = asyncio.Event()

    async def later(self, error: Exception) -> RunReport:
        self.carriers.hear(Progress("run.started", "r1"))
        await self.go.wait()
        raise error

    async def at_once(self) -> RunReport:
        raise Refused(Problem("run.ended", "No", "It has ended."))

    async def done(self) -> RunReport:
        return RunReport("r2", RunStatus.PENDING)

    async def in_a_child(self) -> RunReport:
        await asyncio.create_task(self.later(ValueError()))
        raise AssertionError

    async def nothing(self) -> None:
        return None


async def test_work_is_begun_refused_or_over() -> None:
    carriers = Carriers(Hub())
    work = Breaks(carriers)
    assert await carriers.begin(work.later(ValueError())) == "r1"
    assert await carriers.begin(work.in_a_child()) == "r1"
    assert await carriers.begin(work.done()) == "r2"
    assert await carriers.begin(work.nothing()) is None
    with pytest.raises(Refused, match=r"run\.ended"):
        await carriers.begin(work.at_once())
    await carriers.close()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused(Problem("store.trouble", "No", "The disk is full.")), "store.trouble"),
        (ValueError("a secret"), "internal"),
    ],
)
async def test_a_run_that_cannot_go_on_is_told_of(error: Exception, code: str) -> None:
    hub = Hub()
    carriers, follower = Carriers(hub), hub.follow()
    work = Breaks(carriers)
    await carriers.begin(work.later(error))
    work.go.set()
    events = await follower.next()
    while events[-1].type != "run.dropped":
        events += await follower.next()
    assert events[-1].data["run_id"] == "r1"
    assert events[-1].data["problem"]["code"] == code
    assert "a secret" not in str(events)


async def test_at_the_end_work_stops_where_it_stands() -> None:
    hub = Hub()
    carriers = Carriers(hub)
    await carriers.begin(Breaks(carriers).later(ValueError()))
    await carriers.close()
    assert [event.type for event in hub._ring] == ["run.started"]
