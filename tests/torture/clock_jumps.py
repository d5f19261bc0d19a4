"""Clocks that jump by seconds to a year while schedules go on: nothing is doubled, nothing lost."""

import asyncio
import random
from pathlib import Path

from engine.scheduling.jumps import jumped
from torture.nursery import removed

CASES = 10_000


def case(number: int, seed: str, folder: Path) -> None:
    """One life of a home with three schedules, twelve jumps or stretches of time, four starts."""
    home = folder / f"jumps-{number}"
    removed(home)
    asyncio.run(jumped(home, random.Random(f"{seed}/{number}")))
    removed(home)
