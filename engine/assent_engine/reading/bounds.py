"""Upper bounds: a proven number, or the reason and the place why there is none."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Context, Decimal
from typing import Any

Amount = int | Decimal

# Rounded up where digits run out: a bound may be too high, never too low.
_UPWARDS = Context(prec=200, rounding=ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class Unbounded:
    """No number can be proven; `pointer` is where in the policy the reason stands."""

    because: str
    pointer: str


Bound = Amount | Unbounded


def plus(one: Bound, other: Bound) -> Bound:
    """The sum; without a bound as soon as one part has none."""
    if isinstance(one, Unbounded) or isinstance(other, Unbounded):
        return one if isinstance(one, Unbounded) else other
    return _exact(one, other, product=False)


def times(one: Bound, other: Bound) -> Bound:
    """The product; nothing of something unbounded is nothing."""
    if one == 0 or other == 0:
        return 0
    if isinstance(one, Unbounded) or isinstance(other, Unbounded):
        return one if isinstance(one, Unbounded) else other
    return _exact(one, other, product=True)


def larger(one: Bound, other: Bound) -> Bound:
    """The larger of two; no bound is larger than any number."""
    if isinstance(one, Unbounded) or isinstance(other, Unbounded):
        return one if isinstance(one, Unbounded) else other
    return max(one, other)


def smaller(one: Bound, other: Bound) -> Bound:
    """The smaller of two bounds that both hold."""
    if isinstance(one, Unbounded):
        return other
    return one if isinstance(other, Unbounded) else min(one, other)


def grew(old: Bound, new: Bound) -> bool:
    """Whether more is possible than before; without a bound it is as much as ever."""
    if isinstance(old, Unbounded):
        return False
    return isinstance(new, Unbounded) or new > old


def moved(bound: Bound, pointer: str) -> Bound:
    """The same bound, with the reason why there is none at another place."""
    return replace(bound, pointer=pointer) if isinstance(bound, Unbounded) else bound


def as_json(bound: Bound) -> Any:
    """A number, or an object that says why there is none."""
    if isinstance(bound, Unbounded):
        return {"unbounded_because": bound.because, "pointer": bound.pointer}
    return bound


def _exact(one: Amount, other: Amount, *, product: bool) -> Amount:
    if isinstance(one, int) and isinstance(other, int):
        return one * other if product else one + other
    operation = _UPWARDS.multiply if product else _UPWARDS.add
    return operation(Decimal(one), Decimal(other))
