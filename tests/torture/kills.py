"""kill -9 at every point of four policies; a fresh process ends each run as if undisturbed."""

import asyncio
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.durable.mother import Life
from torture.examples import EXAMPLES, Effects, furnished
from torture.nursery import PATIENCE, Measured, copied, mother, removed

CASES = 1_660
LATE = 6
"""Records share a commit or do not: the last points, one in so many, may not be reached."""


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A prepared home, the points that each act of its run passes, and what comes of it."""

    home: Path
    points: tuple[int, ...]
    effects: Effects


def case(number: int, seed: str, folder: Path) -> Measured:
    """Kill at one point; after the first round through all of them, the next process dies too."""
    chance = random.Random(f"{seed}/{number}")
    everything = points(folder)
    name, act, fatal = everything[number % len(everything)]
    again = number // len(everything)
    home = copied(undisturbed(name, folder).home, folder / f"killed-{number}")
    kills, slowest, busiest = 0, 0.0, 0.0
    for at in range(len(EXAMPLES[name].acts)):
        deaths = [fatal] if at == act else []
        deaths += [chance.randrange(fatal + 1) for _ in range(min(again, 2) * len(deaths))]
        for death in deaths:
            kills += act_of(name, home, at, death).killed
        rest = act_of(name, home, at)
        assert not rest.killed
        if deaths:
            slowest, busiest = rest.seconds, rest.busy
    count = undisturbed(name, folder).points[act]
    missed = count - fatal <= max(LATE, count // LATE)
    assert kills or missed, f"{name}: point {fatal} of act {act} was not reached"
    assert busiest <= PATIENCE, f"{name}: resumed in {busiest} s"
    assert Effects.of(home) == undisturbed(name, folder).effects
    removed(home)
    return Measured(name if kills else f"{name}: not reached", kills, slowest, busiest)


@cache
def points(folder: Path) -> list[tuple[str, int, int]]:
    """Every point as (policy, act, number)."""
    return [
        (name, act, point)
        for name in EXAMPLES
        for act, count in enumerate(undisturbed(name, folder).points)
        for point in range(count)
    ]


@cache
def undisturbed(name: str, folder: Path) -> Undisturbed:
    """A home with the policy, and what a run makes of a copy of it that nobody disturbs."""
    home = folder / f"prepared-{name}"
    removed(home)
    asyncio.run(furnished(home, EXAMPLES[name].document))
    trial = copied(home, folder / f"trial-{name}")
    acts = range(len(EXAMPLES[name].acts))
    passed = tuple(len(act_of(name, trial, at).told) for at in acts)
    effects = Effects.of(trial)
    assert effects.statuses == (EXAMPLES[name].end,), effects
    return Undisturbed(home, passed, effects)


def act_of(name: str, home: Path, act: int, fatal: int | None = None) -> Life:
    """One process, at the time of an act."""
    at = EXAMPLES[name].acts[act].isoformat()
    return mother().live("torture.point_life", [str(home), fatal, at, None])
