"""assent policy validate and simulate: a document is tried before anybody is asked."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.options import FILE, JSON, standard

if TYPE_CHECKING:
    from assent_engine.reading import Coverage
    from assent_engine.simulate import Result


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@standard
def validate(file: str, home: Path | None, as_json: bool) -> None:
    """Say every problem of a policy document, or none.

    Where there is a home, what policy.run names must be in force there.
    """
    from assent_engine.scheduling.doubts import trigger_warnings
    from assent_engine.validation import validate as check
    from assent_engine.validation import warnings
    from assent_service.cli.knowing import registry_for
    from assent_service.cli.looking import known_here
    from assent_service.cli.output import emit, warning_lines
    from assent_service.cli.reading_files import read_document
    from assent_service.cli.text import shown

    document = read_document(file)
    registry = registry_for(home, document)
    found = check(document, registry)
    known = asyncio.run(known_here(home))
    doubts = [*warnings(document, registry), *trigger_warnings(document, known, datetime.now(UTC))]
    data = {
        "valid": True,
        "name": found.name,
        "states": len(found.states),
        "warnings": [one.as_json() for one in doubts],
    }
    text = "\n".join([f"{shown(found.name)}: no problems found.", *warning_lines(doubts)])
    emit(data, lambda: text, as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--input", "given", type=JSON, help="The run's input: JSON, or @FILE.")
@click.option("--holdings", type=FILE, help="Holdings CSV to simulate on.")
@click.option("--prices", type=FILE, help="Price CSV to simulate on.")
@click.option("--steps", type=FILE, help="JSON of what each resource answers, instead of steps.")
@click.option("--decisions", type=FILE, help="JSON of what you answer in each Approval state.")
@standard
def simulate(file: str, home: Path | None, as_json: bool, **asked: Any) -> None:
    """Carry a policy out in virtual time, on a copy.

    The copy is of your portfolio and prices. Nothing is stored and no order leaves it. With
    --steps nothing is copied or called: {"RESOURCE": {"result": ...} or {"error": ...}, ...};
    a state's name may stand for the resource. Without --decisions no question is answered:
    {"STATE": "approve", "reject" or "timeout"}. What policy.run names is taken from the policies
    in force. What was covered is said last.
    """
    from rich.console import Group

    from assent_engine.reading import coverage
    from assent_engine.validation import Named
    from assent_engine.validation import validate as check
    from assent_service.cli.coverage_view import coverage_view
    from assent_service.cli.output import emit
    from assent_service.cli.reading_files import read_document
    from assent_service.cli.views import simulation_view

    document = read_document(file)
    result = _rehearsed(document, home, asked)
    covered = coverage(check(document, Named()), result.taken)
    emit(
        _told(result, covered),
        lambda: Group(simulation_view(result), coverage_view(covered, never=True)),
        as_json=as_json,
    )
    sys.exit(0 if result.status == "COMPLETED" else 1)


def _rehearsed(document: dict[str, Any], home: Path | None, asked: dict[str, Any]) -> "Result":
    from assent_service.cli.looking import called
    from assent_service.rehearsal import rehearse

    known = asyncio.run(called(home, document)) or {}
    policies = {name: one.document for name, one in known.items()}
    return rehearse(document, home=home, policies=policies, **asked)


def _told(result: "Result", covered: "Coverage") -> dict[str, Any]:
    return {
        "status": result.status,
        "output": result.output,
        "error": result.error,
        "cause": result.cause,
        "trace": result.trace,
        "coverage": covered.as_json(),
    }


CHECKS = (validate, simulate)
