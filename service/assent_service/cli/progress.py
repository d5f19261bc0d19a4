"""Live progress of a run: a line for each thing that happens, as it happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.text import Text

from assent_engine.effects import UNDO, Failed, Ok, outcome_from_json
from assent_engine.ports import Listener, Progress, unheard
from assent_service.cli.output import console
from assent_service.cli.places import depth, place
from assent_service.cli.text import shown, shown_json


@contextmanager
def live(*, silent: bool = False) -> Iterator[Listener]:
    """A listener that writes what happens to the terminal."""
    if silent:
        yield unheard
        return
    screen = console()

    def tell(progress: Progress) -> None:
        if (line := _line(progress)) is not None:
            screen.print(line)

    yield tell


def _line(progress: Progress) -> Text | None:
    inset = "  " * (1 + depth(progress.scope))
    match progress.event:
        case "run.started":
            return Text(f"  run {progress.run_id}", "dim")
        case "state.entered":
            state = place(progress.scope, progress.key)
            return Text(f"  {state}", "" if progress.scope else "bold")
        case "intent.recorded":
            asked = shown_json(progress.about["input"], 90)
            verb = "reverses by" if progress.scope.startswith(UNDO) else "intends"
            return Text(f"{inset}  {verb} {shown(progress.about['resource'])} {asked}", "yellow")
        case "wait.started":
            return Text(f"{inset}  waits until {progress.about['until']}", "yellow")
        case "step.ended":
            return Text(inset).append_text(_ended(progress))
        case _:
            return None


def _ended(progress: Progress) -> Text:
    resource = shown(progress.about["resource"])
    match outcome_from_json(progress.about):
        case Ok(value):
            return Text(f"  {resource} -> {shown_json(value, 90)}", "green")
        case Failed(error, cause):
            return Text(f"  {resource} failed: {shown(error)} {shown(cause, 90)}", "red")
