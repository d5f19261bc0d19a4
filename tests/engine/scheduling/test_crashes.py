"""A process killed at any point of a look: neither a lost nor a doubled run."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assent_engine.ports import SystemRandomness
from engine.durable import mother
from engine.durable.mother import Life, Mother
from engine.durable.worlds import Json, JumpingClock, approved
from engine.scheduling.homes import MONDAY, Driven, became, doing, hourly

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not mother.HERE, reason="the killed processes are forked"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
HOUR = timedelta(hours=1)
TRIGGERS: list[Json] = [
    hourly(overlap="allow"),
    hourly(seconds=1800, catch_up={"missed": "all", "most": 2}),
    {"type": "run_end", "policy": "P0", "overlap": "allow"},
]


@pytest.fixture(scope="module")
def parent() -> Iterator[Mother]:
    with Mother.started() as one:
        yield one


async def furnished(home: Path) -> Path:
    driven = Driven(home, JumpingClock(MONDAY), randomness=SystemRandomness())
    async with driven.open() as engine:
        for number, trigger in enumerate(TRIGGERS):
            await approved(engine, doing(trigger, name=f"P{number}"))
    return home


def life(parent: Mother, home: Path, point: int | None) -> Life:
    """Asleep for two and a half hours, awake for one."""
    first, second = MONDAY + 2.5 * HOUR, MONDAY + 3.6 * HOUR
    given = [str(home), point, first.isoformat(), second.isoformat()]
    return parent.live("engine.scheduling.crash_life", given)


async def records(home: Path) -> list[dict[str, str]]:
    """What became of the due times of each policy, by order; and each run has its occurrence."""
    driven = Driven(home, JumpingClock(MONDAY + 4 * HOUR))
    async with driven.open() as engine:
        rows = await engine.store.read.occurrences()
        runs = await engine.store.read.runs()
        assert {one.status for one in runs} == {"COMPLETED"}
        assert sorted(one.id for one in runs) == sorted(one.run_id for one in rows if one.run_id)
        found = []
        for policy in sorted(await engine.store.read.policies(), key=lambda one: one.name):
            words = await became(engine, policy.policy_id)
            timed = policy.name != "P2"
            keys = [f"{due:%H:%M}" if timed else str(at) for at, due in enumerate(words)]
            found.append(dict(zip(keys, words.values(), strict=True)))
        return found


async def test_a_kill_at_any_point_leaves_the_records_that_an_undisturbed_life_has(
    tmp_path: Path, parent: Mother
) -> None:
    prepared = await furnished(tmp_path / "prepared")
    undisturbed = Path(shutil.copytree(prepared, tmp_path / "undisturbed"))
    passed = life(parent, undisturbed, None).told
    expected = await records(undisturbed)
    assert [len(one) for one in expected] == [3, 7, 2]
    killed = 0
    for point in range(0, len(passed), 3):
        home = Path(shutil.copytree(prepared, tmp_path / f"killed-{point}"))
        killed += life(parent, home, point).killed
        assert not life(parent, home, None).killed
        assert await records(home) == expected, passed[point]
    assert killed > 5
