"""Live progress of a run: a line for each thing that happens, as it happens."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.text import Text

from assent_engine.effects import UNDO, Failed, Ok, outcome_from_json
from assent_engine.ports import Listener, Progress, unheard
from assent_schemas.wire.events import Event
from assent_service.cli.output import console
from assent_service.cli.places import depth, place
from assent_service.cli.text import shown, shown_json


@contextmanager
def live(*, silent: bool = False) -> Iterator[Listener]:
    """A listener that writes what an engine tells to the terminal."""
    if silent:
        yield unheard
        return
    screen = console()

    def tell(progress: Progress) -> None:
        where = {"run_id": progress.run_id, "scope": progress.scope, "key": progress.key}
        if (line := _line(progress.event, {**progress.about, **where})) is not None:
            screen.print(line)

    yield tell


def show_event() -> Callable[[Event], None]:
    """What writes events to the terminal."""
    screen = console()

    def show(event: Event) -> None:
        if (line := _line(event.type, event.data)) is not None:
            screen.print(line)

    return show


def _line(kind: str, data: Mapping[str, Any]) -> Text | None:
    scope, key = data.get("scope", ""), data.get("key", "")
    inset = "  " * (1 + depth(scope))
    match kind:
        case "run.started":
            return Text(f"  run {data['run_id']}", "dim")
        case "state.entered":
            return Text(f"  {place(scope, key)}", "" if scope else "bold")
        case "intent.recorded":
            asked = _value(data, "input")
            verb = "reverses by" if scope.startswith(UNDO) else "intends"
            return Text(f"{inset}  {verb} {shown(data['resource'])} {asked}", "yellow")
        case "wait.started":
            return Text(f"{inset}  waits until {data['until']}", "yellow")
        case "step.ended":
            return Text(inset).append_text(_ended(data))
        case _:
            return None


def _value(data: Mapping[str, Any], name: str) -> str:
    """A value in one line; one that was cut is its own text already."""
    text = name in data.get("cut", ())
    return shown(data[name], 90) if text else shown_json(data[name], 90)


def _ended(data: Mapping[str, Any]) -> Text:
    resource = shown(data["resource"])
    match outcome_from_json(dict(data)):
        case Ok():
            return Text(f"  {resource} -> {_value(data, 'ok')}", "green")
        case Failed(error, cause):
            return Text(f"  {resource} failed: {shown(error)} {shown(cause, 90)}", "red")
