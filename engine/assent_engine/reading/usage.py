"""What a part of a policy uses at most: amounts that add up along a way, and peaks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from assent_engine.reading import bounds
from assent_engine.reading.bounds import Bound
from assent_engine.reading.ways import Ways

TRANSITIONS = "transitions"
SCOPES = "scopes"
QUESTIONS = "questions"
SIDE_EFFECTS = "side effects"
MESSAGES = "messages"
MONEY = "money"
WRITTEN = "results written"

Metric = str | tuple[str, str]
"""A total, or the share of one resource in it: ("calls", "trade.execute")."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Totals by metric, the most scopes at once, and the largest single amounts by resource."""

    totals: Mapping[Metric, Bound] = field(default_factory=dict)
    at_once: Bound = 0
    largest: Mapping[str, Bound] = field(default_factory=dict)

    def of(self, metric: Metric) -> Bound:
        """The total of a metric; what was never used is 0."""
        return self.totals.get(metric, 0)

    def repeated(self, often: Bound) -> "Usage":
        """The same again and again, one after the other."""
        totals = {key: bounds.times(often, one) for key, one in self.totals.items()}
        return Usage(totals, self.at_once, self.largest)

    def at(self, pointer: str) -> "Usage":
        """The same, what has no bound pointing to where a policy calls it."""
        totals = {key: bounds.moved(one, pointer) for key, one in self.totals.items()}
        largest = {key: bounds.moved(one, pointer) for key, one in self.largest.items()}
        return Usage(totals, bounds.moved(self.at_once, pointer), largest)

    def shares(self, kind: str) -> dict[str, Bound]:
        """A metric by resource, in the order of their names."""
        found = {key[1]: one for key, one in self.totals.items() if _is_share(key, kind)}
        return dict(sorted((name, one) for name, one in found.items() if one != 0))


def _is_share(metric: Metric, kind: str) -> bool:
    return isinstance(metric, tuple) and metric[0] == kind


def one_after_another(parts: Iterable[Usage]) -> Usage:
    """Totals add up, peaks do not."""
    totals: dict[Metric, Bound] = {}
    at_once: Bound = 0
    largest: dict[str, Bound] = {}
    for part in parts:
        for key, one in part.totals.items():
            totals[key] = bounds.plus(totals.get(key, 0), one)
        at_once = bounds.larger(at_once, part.at_once)
        _raise_to(largest, part.largest)
    return Usage(totals, at_once, largest)


def on_any_way(ways: Ways, costs: Mapping[str, Usage]) -> Usage:
    """The most of each metric on any way through a machine, each for itself.

    Different metrics may have their most on different ways: every one of them holds.
    """
    largest: dict[str, Bound] = {}
    at_once: Bound = 0
    for cost in costs.values():
        at_once = bounds.larger(at_once, cost.at_once)
        _raise_to(largest, cost.largest)
    metrics = dict.fromkeys(key for cost in costs.values() for key in cost.totals)
    totals = {key: ways.most(_cost_of(key, costs)) for key in metrics}
    return Usage(totals, at_once, largest)


def _cost_of(metric: Metric, costs: Mapping[str, Usage]) -> Callable[[str], Bound]:
    return lambda name: costs[name].of(metric)


def _raise_to(largest: dict[str, Bound], others: Mapping[str, Bound]) -> None:
    for key, one in others.items():
        largest[key] = bounds.larger(largest.get(key, 0), one)
