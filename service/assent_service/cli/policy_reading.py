"""assent policy explain, diff, test, graph, import, export: what is read before deciding."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_engine.reading import Proof
    from assent_engine.registry import StepRegistry
    from assent_schemas.policy import Policy

SHOWN_DUE_TIMES = 5


@click.command()
@click.argument("policy")
@click.option("--brief", is_flag=True, help="At most 240 characters, the most dangerous first.")
@standard
def explain(policy: str, brief: bool, home: Path | None, as_json: bool) -> None:
    """Say in plain words what a policy does, at worst too.

    POLICY is a file, or the name of a proposed policy (NAME@VERSION for a certain version).
    """
    from assent_engine.reading import explain as in_words
    from assent_engine.reading import reading
    from assent_service.cli.output import emit

    (read,), (proof,), registry = _proven(home, policy)
    due, zone = _due_times(read)
    if as_json:
        data = reading(read, registry, due, zone=zone, tested=proof).as_json()
        emit(data, lambda: "", as_json=True)
        return
    text = in_words(read, registry, due, brief=brief, zone=zone, tested=proof)
    emit(None, lambda: text, as_json=False)


@click.command()
@click.argument("old")
@click.argument("new")
@standard
def diff(old: str, new: str, home: Path | None, as_json: bool) -> None:
    """Say what NEW changes against OLD, the risk first.

    Each is a file, NAME or NAME@VERSION.
    """
    from assent_engine.reading import diff as difference
    from assent_service.cli.output import emit

    (before, after), (earlier, later), registry = _proven(home, old, new)
    found = difference(before, after, registry, tested=(earlier, later))
    emit(found.as_json(), found.text, as_json=as_json)


@click.command("test")
@click.argument("policy")
@click.option("--coverage", is_flag=True, help="List every state and branch never taken.")
@standard
def run_stored_tests(policy: str, coverage: bool, home: Path | None, as_json: bool) -> None:
    """Carry out the tests that come with a policy.

    POLICY is a file, NAME or NAME@VERSION. No step is called: what steps answer stands in the
    tests.
    """
    from assent_engine.policy_tests import run_tests
    from assent_service.cli.coverage_view import tests_view
    from assent_service.cli.output import emit

    report = run_tests(_document(policy, home), _registry())
    emit(report.as_json(), lambda: tests_view(report, coverage=coverage), as_json=as_json)
    sys.exit(0 if report.passed else 1)


@click.command()
@click.argument("policy")
@standard
def graph(policy: str, home: Path | None, as_json: bool) -> None:
    """Print a policy's states as a Mermaid flowchart."""
    from assent_engine.reading import graph as picture
    from assent_service.cli.output import emit

    (read,), _, registry = _proven(home, policy)
    text = picture(read, registry)
    emit({"mermaid": text}, lambda: text, as_json=as_json)


@click.command("import")
@click.argument("file", type=click.Path(allow_dash=True))
@standard
def import_machine(file: str, home: Path | None, as_json: bool) -> None:
    """Turn an Amazon States Language machine into a policy document.

    The document goes to standard output; exporting it gives the same machine back. Whether the
    machine is well-formed, and whether it can run here, is said on standard error.
    """
    del home, as_json
    from assent_engine import asl
    from assent_engine.validation import validate
    from assent_schemas.errors import PolicyInvalid
    from assent_service.cli.output import show_problems, write_ordered_json
    from assent_service.cli.reading_files import read_document

    machine = read_document(file)
    if problems := asl.well_formed(machine):
        raise PolicyInvalid(problems)
    document = asl.import_machine(machine)
    write_ordered_json(document)
    registry = _registry()
    try:
        validate(document, registry)
    except PolicyInvalid as invalid:
        click.echo("Well-formed; before it can run here:", err=True)
        show_problems(invalid.problems, as_json=False)


@click.command("export")
@click.argument("policy")
@standard
def export_machine(policy: str, home: Path | None, as_json: bool) -> None:
    """Turn a policy document into an Amazon States Language machine."""
    del as_json
    from assent_engine import asl
    from assent_engine.validation import refuse_machine
    from assent_service.cli.output import write_ordered_json

    document = _document(policy, home)
    refuse_machine(document)
    write_ordered_json(asl.export_machine(document))


READING = (explain, diff, run_stored_tests, graph, import_machine, export_machine)


def _registry() -> "StepRegistry":
    from assent_engine import library
    from assent_engine.registry import StepRegistry

    library.load()
    return StepRegistry.shared()


def _proven(
    home: Path | None, *references: str
) -> tuple[list["Policy"], list["Proof | None"], "StepRegistry"]:
    """The policies, what comes of their tests, and a registry that knows those that they call."""
    from assent_engine.policy_tests import run_tests
    from assent_engine.validation import Named, validate
    from assent_service.cli.knowing import registry_for

    documents = [_document(one, home) for one in references]
    registry = registry_for(home, *documents)
    # An imported machine may name what is not known here: it can be read all the same.
    known_here = [Named() if one.get("dialect") == "asl" else registry for one in documents]
    read = [validate(one, known) for one, known in zip(documents, known_here, strict=True)]
    pairs = zip(read, documents, strict=True)
    proofs = [run_tests(one, registry).proof if policy.tests else None for policy, one in pairs]
    return read, proofs, registry


def _document(reference: str, home: Path | None) -> dict[str, Any]:
    """A file's document or, where there is no such file, that of a policy in the home."""
    from assent_schemas import exact_json
    from assent_service.cli.looking import look
    from assent_service.cli.reading_files import read_document

    if reference == "-" or Path(reference).is_file():
        return read_document(reference)
    name, _, version = reference.rpartition("@") if "@" in reference else (reference, "", "")
    seen = asyncio.run(look(home, name, version or None))
    document: dict[str, Any] = exact_json.parse(seen.version.document)
    return document


def _due_times(policy: "Policy") -> tuple[list[Any], Any]:
    """The next due times of all triggers, in the owner's zone."""
    from datetime import UTC, datetime
    from heapq import merge
    from itertools import islice
    from zoneinfo import ZoneInfo

    from tzlocal import get_localzone_name

    from assent_engine.due import due

    zone, now = get_localzone_name() or "UTC", datetime.now(UTC)
    times = merge(*(due(trigger, now, zone, now) for trigger in policy.triggers))
    return list(islice(times, SHOWN_DUE_TIMES)), ZoneInfo(zone)
