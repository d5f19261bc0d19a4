"""What a followed policy most likely does not mean: reads of nothing, tests that never hold."""

from collections.abc import Iterable, Iterator

from assent_engine.reading import comparing, flow, shapes
from assent_engine.reading.shapes import Record, Shape
from assent_engine.validation.following import Place
from assent_engine.validation.looks import Look, looks
from assent_engine.validation.mismatches import worded
from assent_engine.validation.problems import problem
from assent_schemas.choice import Condition
from assent_schemas.errors import Problem, replacing
from assent_schemas.spelling import asked, nearest
from assent_schemas.states import ChoiceState


def doubts(places: Iterable[Place]) -> Iterator[Problem]:
    """The warnings about a policy's data, by state."""
    for place in places:
        yield from (found for look in looks(place) if (found := _nothing_there(look)) is not None)
        if isinstance(place.state, ChoiceState) and not flow.strange_fields(place.state):
            yield from _never_holding(place, place.state)


def _nothing_there(look: Look) -> Problem | None:
    missing = shapes.lacks(look.data, look.parts)
    if missing is None:
        return None
    shape, part = missing
    given_by = shapes.origin(shape)
    if not given_by.startswith("the result"):
        detail = f'Nothing has written "{part}" when this is read.'
        return _mended(look, "path.never_written", detail, shape, part)
    detail = f'{given_by[0].upper()}{given_by[1:]} has no "{part}".'
    return _mended(look, "path.not_in_result", detail, shape, part)


def _mended(look: Look, code: str, detail: str, shape: Shape, part: str | int) -> Problem:
    """The warning, with the path that was most likely meant where one name is near."""
    known = shape.fields if isinstance(shape, Record) else {}
    near = nearest(part, known) if isinstance(part, str) else None
    if near is None:
        return problem(code, look.where, detail, "Write it before, or declare it.")
    old, new = f".{part}", f".{near}"
    if look.text.count(old) != 1 or not near.isidentifier():
        return problem(code, look.where, detail, asked(near))
    return problem(
        code, look.where, detail, asked(near), replacing(look.where, look.text.replace(old, new))
    )


def _never_holding(place: Place, state: ChoiceState) -> Iterator[Problem]:
    data = flow.effective_input(state, place.raw, place.seen)
    asked = {
        parts for rule in state.choices for _, needed, parts in comparing.tests(rule) if not needed
    }
    for at, rule in enumerate(state.choices):
        for where, test in _conditions(rule, f"{place.where}/choices/{at}"):
            for name, needed, parts in comparing.tests(test):
                known = shapes.kinds(shapes.get(data, parts))
                if needed and parts not in asked and known is not None and needed not in known:
                    detail = f"{test.variable} is {worded(known)}, so {name} never holds."
                    yield problem(
                        "choice.never_holds", f"{where}/{name}", detail, "Compare by its own type."
                    )


def _conditions(rule: Condition, where: str) -> Iterator[tuple[str, Condition]]:
    """The single tests of a rule, with pointers."""
    inner = list(comparing.joined(rule))
    for key, one in inner:
        yield from _conditions(one, where + key)
    if not inner:
        yield where, rule
