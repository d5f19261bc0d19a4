"""Asking for the owner's consent: the exact document first, then one question."""

import asyncio
import sys
from pathlib import Path

import click

from assent_engine.requests import OPEN
from assent_engine.store.rows import RequestRow
from assent_schemas.errors import Problem, Refused
from assent_schemas.statuses import VersionStatus
from assent_service.cli.approvals_view import request_view
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
        what = f"exactly this document (version {seen.version.version})"
        _ask(what, seen.version.hash, "policy reject", err=as_json)
    return seen.version.hash


def consent_to_request(row: RequestRow, *, err: bool) -> str:
    """The hash of the question that was shown, once the person said yes; raises Refused."""
    if row.status == OPEN:
        show(request_view(row), err=err)
        _ask("exactly this", row.hash, f"approvals reject {row.id}", err=err)
    return row.hash


def _ask(what: str, digest: str, to_reject: str, *, err: bool) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"No terminal to ask on. If you have seen it, consent with --hash {digest}"
        )
    if not click.confirm(f"Approve {what}?", err=err):
        detail = "You said no: nothing was approved, and the request still waits."
        remedy = f"To be rid of it: assent {to_reject}"
        raise Refused(Problem("approval.declined", "Not approved", detail, remedy))
