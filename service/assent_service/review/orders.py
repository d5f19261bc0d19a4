"""The calls that a yes covers, as tables: every value of every input, digit for digit."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from assent_engine.registry import Risk, StepRegistry
from assent_schemas import exact_json
from assent_service.review.page import Cell, Orders

_FIRST = ("side", "quantity", "ticker", "symbol", "amount", "price", "max_value")
"""The fields that a person looks for first."""
_WHOLE = "input"
_PLAIN = re.compile(r"(?!(?:true|false|null)$)[A-Za-z^][\w.^-]*", re.ASCII)
Effect = dict[str, Any]


def orders(effects: Sequence[Effect], registry: StepRegistry) -> list[Orders]:
    """Calls in their order; those of one form that follow each other stand in one table."""
    numbered = list(enumerate(effects, start=1))
    return [
        _table(list(calls), resource, headings, registry)
        for (resource, headings), calls in groupby(numbered, key=lambda one: _form(one[1]))
    ]


def riskiest(effects: Iterable[Effect], registry: StepRegistry) -> Risk | None:
    """The highest risk of any call; that of what is not known here is high."""
    return max((_risk(one["resource"], registry) for one in effects), key=_rank, default=None)


def _form(effect: Effect) -> tuple[str, tuple[str, ...]]:
    given = effect["input"]
    names = tuple(_ordered(given)) if isinstance(given, dict) and given else (_WHOLE,)
    return effect["resource"], names


def _ordered(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda one: (_FIRST.index(one) if one in _FIRST else 99, one))


def _table(
    calls: list[tuple[int, Effect]], resource: str, headings: tuple[str, ...], known: StepRegistry
) -> Orders:
    rows = [(number, list(_cells(one["input"], headings))) for number, one in calls]
    return Orders(resource, _risk(resource, known), headings, rows)


def _cells(given: Any, headings: tuple[str, ...]) -> Iterator[Cell]:
    values = [given[name] for name in headings] if isinstance(given, dict) and given else [given]
    for one in values:
        number = isinstance(one, int | Decimal) and not isinstance(one, bool)
        yield Cell(_text(one), number)


def _text(value: Any) -> str:
    """A text in quotes only where it would be taken for something else."""
    plain = isinstance(value, str) and _PLAIN.fullmatch(value)
    return value if plain else exact_json.encode(value).decode()


def _risk(resource: str, registry: StepRegistry) -> Risk:
    step = registry.step(resource)
    return Risk.HIGH if step is None else step.risk


def _rank(risk: Risk) -> int:
    return list(Risk).index(risk)
