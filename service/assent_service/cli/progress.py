"""Live progress of a run: a line for each thing that happens, as it happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.text import Text

from assent_engine.effects import Failed, Ok, outcome_from_json
from assent_engine.ports import Listener, Progress, unheard
from assent_service.cli.output import console
from assent_service.cli.text import shown, shown_json

_SEGMENTS = 3
"""A scope's path has so many parts for each level: State.visit/attempt/id/."""


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
    depth = "  " * (1 + progress.scope.count("/") // _SEGMENTS)
    match progress.event:
        case "run.started":
            return Text(f"  run {progress.run_id}", "dim")
        case "state.entered":
            return Text(f"{depth}{_state(progress.key)}", "" if progress.scope else "bold")
        case "intent.recorded":
            asked = shown_json(progress.about["input"], 90)
            return Text(f"{depth}  intends {progress.about['resource']} {asked}", "yellow")
        case "wait.started":
            return Text(f"{depth}  waits until {progress.about['until']}", "yellow")
        case "step.ended":
            return Text(depth).append_text(_ended(progress))
        case _:
            return None


def _state(key: str) -> str:
    """The state's name out of its key."""
    return shown(key.rpartition(".")[0].replace("~1", "/").replace("~0", "~"), 60)


def _ended(progress: Progress) -> Text:
    resource = progress.about["resource"]
    match outcome_from_json(progress.about):
        case Ok(value):
            return Text(f"  {resource} -> {shown_json(value, 90)}", "green")
        case Failed(error, cause):
            return Text(f"  {resource} failed: {error} {shown(cause, 90)}", "red")
