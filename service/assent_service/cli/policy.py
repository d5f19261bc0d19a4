"""assent policy: from a draft in a file to a version in force, and out of force again."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from assent_service.cli.options import standard
from assent_service.cli.policy_checks import CHECKS
from assent_service.cli.policy_reading import READING
from assent_service.cli.removing import remove
from assent_service.cli.review import review_policy

if TYPE_CHECKING:
    from pydantic import BaseModel

    from assent_schemas.wire.operations import Operation
    from assent_schemas.wire.policies import ApprovingPolicy, PolicyChanged, PolicySummary
    from assent_service.cli.considering import Considered

Question = TypeVar("Question", bound="BaseModel")
Reply = TypeVar("Reply", bound="BaseModel")


@click.group()
def policy() -> None:
    """Validate, simulate, propose, approve and manage policies."""


for _command in (*CHECKS, *READING, review_policy):
    policy.add_command(_command)


@policy.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--by", default="owner", help="Who wrote it; agents name themselves.")
@standard
def propose(file: str, by: str, home: Path | None, as_json: bool) -> None:
    """Put a policy before the owner; it runs only once approved."""
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.policies import Proposing
    from assent_service.cli.output import emit, warning_lines
    from assent_service.cli.reading_files import read_document
    from assent_service.cli.text import shown

    asked = Proposing(document=read_document(file), by=by)
    made = asyncio.run(_asked(home, ops.PROPOSE_POLICY, asked, new=True))
    data = {
        "policy_id": made.policy_id,
        "version": made.version,
        "hash": made.hash,
        "name": made.name,
        "warnings": [one.as_json() for one in made.warnings],
    }
    text = (
        f"Proposed {shown(made.name)}, version {made.version}\n  id    {made.policy_id}\n"
        f"  hash  {made.hash}\nLook at it and decide: assent policy approve {made.policy_id}"
    )
    if made.namesakes:
        text += (
            f"\nThe name is taken: refer to it by id. To make it a version of {made.namesakes[0]},"
            f' give the document "policy_id": "{made.namesakes[0]}".'
        )
    text = "\n".join([text, *warning_lines(made.warnings)])
    emit(data, lambda: text, as_json=as_json)


async def _asked(
    home: Path | None,
    operation: "Operation[Question, Reply]",
    asked: "Question",
    *,
    new: bool = False,
) -> "Reply":
    """The answer to one question."""
    from assent_service.cli.owner import owner

    async with owner(home, acts=True, new=new) as to:
        return await to.call(operation, asked)


@policy.command()
@click.argument("name")
@click.option("--version", "version", help="Which version; else the newest that waits.")
@click.option("--hash", "digest", help="Consent without a prompt to the document of this hash.")
@standard
def approve(
    name: str, version: str | None, digest: str | None, home: Path | None, as_json: bool
) -> None:
    """Show what it does, the exact document, and ask whether it may run.

    If you say yes it comes into force at once. Without a terminal the consent is the hash of the
    document that you have seen: assent policy show NAME prints it.
    """
    from assent_schemas.wire.policies import ApprovingPolicy
    from assent_service.cli.consent import consent
    from assent_service.cli.output import emit, warning_lines
    from assent_service.cli.starting_words import starting_words

    if digest is None:
        digest = consent(asyncio.run(_considered(home, name, version)), err=as_json)
    yes = ApprovingPolicy(policy=name, version=version, hash=digest)
    done, served = asyncio.run(_approved(home, yes))
    data = {
        "policy_id": done.policy_id,
        "version": done.version,
        "hash": done.hash,
        "status": "approved",
        "triggers": done.triggers,
        "next_due": done.next_due,
    }
    told = f"Approved version {done.version}. {starting_words(done, served=served)}"
    text = "\n".join([told, *warning_lines(done.warnings)])
    emit(
        {**data, "warnings": [one.as_json() for one in done.warnings]},
        lambda: text,
        as_json=as_json,
    )


async def _considered(home: Path | None, name: str, version: str | None) -> "Considered":
    from assent_schemas.wire.policies import PolicyAsked
    from assent_service.cli.considering import considered
    from assent_service.cli.owner import owner

    async with owner(home) as to:
        return await considered(to, PolicyAsked(policy=name, version=version))


async def _approved(home: Path | None, yes: "ApprovingPolicy") -> "tuple[PolicyChanged, bool]":
    """What was done, and whether a service runs that starts it when it is due."""
    from assent_schemas.wire import operations as ops
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to:
        return await to.call(ops.APPROVE_POLICY, yes), to.served


@policy.command()
@click.argument("name")
@click.option("--version", "version", help="Which version; else the newest that waits.")
@standard
def reject(name: str, version: str | None, home: Path | None, as_json: bool) -> None:
    """Say no to a proposal."""
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.policies import RejectingPolicy

    _change(home, ops.REJECT_POLICY, RejectingPolicy(policy=name, version=version), as_json)


@policy.command()
@click.argument("name")
@standard
def disable(name: str, home: Path | None, as_json: bool) -> None:
    """Let no run start or go on.

    Runs under way stop before their next step.
    """
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.policies import PolicyNamed

    _change(home, ops.DISABLE_POLICY, PolicyNamed(policy=name), as_json)


@policy.command()
@click.argument("name")
@standard
def enable(name: str, home: Path | None, as_json: bool) -> None:
    """Undo disable."""
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.policies import PolicyNamed

    _change(home, ops.ENABLE_POLICY, PolicyNamed(policy=name), as_json)


@policy.command()
@click.argument("name")
@click.option("--to", "version", help="Which approved version; else the one before.")
@standard
def rollback(name: str, version: str | None, home: Path | None, as_json: bool) -> None:
    """Bring an earlier approved version back into force."""
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.policies import RollingBack

    _change(home, ops.ROLL_BACK_POLICY, RollingBack(policy=name, version=version), as_json)


policy.add_command(remove)


def _change(
    home: Path | None,
    operation: "Operation[Question, PolicyChanged]",
    asked: "Question",
    as_json: bool,
) -> None:
    """Do one thing to a policy, and say what was done."""
    from assent_service.cli.changed import tell_changed

    tell_changed(asyncio.run(_asked(home, operation, asked)), as_json=as_json)


@policy.command("list")
@standard
def list_policies(home: Path | None, as_json: bool) -> None:
    """List all policies with what is in force and what waits."""
    from assent_service.cli.output import emit
    from assent_service.cli.views import policies_view

    rows = asyncio.run(_listed(home))
    emit([one.model_dump() for one in rows], lambda: policies_view(rows), as_json=as_json)


async def _listed(home: Path | None) -> "list[PolicySummary]":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.frame import PageAsked
    from assent_service.cli.owner import everything, owner

    async with owner(home) as to:
        return await everything(to, ops.LIST_POLICIES, PageAsked())


@policy.command()
@click.argument("name")
@click.option("--version", "version", help="Which version; else what waits, else what is in force.")
@standard
def show(name: str, version: str | None, home: Path | None, as_json: bool) -> None:
    """Show the exact document of one version.

    With it: its hash, what it may call, and what was decided; of a proposal also what it does
    in plain words, at worst, and against the version in force.
    """
    from assent_service.cli.output import emit
    from assent_service.cli.views import document_view

    seen = asyncio.run(_considered(home, name, version))
    emit(seen.as_json(), lambda: document_view(seen), as_json=as_json)
