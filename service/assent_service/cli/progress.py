"""Live progress of a run: a line for each thing that happens, as it happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.text import Text

from assent_engine.effects import Failed, Ok, outcome_from_json
from assent_engine.ports import Listener, Progress, unheard
from assent_service.cli.output import console
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
    where = shown(f"{progress.scope}{progress.key}", 60)
    match progress.event:
        case "run.started":
            return Text(f"  run {progress.run_id}", "dim")
        case "state.entered":
            return Text(f"  {where}", "bold" if not progress.scope else "")
        case "intent.recorded":
            about = progress.about
            return Text(
                f"    intends {about['resource']} {shown_json(about['input'], 90)}", "yellow"
            )
        case "wait.started":
            return Text(f"    waits until {progress.about['until']}", "yellow")
        case "step.ended":
            return _ended(progress)
        case _:
            return None


def _ended(progress: Progress) -> Text:
    resource = progress.about["resource"]
    match outcome_from_json(progress.about):
        case Ok(value):
            return Text(f"    {resource} -> {shown_json(value, 90)}", "green")
        case Failed(error, cause):
            return Text(f"    {resource} failed: {error} {shown(cause, 90)}", "red")
