"""Late acceptance: an outside that says "not done" and does it all the same, within its time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assent_engine.engine import Engine
from assent_engine.moments import timestamp
from assent_engine.registry import Compensation, Done, NotDone, Reconciled, StepContext
from assent_engine.runner import RunReport
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus
from engine.durable.worlds import (
    MORNING,
    Bench,
    FakeClock,
    JumpingClock,
    Number,
    each,
    policy,
    ran,
    rewind,
    task,
)

SOON, LONG = 30, 300
PAUSE = {"type": "Wait", "seconds": 3600, "end": True}


@dataclass
class SlowBroker:
    """Takes each request so many seconds after it was sent, None never; every answer is lost."""

    bench: Bench
    delays: list[float | None] = field(default_factory=list)
    sent: list[tuple[str, datetime]] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)
    _due: dict[str, datetime] = field(default_factory=dict)

    def register(self, name: str, within: int, **more: Any) -> None:
        """A step whose requests settle within so many seconds."""

        @self.bench.registry.add_step(
            name, "Slow", side_effect=True, reconcile=self.look_up, settles_within=within, **more
        )
        async def send(given: Number, context: StepContext) -> int:
            now = self.bench.clock.now()
            self.sent.append((context.idempotency_key, now))
            delay = self.delays.pop(0) if self.delays else 0
            if delay is not None:
                due = now + timedelta(seconds=delay)
                self._due.setdefault(context.idempotency_key, due)
            raise ConnectionResetError("the line went dead")

    async def look_up(self, context: StepContext) -> Reconciled:
        self.asked.append(self.bench.clock.now())
        return Done(1) if context.idempotency_key in self.taken else NotDone()

    @property
    def taken(self) -> list[str]:
        """The keys of what was done by now."""
        return [key for key, due in self._due.items() if due <= self.bench.clock.now()]


@pytest.fixture
def slow(tmp_path: Path) -> SlowBroker:
    return furnished(tmp_path / "home")


def furnished(path: Path) -> SlowBroker:
    slow = SlowBroker(Bench(path))
    slow.register("slow.back", SOON, irreversible="a reversal")
    back = Compensation("slow.back", lambda _given, _result: {"n": 1})
    slow.register("slow.order", SOON, compensation=back)
    slow.register("slow.transfer", LONG, compensation=back)
    return slow


async def logged(engine: Engine, report: RunReport) -> list[str | None]:
    return [one.settled for one in await engine.store.read.saga_log(report.run_id)]


async def kinds(engine: Engine, report: RunReport, scope: str = "") -> list[str]:
    journal = await engine.store.read.journal(report.run_id)
    return [one.kind for one in journal if one.scope == scope and one.kind not in ("start", "end")]


@pytest.mark.parametrize("delay", [1, 20, SOON])
async def test_an_order_that_is_taken_after_the_look_up_is_recorded(
    slow: SlowBroker, delay: int
) -> None:
    slow.delays = [delay]
    async with slow.bench.open() as engine:
        report = await ran(engine, policy(task("slow.order")))
        assert await logged(engine, report) == [None]
    assert report.status is RunStatus.COMPLETED
    assert len(slow.sent) == len(slow.taken) == 1


async def test_what_is_taken_after_the_look_up_is_reversed_where_the_run_fails(
    slow: SlowBroker,
) -> None:
    slow.delays = [20, 20]
    async with slow.bench.open() as engine:
        report = await ran(engine, policy(task("slow.order"), task("number.broken")))
        assert await logged(engine, report) == ["compensated"]
    assert (report.status, report.error) == (RunStatus.FAILED, "Broken")
    # The reversal was taken late, too, and sent only once.
    assert len(slow.sent) == len(slow.taken) == 2


async def test_what_was_not_done_is_believed_only_when_its_time_is_over(slow: SlowBroker) -> None:
    slow.delays = [None]
    async with slow.bench.open() as engine:
        report = await ran(engine, policy(task("slow.order")))
        assert await logged(engine, report) == []
        assert await kinds(engine, report) == ["intent", "settling", "step"]
    assert (report.status, report.error) == (RunStatus.FAILED, "ConnectionResetError")
    assert slow.asked == [MORNING, MORNING + timedelta(seconds=SOON)]


async def test_each_attempt_has_its_own_time(slow: SlowBroker) -> None:
    slow.delays = [None, 20]
    retry = [{"error_equals": ["States.ALL"], "interval_seconds": 1, "max_attempts": 2}]
    async with slow.bench.open() as engine:
        report = await ran(engine, policy(task("slow.order", retry=retry)))
        assert await logged(engine, report) == [None]
    first, second = (at for _, at in slow.sent)
    assert report.status is RunStatus.COMPLETED
    assert second - first == timedelta(seconds=SOON + 1)
    assert slow.asked[-1] - second == timedelta(seconds=SOON)


async def test_a_long_time_to_settle_parks_the_run_and_is_not_begun_again_by_a_restart(
    slow: SlowBroker,
) -> None:
    slow.bench.clock = clock = FakeClock()
    slow.delays = [LONG - 1]
    until = timestamp(MORNING + timedelta(seconds=LONG))
    async with slow.bench.open() as engine:
        report = await ran(engine, policy(task("slow.transfer")))
    assert report.status is RunStatus.WAITING
    assert report.cause == f"waits for slow.transfer to be settled, until {until}"
    clock.advance(100)
    async with slow.bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
        assert (again.status, again.cause) == (RunStatus.WAITING, report.cause)
        clock.advance(200)
        done = await engine.runs.resume(report.run_id)
        assert await logged(engine, done) == [None]
    assert done.status is RunStatus.COMPLETED
    assert len(slow.sent) == 1


@pytest.mark.parametrize("keep", [True, False])
async def test_a_run_that_is_cancelled_meanwhile_learns_first_what_was_done(
    slow: SlowBroker, keep: bool
) -> None:
    slow.bench.clock = clock = FakeClock()
    slow.delays = [LONG - 1]
    async with slow.bench.open() as engine:
        report = await ran(engine, policy(task("slow.transfer"), PAUSE))
        ended = await engine.runs.cancel(report.run_id, keep=keep, by="owner")
        assert ended is not None
        assert ended.status is RunStatus.WAITING
        clock.advance(LONG)
        ended = await engine.runs.resume(report.run_id)
        assert await logged(engine, ended) == [None if keep else "compensated"]
    assert ended.status is RunStatus.CANCELLED


async def test_a_sibling_that_fails_does_not_cut_the_wait_short(slow: SlowBroker) -> None:
    slow.delays = [20]
    late, broken = task("slow.order"), task("number.broken")
    both = {
        "type": "Parallel",
        "branches": [
            {"start_at": "A", "states": {"A": late}},
            {"start_at": "B", "states": {"B": broken}},
        ],
        "end": True,
    }
    async with slow.bench.open() as engine:
        report = await ran(engine, policy(both))
        assert await logged(engine, report) == ["compensated"]
    assert report.status is RunStatus.FAILED


async def test_after_a_crash_the_time_counts_from_the_first_look_up(slow: SlowBroker) -> None:
    async with slow.bench.open() as engine:
        report = await ran(engine, policy(task("slow.order")))
    rewind(slow.bench, report.run_id, 2)
    lost = furnished(slow.bench.path)
    lost.bench.clock = JumpingClock(MORNING + timedelta(hours=1))
    lost.delays = [20]
    async with lost.bench.open() as engine:
        again = await engine.runs.resume(report.run_id)
        found = await kinds(engine, again)
    assert again.status is RunStatus.COMPLETED
    # A new intent: a look-up after the next crash must not count from before this call.
    assert found == ["intent", "settling", "withdrawn", "intent", "settling", "step"]
    assert lost.sent == [(f"{report.run_id}/A.1", MORNING + timedelta(hours=1, seconds=SOON))]


@pytest.mark.parametrize("delays", [[20, 20], [None, 5], [25, None, 20], [None, None]])
async def test_wherever_it_crashes_nothing_is_lost_or_doubled(
    slow: SlowBroker, delays: list[float | None]
) -> None:
    slow.delays = list(delays)
    rule = {"error_equals": ["ConnectionResetError"], "next": "B", "result_path": None}
    document = policy(
        task("slow.order", catch=[rule], result_path=None),
        each([1], task("slow.order"), max_concurrency=1),
        task("number.broken", 1),
    )
    async with slow.bench.open() as engine:
        report = await ran(engine, document)
        journal = await engine.store.read.journal(report.run_id)
    for entry in reversed(journal[:-1]):
        rewind(slow.bench, report.run_id, entry.seq)
        async with slow.bench.open() as engine:
            await engine.runs.resume(report.run_id)
            saga = await engine.store.read.saga_log(report.run_id)
            assert (await engine.check_store()).findings == []
        orders = [key for key in slow.taken if "undo" not in key]
        assert sorted(one.idempotency_key for one in saga) == sorted(orders)
        assert {one.settled for one in saga} <= {"compensated"}


async def test_a_redriven_run_asks_anew_of_what_was_stopped(slow: SlowBroker) -> None:
    slow.delays = [None, 20]
    async with slow.bench.open() as engine:
        report = await ran(engine, policy(task("slow.order"), on_failure="keep"))
        again = await engine.runs.redrive(report.run_id, by="owner")
        assert (await engine.check_store()).findings == []
        assert await logged(engine, again) == [None]
    assert again.status is RunStatus.COMPLETED
    assert len(slow.sent) == 2


async def test_the_recorded_moment_is_that_of_the_look_up_and_the_declared_time(
    slow: SlowBroker,
) -> None:
    slow.delays = [None]
    async with slow.bench.open() as engine:
        report = await ran(engine, policy(task("slow.order")))
        journal = await engine.store.read.journal(report.run_id)
    (settling,) = [exact_json.decode(one.data) for one in journal if one.kind == "settling"]
    assert settling == {"until": timestamp(MORNING + timedelta(seconds=SOON))}
