"""The power watch: whoever tells of it, one sleep is one sleep, and nothing is missed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_engine.scheduling.zone import owners_zone, read_zone
from assent_service.power import Heard, PowerWatch, Told, Unavailable
from assent_service.power.readings import SET, SLEPT, Passed, Readings
from assent_service.power.watch import GLANCE, PATIENCE
from service.held_clock import HeldClock

HOUR = 3600.0


@dataclass
class Voice:
    name: str = "voice"
    missing: bool = False
    heard: Heard | None = None
    stopped: bool = False

    async def start(self, heard: Heard) -> None:
        if self.missing:
            raise Unavailable("nobody is there")
        self.heard = heard

    async def stop(self) -> None:
        self.stopped = True

    async def say(self, told: Told) -> None:
        assert self.heard is not None
        await self.heard(told)


@dataclass
class Machine:
    """A computer that sleeps and whose clock is set; `told` is what was made of it."""

    at: Readings = field(default_factory=lambda: Readings(1e9, 100.0, 100.0))
    clock: HeldClock = field(default_factory=HeldClock)
    voices: list[Voice] = field(default_factory=lambda: [Voice("one"), Voice("other")])
    told: list[object] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    saved: asyncio.Event = field(default_factory=asyncio.Event)

    def awake(self, seconds: float) -> None:
        at = self.at
        self.at = replace(
            at, wall=at.wall + seconds, awake=at.awake + seconds, whole=at.whole + seconds
        )

    def asleep(self, seconds: float) -> None:
        self.at = replace(self.at, wall=self.at.wall + seconds, whole=self.at.whole + seconds)

    def set_by(self, seconds: float) -> None:
        self.at = replace(self.at, wall=self.at.wall + seconds)

    async def sleeping(self) -> None:
        self.told.append("sleeping")
        self.asked.set()
        await self.saved.wait()
        self.told.append("saved")

    async def woke(self, slept: timedelta) -> None:
        self.told.append(("woke", slept.total_seconds()))

    async def clock_changed(self, by: timedelta, zone: str) -> None:
        self.told.append(("set", by.total_seconds(), zone))

    async def zone_data_replaced(self) -> None:
        self.told.append("zone data")

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[PowerWatch]:
        self.saved.set()
        watch = PowerWatch(
            self.voices,
            self.clock,
            self.sleeping,
            self.woke,
            self.clock_changed,
            self.zone_data_replaced,
            lambda: self.at,
        )
        await watch.start()
        try:
            yield watch
        finally:
            await watch.stop()


async def test_a_sleep_that_is_told_of_is_told_before_it_and_after_it_with_its_length() -> None:
    machine = Machine()
    async with machine.watched():
        await machine.voices[0].say(Told.SLEEPING)
        machine.asleep(8 * HOUR)
        await machine.voices[0].say(Told.WOKE)
    assert machine.told == ["sleeping", "saved", ("woke", 8 * HOUR)]


async def test_a_sleep_that_several_tell_of_is_one_whoever_is_first() -> None:
    for first, second in ((0, 1), (1, 0)):
        machine = Machine()
        words = [Told.WOKE, Told.TIME]
        async with machine.watched():
            await machine.voices[0].say(Told.SLEEPING)
            machine.asleep(HOUR)
            await machine.voices[first].say(words[first])
            machine.awake(0.01)
            await machine.voices[second].say(words[second])
            machine.clock.ring(GLANCE)
            await asyncio.sleep(0)
        assert machine.told == ["sleeping", "saved", ("woke", HOUR)]


async def test_a_sleep_that_nobody_tells_of_is_seen_at_the_next_glance() -> None:
    machine = Machine(voices=[])
    async with machine.watched() as watch:
        machine.awake(GLANCE)
        machine.clock.ring(GLANCE)
        machine.asleep(60)
        machine.clock.ring(GLANCE)
        await watch.look()
    assert machine.told == [("woke", 60.0)]


async def test_a_sleep_that_was_called_off_is_a_wake_of_no_length() -> None:
    machine = Machine()
    async with machine.watched():
        await machine.voices[0].say(Told.SLEEPING)
        await machine.voices[0].say(Told.WOKE)
    assert machine.told == ["sleeping", "saved", ("woke", 0.0)]


async def test_a_set_clock_is_no_sleep_and_a_sleep_no_set_clock() -> None:
    machine = Machine()
    async with machine.watched():
        machine.set_by(-HOUR)
        await machine.voices[1].say(Told.TIME)
        machine.asleep(HOUR)
        machine.set_by(90)
        await machine.voices[1].say(Told.TIME)
    assert machine.told == [("set", -HOUR, "UTC"), ("woke", HOUR), ("set", 90.0, "UTC")]


async def test_a_computer_that_has_travelled_is_in_another_zone_and_its_clock_was_not_set() -> None:
    machine = Machine()
    async with machine.watched() as watch:
        machine.at = replace(machine.at, zone="Asia/Tokyo")
        await watch.look()
        await watch.look()
    assert machine.told == [("set", 0.0, "Asia/Tokyo")]


async def test_zone_data_that_was_replaced_is_told_of_once() -> None:
    machine = Machine()
    async with machine.watched() as watch:
        machine.at = replace(machine.at, zone_data=frozenset({("/zones", 1, 2)}))
        await watch.look()
        await watch.look()
    assert machine.told == ["zone data"]


def test_the_zone_is_the_computers_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    for zone in ("Asia/Tokyo", "Europe/Berlin"):
        monkeypatch.setenv("TZ", zone)
        assert Readings.now().zone == owners_zone() == zone
    monkeypatch.undo()
    read_zone()


async def test_a_saving_that_takes_long_does_not_hold_the_sleep_up_for_ever() -> None:
    machine = Machine()
    async with machine.watched():
        machine.saved.clear()
        going = asyncio.create_task(machine.voices[0].say(Told.SLEEPING))
        await machine.asked.wait()
        assert not going.done()
        machine.clock.ring(PATIENCE)
        await going
    assert machine.told == ["sleeping"]


async def test_a_voice_that_is_missing_is_named_and_the_others_tell() -> None:
    machine = Machine(voices=[Voice("logind", missing=True), Voice("timerfd")])
    async with machine.watched() as watch:
        machine.asleep(HOUR)
        await machine.voices[1].say(Told.TIME)
        assert watch.silent == {"logind": "nobody is there"}
    assert machine.told == [("woke", HOUR)]
    assert all(one.stopped for one in machine.voices)


@given(
    st.lists(
        st.tuples(st.sampled_from(["awake", "asleep", "set_by"]), st.floats(-1e7, 1e7).map(round))
    )
)
def test_what_passed_is_what_happened_whatever_the_order(deeds: list[tuple[str, int]]) -> None:
    machine = Machine()
    before = machine.at
    for deed, seconds in deeds:
        getattr(machine, deed)(float(seconds if deed == "set_by" else abs(seconds)))
    passed = Passed.between(before, machine.at)
    asleep = sum(abs(seconds) for deed, seconds in deeds if deed == "asleep")
    set_by = sum(seconds for deed, seconds in deeds if deed == "set_by")
    assert abs(passed.asleep - asleep) < 0.01
    assert abs(passed.set_by - set_by) < 0.01
    assert (passed.slept, passed.was_set) == (asleep >= SLEPT, abs(set_by) >= SET)


def test_the_clocks_of_this_system_stay_on_their_course_while_it_is_awake() -> None:
    passed = Passed.between(Readings.now(), Readings.now())
    assert not passed.slept
    assert not passed.was_set
