"""What a Choice's tests look at, and what is known of the data where they hold."""

from collections.abc import Iterable, Iterator
from typing import Final

from assent_engine.reading import shapes
from assent_engine.reading.shapes import AtMost, Parts, Shape
from assent_schemas.choice import COMPARISONS, ChoiceRule, Condition
from assent_schemas.states import ChoiceState

_NEEDED: Final = {
    "string": "string",
    "numeric": "number",
    "timestamp": "string",
    "boolean": "boolean",
}


def narrowed(data: Shape, rule: Condition | ChoiceRule) -> Shape:
    """The data where a rule holds: a number that was compared is at most what it was held to."""
    for part in rule.all_of or ():
        data = narrowed(data, part)
    tops = (rule.numeric_less_than, rule.numeric_less_than_equals, rule.numeric_equals)
    found = [top for top in tops if top is not None]
    plain = shapes.plain_parts(rule.variable) if rule.variable and found else None
    if plain is None or plain[0] or _any_index(plain[1]):
        return data
    known = shapes.highest(shapes.get(data, plain[1]))
    tops_known = [*found, known] if known is not None else found
    return shapes.put(data, plain[1], AtMost(min(tops_known)))


def joined(rule: Condition) -> Iterator[tuple[str, Condition]]:
    """The conditions that a rule joins, with pointers relative to it."""
    for key, group in (("and", rule.all_of), ("or", rule.any_of)):
        for at, inner in enumerate(group or ()):
            yield f"/{key}/{at}", inner
    if rule.none_of is not None:
        yield "/not", rule.none_of


def tests(rule: Condition) -> Iterator[tuple[str, str, Parts]]:
    """The comparisons in a rule that look into the data: name, JSON type needed or "", place."""
    for _, inner in joined(rule):
        yield from tests(inner)
    plain = shapes.plain_parts(rule.variable) if rule.variable else None
    if plain is not None and not plain[0]:
        name = next(name for name in COMPARISONS if getattr(rule, name) is not None)
        yield name, _NEEDED.get(name.partition("_")[0], ""), plain[1]


def asked_for(state: ChoiceState, data: Shape) -> Iterator[Parts]:
    """The places whose type or presence a Choice tests: its author knows more than the shapes."""
    for rule in state.choices:
        for _, needed, parts in tests(rule):
            known = shapes.kinds(shapes.get(data, parts))
            if not needed or (known is not None and needed not in known):
                yield parts


def _any_index(parts: Iterable[str | int]) -> bool:
    return any(isinstance(part, int) for part in parts)
