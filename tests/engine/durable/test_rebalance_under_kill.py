"""kill -9 in the midst of a rebalance: after a restart all is as if nothing had happened."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.durable.mother import HERE, Life, Mother
from engine.durable.portfolio import account, order_ids, prepared, verified
from engine.durable.worlds import Json

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not HERE, reason="the killed processes are forked"),
]
ORDERS = 8
PARTS = 4


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A prepared home, and what a run makes of it that nobody disturbs."""

    prepared: Path
    points: list[str]
    account: Json


@pytest.fixture(scope="module")
def mother() -> Iterator[Mother]:
    with Mother.started() as one:
        yield one


def live(mother: Mother, home: Path, point: int | None = None) -> Life:
    """A process on this home, killed at a point."""
    return mother.live("engine.durable.rebalance_under_kill", [str(home), point])


@pytest.fixture(scope="module")
def undisturbed(mother: Mother, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    home = folder / "prepared"
    asyncio.run(prepared(home, "volatility-aware-rebalance"))
    shutil.copytree(home, folder / "home")
    points = live(mother, folder / "home").told
    assert len(order_ids(folder / "home")) == ORDERS
    return Undisturbed(home, points, account(folder / "home"))


async def assert_as_if_nothing_had_happened(home: Path, undisturbed: Undisturbed) -> None:
    assert account(home) == undisturbed.account
    runs, saga = await verified(home)
    assert [run.status for run in runs] == ["COMPLETED"]
    ids = order_ids(home)
    assert len(ids) == len(set(ids)) == ORDERS
    assert sorted(one.idempotency_key for one in saga) == sorted(ids)
    assert all(one.compensation == "trade.execute" and one.compensation_input for one in saga)


def test_a_process_can_die_at_moments_of_every_kind(undisturbed: Undisturbed) -> None:
    kinds = set(undisturbed.points)
    assert {"before order", "after order", "intent.recorded", "step.ended", "run.ended"} <= kinds
    assert {"before commit of intent", "after commit of intent"} <= kinds
    assert undisturbed.points.count("after order") == ORDERS
    assert len(undisturbed.points) >= 10


@pytest.mark.parametrize("part", range(PARTS))
async def test_a_rebalance_killed_at_any_point_ends_as_if_undisturbed(
    undisturbed: Undisturbed, mother: Mother, tmp_path: Path, part: int
) -> None:
    for point in range(part, len(undisturbed.points), PARTS):
        home = tmp_path / f"killed-{point}"
        shutil.copytree(undisturbed.prepared, home)
        killed = live(mother, home, point).killed
        # Un-awaited records share a commit or do not: the last points may not be reached.
        assert killed or point >= len(undisturbed.points) - 4
        assert not live(mother, home).killed
        await assert_as_if_nothing_had_happened(home, undisturbed)


@pytest.mark.parametrize("start", ["after order", "before order", "step.ended"])
async def test_a_rebalance_whose_every_process_is_killed_still_comes_to_its_end(
    undisturbed: Undisturbed, mother: Mother, tmp_path: Path, start: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(undisturbed.prepared, home)
    lives = 0
    point = undisturbed.points.index(start)
    while live(mother, home, point).killed:
        lives, point = lives + 1, point + 7
    assert lives > 3
    await assert_as_if_nothing_had_happened(home, undisturbed)
