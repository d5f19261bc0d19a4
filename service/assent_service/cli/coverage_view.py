"""How tests of a policy and what was covered look on a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assent_engine.policy_tests import Outcome, Report
from assent_engine.reading import Coverage
from assent_service.cli.text import shown
from assent_service.cli.views import facts

_LONGEST = 1000


def tests_view(report: Report, *, coverage: bool) -> RenderableType:
    """Each test with what differed, and what all of them cover; with `coverage`, what is left."""
    if not report.tests:
        return Group(Text("The policy comes with no tests."), coverage_view(report.coverage))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in report.tests:
        _add_rows(table, one)
    return Group(table, Text(), coverage_view(report.coverage, never=coverage))


def _add_rows(table: Table, one: Outcome) -> None:
    word = Text("passed", "green") if one.passed else Text("failed", "red")
    table.add_row(word, Text(shown(one.name)))
    for problem in one.problems:
        where = f"  {problem.code} at {problem.pointer}"
        table.add_row("", Text(shown(f"  {problem.detail}", _LONGEST)))
        table.add_row("", Text(shown(where, _LONGEST), "dim"))


def coverage_view(coverage: Coverage, *, never: bool = False) -> RenderableType:
    """How many states and branches were taken; with `never`, where each other one is."""
    shares = facts(
        [("states covered", str(coverage.states)), ("branches covered", str(coverage.branches))]
    )
    if not never:
        return shares
    left = Table.grid(padding=(0, 2))
    for one in coverage.never:
        left.add_row(Text("never", "yellow"), Text(shown(one.pointer, _LONGEST)), one.how)
    return Group(shares, left)
