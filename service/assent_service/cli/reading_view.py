"""How a proposal's reading looks on a terminal: its risk, its worst case, what is new, the rest."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from assent_engine.reading import AT_WORST
from assent_schemas.errors import Problem
from assent_schemas.wire.policies import Compared, PolicyReading
from assent_service.cli.output import warning_lines
from assent_service.cli.text import shown_document

_RISKS = {
    "high": ("High risk", "bold red"),
    "medium": ("Medium risk", "bold yellow"),
    "low": ("Low risk", "bold green"),
    None: ("It changes nothing outside", "bold green"),
}
_INDENT = (0, 0, 0, 2)


def what_counts(told: PolicyReading) -> RenderableType:
    """The risk in short, the worst case, and what is new against the version in force."""
    title, style = _RISKS[told.risk]
    parts = [_headed(title, [told.brief], style), _headed(AT_WORST, told.worst)]
    if told.compared is not None:
        parts.append(_new(told.compared))
    return Group(*parts)


def all_else(told: PolicyReading) -> RenderableType:
    """The rest of the reading, section by section."""
    sections = told.reading["sections"]
    rest = (one for one in sections if one["title"] != AT_WORST)
    return Group(*(_headed(one["title"], one["lines"]) for one in rest))


def untold_view(problems: Iterable[Problem]) -> RenderableType:
    """Why a proposal could not be read out."""
    title = "What it does, and what it may do at worst, cannot be told"
    return _headed(title, warning_lines([*problems]), "bold red")


def _new(found: Compared) -> RenderableType:
    style = "bold red" if found.verdict == "riskier" else "bold"
    return _headed(f"Against version {found.against}", found.text.splitlines(), style)


def _headed(title: str, lines: Iterable[str], style: str = "bold") -> RenderableType:
    """A heading and its lines, whole: none of what is decided on is cut."""
    return Group(Text(f"\n{shown_document(title)}", style=style), *_lines(lines))


def _lines(lines: Iterable[str]) -> Iterator[RenderableType]:
    for line in lines:
        yield Padding(Text(shown_document(line), overflow="fold"), _INDENT, expand=False)
