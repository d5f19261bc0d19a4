"""Asking for the owner's consent: the exact document first, then one question."""

import asyncio
import sys
from pathlib import Path

import click

from assent_schemas.errors import Problem, Refused
from assent_schemas.statuses import VersionStatus
from assent_service.cli.looking import look
from assent_service.cli.output import show
from assent_service.cli.views import document_view


def consent(home: Path | None, name: str, version: str | None, *, as_json: bool) -> str:
    """The hash of the document that was shown, once the person said yes; raises Refused.

    The home is not held while the person reads. What is decided already is not asked about.
    """
    seen = asyncio.run(look(home, name, version))
    if seen.version.status is VersionStatus.PROPOSED:
        show(document_view(seen.policy, seen.version, seen.approval), err=as_json)
        _ask(seen.version.version, seen.version.hash, err=as_json)
    return seen.version.hash


def _ask(version: str, digest: str, *, err: bool) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"No terminal to ask on. If you have seen the document, consent with --hash {digest}"
        )
    if not click.confirm(f"Approve exactly this document (version {version})?", err=err):
        detail = "You said no: nothing was approved, and the proposal still waits."
        remedy = "To be rid of it: assent policy reject"
        raise Refused(Problem("approval.declined", "Not approved", detail, remedy))
