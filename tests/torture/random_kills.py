"""Random kills under load: several runs at once, kill -9 within 50 ms, again and again in a home.

After each kill the store, the books and the journals are whole, and no order came back twice; at
the end every run has ended, and did exactly what its policy says.
"""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path

from assent_engine import library
from assent_engine.home import Home
from assent_engine.safekeeping import start_up
from assent_engine.store import Reader
from engine.durable.mother import Life
from engine.durable.portfolio import order_ids
from engine.durable.worlds import MORNING, Json
from torture import kills
from torture.examples import EXAMPLES, Effects, furnished
from torture.nursery import PATIENCE, Measured, copied, mother, removed

CASES = 100
KILLS = 10
MERCY = 0.05


def case(number: int, seed: str, folder: Path) -> Measured:
    """Ten kills in one home, then a life that takes up whatever is open, and one for the waits."""
    chance = random.Random(f"{seed}/{number}")
    home = copied(prepared(folder), folder / f"loaded-{number}")
    killed = 0
    for life in range(KILLS):
        killed += lived(home, life, chance, chance.random() * MERCY).killed
        check_whole(home)
    last = lived(home, KILLS, chance)
    assert not last.killed
    assert last.busy <= PATIENCE, f"resumed in {last.busy} s"
    lived(home, KILLS + 1, chance)
    asyncio.run(check_all_done(home, folder))
    removed(home)
    return Measured("held", killed, last.seconds, last.busy)


def lived(home: Path, life: int, chance: random.Random, mercy: float | None = None) -> Life:
    """One process, two hours after the one before, so that waits are over."""
    at = MORNING + timedelta(hours=2 * life)
    given = [str(home), f"{chance.random()}", at.isoformat(), mercy is not None]
    return mother().live("torture.load_life", given, mercy)


@cache
def prepared(folder: Path) -> Path:
    """A home with all the policies, under their names."""
    home = folder / "prepared"
    removed(home)
    named: list[Json] = [{**one.document, "name": name} for name, one in EXAMPLES.items()]
    asyncio.run(furnished(home, *named))
    return home


def check_whole(home: Path) -> None:
    """Nothing in the home is damaged, and no order came back to be sent again."""
    report = asyncio.run(start_up.examine(Home(home), library.load()))
    assert report.findings == []
    Effects.of(home)


async def check_all_done(home: Path, folder: Path) -> None:
    """Each run has ended as its policy does, with its orders and no others."""
    made: dict[str, list[str]] = {}
    for one in order_ids(home):
        run_id, _, key = one.partition("/")
        made.setdefault(run_id, []).append(key)
    async with Reader.open(Home(home).database) as reader:
        names = {row.policy_id: row.name for row in await reader.policies()}
        runs = await reader.runs()
    for run in runs:
        alone = await asyncio.to_thread(kills.undisturbed, names[run.policy_id], folder)
        assert run.status == EXAMPLES[names[run.policy_id]].end, run
        assert Counter(made.pop(run.id, [])) == Counter(alone.effects.orders)
    assert made == {}
