"""How a program that was let in looks on a terminal: what it may do, and what is still to do."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from assent_service.cli.text import shown, shown_document
from assent_service.connect.connection import Connection
from assent_service.connect.merging import fragment

_LONGEST_PATH = 4000
_MEANINGS = {
    "propose": "put proposals before you",
    "run": "run what you have approved",
    "call": "ask you for single side effects",
    "emit": "tell of events",
}


def connections_view(found: Sequence[Connection]) -> RenderableType:
    """Each program in turn."""
    return Group(*(Text("\n".join(_lines(one)) + "\n") for one in found))


def _lines(one: Connection) -> Iterator[str]:
    may = "; ".join(["read", *(_MEANINGS[scope] for scope in one.scopes)])
    yield f"{one.program.title} comes as {one.client}. It may: {may}. It can approve nothing."
    if one.plan is None:
        yield from _to_do(one)
    else:
        yield f"{'Written' if one.changed else 'It stands there already'}: {_path(one.path)}"
        if one.kept is not None:
            yield f"As it was before: {_path(one.kept)}"
    yield one.program.then
    yield f"To cut it off: assent clients revoke {one.client}"


def _to_do(one: Connection) -> Iterator[str]:
    where = "its configuration" if one.path is None else _path(one.path)
    yield f"Put this into {where}, beside what is there" + (
        ":" if one.path is None else ", or run this again with --write:"
    )
    yield shown_document(fragment(one.program, one.program.entry(one.launch)))
    if one.program.command is not None:
        yield f"Or: {shown(one.program.command(one.launch), _LONGEST_PATH)}"


def _path(path: object) -> str:
    return shown(path, _LONGEST_PATH)
