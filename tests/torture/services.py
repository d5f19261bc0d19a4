"""Services started at once on one home: one serves, the others are told by whom, and leave.

Then the winner is killed, and the home is free at once.
"""

import random
from contextlib import ExitStack
from pathlib import Path

from assent_engine.home import Home
from service.process.served import PATIENCE, served, words
from torture.nursery import removed

CASES = 1000
FEWEST, MOST = 2, 8


def case(number: int, seed: str, folder: Path) -> str:
    """One race of two to eight."""
    home = folder / f"services-{number}"
    removed(home)
    count = random.Random(f"{seed}/{number}").randint(FEWEST, MOST)
    with ExitStack() as stack:
        services = [stack.enter_context(served(home)) for _ in range(count)]
        said = [words(one) for one in services]
        (winner,) = [one for one in said if one.get("state") == "ready"]
        holder = Home(home).holder()
        assert holder is not None
        assert holder.pid == winner["pid"]
        for process, told in zip(services, said, strict=True):
            if told is not winner:
                assert told["problems"][0]["code"] == "home.locked", told
                assert process.wait(PATIENCE) == 1
    assert Home(home).holder() is None
    removed(home)
    return f"{count} at once"
