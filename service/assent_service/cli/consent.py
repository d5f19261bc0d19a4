"""Asking for the owner's consent: what it does and the exact document, then one question."""

import sys

import click

from assent_engine.requests import OPEN
from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused
from assent_schemas.statuses import VersionStatus
from assent_schemas.wire.approvals import ApprovalDetail
from assent_service.cli.approvals_view import request_view
from assent_service.cli.considering import Considered
from assent_service.cli.output import show, warning_lines
from assent_service.cli.views import document_view


def consent(found: Considered, *, err: bool) -> str:
    """The hash of the document that was shown, once the person said yes; raises Refused.

    The home is not held while the person reads. What is decided already is not asked about.
    """
    seen = found.policy
    _refuse_another(seen.document, seen.hash)
    if seen.version_status is VersionStatus.PROPOSED:
        show(document_view(found), err=err)
        for line in warning_lines(seen.warnings):
            show(line, err=err)
        what = f"exactly this document (version {seen.version})"
        _ask(what, seen.hash, "policy reject", err=err)
    return seen.hash


def consent_to_request(row: ApprovalDetail, *, err: bool) -> str:
    """The hash of the question that was shown, once the person said yes; raises Refused."""
    _refuse_another(row.shown, row.hash)
    if row.status == OPEN:
        show(request_view(row), err=err)
        _ask("exactly this", row.hash, f"approvals reject {row.id}", err=err)
    return row.hash


def _refuse_another(shown: dict[str, object], digest: str) -> None:
    """What is shown here is what the hash was made of, whoever handed it over."""
    if exact_json.digest(shown) != digest:
        detail = f"What was to be shown is not what the hash {digest} was made of."
        raise Refused(Problem("approval.tampered", "Not shown", detail, "Do not decide on it."))


def _ask(what: str, digest: str, to_reject: str, *, err: bool) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"No terminal to ask on. If you have seen it, consent with --hash {digest}"
        )
    if not click.confirm(f"Approve {what}?", err=err):
        detail = "You said no: nothing was approved, and the request still waits."
        remedy = f"To be rid of it: assent {to_reject}"
        raise Refused(Problem("approval.declined", "Not approved", detail, remedy))
