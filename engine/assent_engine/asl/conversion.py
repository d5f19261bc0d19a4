"""Import and export: a machine becomes a policy document in our words, and comes back equal."""

from collections.abc import Callable
from typing import Any, Final

from assent_engine.asl.names import OURS
from assent_engine.asl.shapes import Held, shape_of
from assent_schemas import exact_json

Json = dict[str, Any]
Convert = Callable[[Json, str], Json]
"""Called with a place and what kind of place it is."""

DIALECT: Final = "asl"
UNKNOWN: Final = "asl_fields"
"""The key under which a place carries the fields that have no word in our dialect."""
ORDER: Final = "asl_order"
"""The key for the order of a place's fields, where the document's own cannot tell it."""
OWN: Final = "Assent"
"""The field of an exported machine that holds what only our own policies have."""
NAMELESS: Final = "Imported machine"
LONGEST_NAME: Final = 200


def import_machine(machine: Json) -> Json:
    """The policy document that says what a machine says.

    None is refused for what it says; raises PolicyInvalid for one too large to be read from a file.

    Data is shared with the machine, not copied. An imported document is marked
    `"dialect": "asl"`; only what export_machine made of one of our own policies comes back
    as that policy.
    """
    exact_json.refuse_excess(machine)
    own = _own_policy(machine)
    if own is not None:
        return own
    return {"dialect": DIALECT, "name": _name(machine), **_imported(machine, "root")}


def export_machine(policy: Json) -> Json:
    """The machine that a policy document says; equal to the one it was imported from.

    What an imported document gained here (its name, version, triggers) is left out. A policy in
    our own dialect keeps it in the field `Assent`, and keeps our reading of paths: `$$` and the
    words of an error stay in lower case. Raises PolicyInvalid for one too large to be a file.
    """
    exact_json.refuse_excess(policy)
    known = {*shape_of("root", None).ours, UNKNOWN, ORDER}
    machine = {name: value for name, value in policy.items() if name in known}
    exported = _exported(machine, "root")
    if policy.get("dialect") == DIALECT:
        return exported
    gained = {name: value for name, value in policy.items() if name not in known}
    return {OWN: gained, **exported}


def _own_policy(machine: Json) -> Json | None:
    gained = machine.get(OWN)
    if not isinstance(gained, dict) or gained.get("dialect") == DIALECT:
        return None
    rest = {name: value for name, value in machine.items() if name != OWN}
    policy = {**gained, **_imported(rest, "root", keep=True)}
    return policy if export_machine(policy) == machine else None


def _name(machine: Json) -> str:
    comment = machine.get("Comment")
    lines = comment.strip().splitlines() if isinstance(comment, str) else []
    return lines[0][:LONGEST_NAME].strip() if lines else NAMELESS


def _imported(node: Json, place: str, *, keep: bool = False) -> Json:
    """One place in our words; `keep` leaves unknown fields where they are."""
    shape = shape_of(place, node.get("Type"))
    found: Json = {}
    for name, value in node.items():
        if name in shape.fields:
            held = shape.inner.get(name)
            found[OURS[name]] = _each(value, held, lambda item, at: _imported(item, at, keep=keep))
        elif keep:
            found[name] = value
        else:
            found.setdefault(UNKNOWN, {})[name] = value
    # Only an unknown field between known ones can lose its position.
    if UNKNOWN in found and list(_exported(found, place, _as_it_is)) != list(node):
        found[ORDER] = list(node)
    return found


def _as_it_is(node: Json, _place: str) -> Json:
    return node


def _exported(node: Json, place: str, inner: Convert | None = None) -> Json:
    """One place in the words of the language; `inner` converts the places within it."""
    shape = shape_of(place, node.get("type"))
    ours = shape.ours
    found: Json = {}
    for name, value in node.items():
        if name == UNKNOWN and isinstance(value, dict):
            found.update(value)
        elif name in ours:
            found[ours[name]] = _each(value, shape.inner.get(ours[name]), inner or _exported)
        elif name != ORDER:
            found[name] = value
    return _ordered(found, node.get(ORDER))


def _ordered(node: Json, order: Any) -> Json:
    if not isinstance(order, list):
        return node
    first = {name: node[name] for name in order if isinstance(name, str) and name in node}
    return {**first, **node}


def _each(value: Any, held: tuple[Held, str] | None, convert: Convert) -> Any:
    """A field's value with the places in it converted; what has another form is kept."""
    if held is None:
        return value
    how, place = held

    def converted(item: Any) -> Any:
        return convert(item, place) if isinstance(item, dict) else item

    match how, value:
        case Held.ONE, dict():
            return converted(value)
        case Held.LIST, list():
            return [converted(item) for item in value]
        case Held.NAMED, dict():
            return {name: converted(item) for name, item in value.items()}
        case _:
            return value
