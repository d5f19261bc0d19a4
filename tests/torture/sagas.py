"""Sagas of up to ten orders, killed at every point of their compensation, which fails or not.

Each ends compensated or in the inbox. A case is (orders, the one whose reversal is refused or
none, point), and all of them are tried: first those in which no reversal is refused.
"""

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.durable.mother import Life
from engine.durable.worlds import MORNING, Json, policy
from torture.examples import Effects, failing, furnished, trade
from torture.nursery import PATIENCE, Measured, copied, mother, removed

TEN = 10
LATE = 6


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A home whose run has failed and reversed nothing yet; how its reversal goes."""

    home: Path
    points: int
    effects: Effects


def cases(folder: Path) -> int:
    """How many there are."""
    return len(points(folder))


def case(number: int, _seed: str, folder: Path) -> Measured:
    """One of all."""
    return killed(*points(folder)[number], folder)


def killed(orders: int, refused: int | None, fatal: int, folder: Path) -> Measured:
    """Kill in the midst of the compensation; another process carries it to its end."""
    expected = undisturbed(orders, refused, folder)
    home = copied(expected.home, folder / "killed")
    first = lived(home, refused, fatal)
    assert first.killed or expected.points - fatal <= LATE
    rest = lived(home, refused)
    assert rest.busy <= PATIENCE
    assert Effects.of(home) == expected.effects
    removed(home)
    kind = "compensated" if refused is None else "in the inbox"
    return Measured(kind, int(first.killed), rest.seconds, rest.busy)


@cache
def points(folder: Path) -> list[tuple[int, int | None, int]]:
    """Every case."""
    plain: list[tuple[int, int | None]] = [(orders, None) for orders in range(TEN + 1)]
    refusing = [(orders, one) for orders in range(1, TEN + 1) for one in range(1, orders + 1)]
    return [
        (orders, refused, point)
        for orders, refused in [*plain, *refusing]
        for point in range(undisturbed(orders, refused, folder).points)
    ]


@cache
def failed(orders: int, folder: Path) -> Path:
    """A home in which so many orders were filled, the next one failed, and the process died."""
    home, trial = folder / f"failed-{orders}", folder / "trial"
    removed(home)
    asyncio.run(furnished(home, saga(orders)))
    passed = lived(copied(home, trial)).told
    removed(trial)
    closing = next(at for at, kind in enumerate(passed) if "closed" in kind or "RunEnded" in kind)
    assert lived(home, fatal=closing).killed
    return home


def saga(orders: int) -> Json:
    """Order number n is one of n shares, so that its reversal is known."""
    return policy(*(trade("buy", "SCHD", at) for at in range(1, orders + 1)), failing())


@cache
def undisturbed(orders: int, refused: int | None, folder: Path) -> Undisturbed:
    """How the reversal goes if nobody disturbs it: compensated, or in the inbox, never neither."""
    trial = copied(failed(orders, folder), folder / "trial")
    passed = len(lived(trial, refused).told)
    effects = Effects.of(trial)
    removed(trial)
    _check(effects, orders, refused)
    return Undisturbed(failed(orders, folder), passed, effects)


def _check(effects: Effects, orders: int, refused: int | None) -> None:
    settled = [one for _, one in effects.saga]
    if refused is None:
        assert effects.statuses == ("FAILED",)
        assert (settled, effects.cases) == (["compensated"] * orders, 0)
    else:
        assert effects.statuses == ("NEEDS_OWNER",)
        assert (settled.count("compensated"), settled.count("")) == (orders - 1, 1)
        assert effects.cases == 1


def lived(home: Path, refused: int | None = None, fatal: int | None = None) -> Life:
    """One process, whose broker refuses to reverse the order of so many shares."""
    given = [str(home), fatal, MORNING.isoformat(), refused]
    return mother().live("torture.point_life", given)
