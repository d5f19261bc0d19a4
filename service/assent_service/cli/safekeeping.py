"""assent backup, restore, verify: keep a home safe, bring it back, and tell whether it is whole."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assent_service.cli.asking import YES, agreed
from assent_service.cli.options import FILE, standard

if TYPE_CHECKING:
    from rich.console import RenderableType

    from assent_engine.home import Home
    from assent_engine.safekeeping.examination import Report


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@standard
def backup(file: Path | None, home: Path | None, as_json: bool) -> None:
    """Copy everything into one file, also during runs.

    Without FILE into the home's folder `backups`, named by the time.
    """
    from assent_engine import library
    from assent_engine.safekeeping.backup import back_up
    from assent_service.cli.opening import with_policies
    from assent_service.cli.output import emit

    found = with_policies(home)
    made, manifest = back_up(found, library.load(), datetime.now(UTC), file)
    data = {"file": str(made), "made": manifest.made, "files": manifest.files}
    emit(data, lambda: f"Backed up and verified: {made}", as_json=as_json)


@click.command()
@click.argument("file", type=FILE)
@YES
@standard
def restore(file: Path, yes: bool, home: Path | None, as_json: bool) -> None:
    """Go back to a backup; the files of now are kept.

    Runs that stood open then wait for you: the outside may know more than the backup does.
    """
    from assent_engine import library
    from assent_engine.home import Home
    from assent_engine.safekeeping.restore import restore as put_back
    from assent_service.cli.opening import made_for, person
    from assent_service.cli.output import emit
    from assent_service.cli.views import facts

    now = datetime.now(UTC)
    found = Home.find(home)
    _ask(found, file, yes=yes, err=as_json)
    with made_for(found):
        done = put_back(found, library.load(), file, now, person())
    replaced = None if done.replaced is None else str(done.replaced)
    data = {"made": done.made, "replaced": replaced, "runs_in_doubt": list(done.runs)}
    rows = [
        ("restored", f"the state of {done.made}"),
        ("the old files", replaced),
        ("open runs", ", ".join(done.runs) or "none"),
        ("next", "assent inbox list" if done.runs else None),
    ]
    emit(data, lambda: facts(rows), as_json=as_json)


def _ask(found: "Home", file: Path, *, yes: bool, err: bool) -> None:
    """Ask where there is a home whose state of now would be put aside; raises Refused."""
    from assent_schemas.errors import Problem

    if not found.database.exists():
        return
    question = (
        f"Go back to {file}? What was done in {found.path} since is put aside, and its open runs"
        " will need you."
    )
    declined = Problem("backup.restore_declined", "Not restored", "You said no: nothing changed.")
    agreed(question, declined, yes=yes, err=err)


@click.command()
@click.argument("file", type=FILE, required=False)
@standard
def verify(file: Path | None, home: Path | None, as_json: bool) -> None:
    """Tell whether a home or a backup is whole.

    Every page, chain, document and reference is looked at, and what open runs have read. Nothing
    is changed, and the home may be in use. Exits 1 with each finding.
    """
    from assent_service.cli.output import emit

    report = _of_backup(file) if file else _of_home(home)
    findings = [
        {"check": one.check, "subject": one.subject, "detail": one.detail}
        for one in report.findings
    ]
    data: dict[str, Any] = {
        "whole": not findings,
        "examined": report.examined,
        "findings": findings,
    }
    emit(data, lambda: _table(report), as_json=as_json)
    sys.exit(1 if findings else 0)


def _of_home(home: Path | None) -> "Report":
    from assent_engine import library
    from assent_engine.safekeeping.start_up import verify as verified_home
    from assent_service.cli.opening import with_policies

    return asyncio.run(verified_home(with_policies(home), library.load()))


def _of_backup(file: Path) -> "Report":
    import tempfile

    from assent_engine import library
    from assent_engine.safekeeping.backup import verified

    with tempfile.TemporaryDirectory() as folder:
        return verified(file, library.load(), Path(folder))[1]


def _table(report: "Report") -> "RenderableType":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from assent_service.cli.text import shown

    table = Table(box=None, pad_edge=False)
    for heading in ("check", "looked at", "result"):
        table.add_column(heading, overflow="fold")
    for check, count in report.examined.items():
        wrong = sum(one.check == check for one in report.findings)
        result = Text(f"{wrong} damaged", "bold red") if wrong else Text("whole", "green")
        table.add_row(check, str(count), result)
    details = [
        Text(f"{one.check}, {shown(one.subject)}: {shown(one.detail)}") for one in report.findings
    ]
    return Group(table, *details)
