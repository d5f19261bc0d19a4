"""Two documents compared by meaning: order, formatting and written-out defaults do not count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from assent_schemas import exact_json
from assent_schemas.errors import pointer
from assent_schemas.states import PassState

Json = dict[str, Any]
Kind = Literal["added", "removed", "changed"]
_REFERENCES = ("next", "default", "on_reject", "on_timeout")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One place where two policies differ; `pointer` is into the new one, if it is there."""

    kind: Kind
    pointer: str
    old: Any = None
    new: Any = None

    def as_json(self) -> Json:
        """The change as data; an added place has no old value, a removed one no new."""
        found: Json = {"kind": self.kind, "pointer": self.pointer}
        if self.kind != "added":
            found["old"] = self.old
        if self.kind != "removed":
            found["new"] = self.new
        return found


@dataclass(frozen=True, slots=True)
class Renaming:
    """A state with another name and otherwise the same; the pointer is the machine's."""

    pointer: str
    old: str
    new: str

    def as_json(self) -> Json:
        return {"pointer": self.pointer, "old": self.old, "new": self.new}


def meaning(part: Any, *, comments: bool = True) -> Any:
    """A document as JSON without what equals a default; if wished, without comments."""
    if isinstance(part, BaseModel):
        said = ((name, item) for name, item in _said(part) if comments or name != "comment")
        return {name: meaning(item, comments=comments) for name, item in said}
    if isinstance(part, Mapping):
        return {name: meaning(item, comments=comments) for name, item in part.items()}
    if isinstance(part, list):
        return [meaning(item, comments=comments) for item in part]
    return exact_json.plain(part)


def renamed(old: Json, new: Json, where: str = "") -> tuple[Json, list[Renaming]]:
    """The old machine with the new names of states that were renamed, and which these are."""
    before, after = _states(old), _states(new)
    names = _obvious(before, after)
    states = {names.get(name, name): _retargeted(state, names) for name, state in before.items()}
    found = [Renaming(where, one, other) for one, other in names.items()]
    for name in [name for name in states if name in after]:
        states[name], inner = _inside(states[name], after[name], where + pointer("states", name))
        found += inner
    start = str(old["start_at"])
    return {**old, "states": states, "start_at": names.get(start, start)}, found


def changes(old: Any, new: Any, where: str = "") -> Iterator[FieldChange]:
    """Every place where two documents differ, in the order of their pointers."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _entry(old, new, key, where + pointer(key))
    elif isinstance(old, list) and isinstance(new, list):
        before, after = dict(enumerate(old)), dict(enumerate(new))
        for at in range(max(len(old), len(new))):
            yield from _entry(before, after, at, where + pointer(at))
    elif not same(old, new):
        yield FieldChange("changed", where, old, new)


def same(one: Any, other: Any) -> bool:
    """Whether two scalars are the same value; 2 and 2.0 are, 1 and true are not."""
    numbers = int | Decimal
    both = isinstance(one, numbers) and isinstance(other, numbers)
    alike = isinstance(one, bool) == isinstance(other, bool)
    return alike and bool(one == other) and (both or type(one) is type(other))


def _entry(
    old: Mapping[Any, Any], new: Mapping[Any, Any], key: Any, at: str
) -> Iterator[FieldChange]:
    if key not in old:
        yield FieldChange("added", at, new=new[key])
    elif key not in new:
        yield FieldChange("removed", at, old=old[key])
    else:
        yield from changes(old[key], new[key], at)


def _said(model: BaseModel) -> Iterator[tuple[str, Any]]:
    fields = type(model).model_fields
    for name in model.model_fields_set:
        item, field = getattr(model, name), fields.get(name)
        # A Pass without a result hands its input on; with the result null it does not.
        told = isinstance(model, PassState) and name == "result"
        if field is None or told or item != field.get_default(call_default_factory=True):
            yield (field.alias if field is not None and field.alias else name), item


def _obvious(before: Mapping[str, Json], after: Mapping[str, Json]) -> dict[str, str]:
    """Old name to new name, where one state went and exactly one like it came."""
    gone = {name: before[name] for name in before if name not in after}
    came = {name: after[name] for name in after if name not in before}
    hidden = dict.fromkeys({*gone, *came}, "")
    before_by, after_by = _by_body(gone, hidden), _by_body(came, hidden)
    return {
        names[0]: after_by[body][0]
        for body, names in before_by.items()
        if len(names) == 1 and len(after_by.get(body, ())) == 1
    }


def _by_body(states: Mapping[str, Json], hidden: Mapping[str, str]) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {}
    for name, state in states.items():
        found.setdefault(exact_json.encode(_retargeted(state, hidden)), []).append(name)
    return found


def _retargeted(state: Json, names: Mapping[str, str]) -> Json:
    """The state with the names of states that it leads to replaced."""
    moved = dict(state)
    for key in _REFERENCES:
        if isinstance(target := state.get(key), str):
            moved[key] = names.get(target, target)
    for key in ("choices", "catch"):
        if isinstance(rules := state.get(key), list):
            moved[key] = [{**rule, "next": names.get(rule["next"], rule["next"])} for rule in rules]
    return moved


def _inside(old: Json, new: Json, where: str) -> tuple[Json, list[Renaming]]:
    moved, found = dict(old), list[Renaming]()
    for key in ("iterator", "item_processor"):
        if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
            moved[key], inner = renamed(old[key], new[key], f"{where}/{key}")
            found += inner
    pairs = list(zip(old.get("branches", ()), new.get("branches", ()), strict=False))
    for at, (one, other) in enumerate(pairs):
        moved["branches"] = list(moved["branches"])
        moved["branches"][at], inner = renamed(one, other, f"{where}/branches/{at}")
        found += inner
    return moved, found


def _states(machine: Json) -> dict[str, Json]:
    found: dict[str, Json] = machine["states"]
    return found
