"""assent policy: from a draft in a file to a version in force, and out of force again."""

import asyncio
from pathlib import Path
from typing import Any

import click

from assent_service.cli.options import standard
from assent_service.cli.policy_checks import CHECKS
from assent_service.cli.policy_reading import READING


@click.group()
def policy() -> None:
    """Validate, simulate, propose, approve and manage policies."""


for _command in (*CHECKS, *READING):
    policy.add_command(_command)


@policy.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--by", default="owner", help="Who wrote it; agents name themselves.")
@standard
def propose(file: str, by: str, home: Path | None, as_json: bool) -> None:
    """Put a policy before the owner; it runs only once approved."""
    from assent_service.cli.opening import acting
    from assent_service.cli.output import emit
    from assent_service.cli.reading_files import read_document
    from assent_service.cli.text import shown

    document = read_document(file)

    async def run() -> Any:
        async with acting(home, new=True) as engine:
            made = await engine.policies.propose(document, by)
            return made, _namesakes(made, await engine.store.read.policies())

    made, namesakes = asyncio.run(run())
    data = {
        "policy_id": made.policy_id,
        "version": made.version,
        "hash": made.hash,
        "name": made.name,
    }
    text = (
        f"Proposed {shown(made.name)}, version {made.version}\n  id    {made.policy_id}\n"
        f"  hash  {made.hash}\nLook at it and decide: assent policy approve {made.policy_id}"
    )
    if namesakes:
        text += (
            f"\nThe name is taken: refer to it by id. To make it a version of {namesakes[0]},"
            f' give the document "policy_id": "{namesakes[0]}".'
        )
    emit(data, lambda: text, as_json=as_json)


def _namesakes(made: Any, policies: list[Any]) -> list[str]:
    """Other policies of that name: somebody may have meant a new version of one."""
    return [
        row.policy_id
        for row in policies
        if row.name == made.name and row.policy_id != made.policy_id and row.status != "removed"
    ]


@policy.command()
@click.argument("name")
@click.option("--version", "version", help="Which version; else the newest that waits.")
@click.option("--hash", "digest", help="Consent without a prompt to the document of this hash.")
@standard
def approve(
    name: str, version: str | None, digest: str | None, home: Path | None, as_json: bool
) -> None:
    """Show the exact document and ask whether it may run.

    If you say yes it comes into force at once. Without a terminal the consent is the hash of the
    document that you have seen: assent policy show NAME prints it.
    """
    from assent_service.cli.consent import consent
    from assent_service.cli.opening import acting, person
    from assent_service.cli.output import emit

    seen = digest or consent(home, name, version, as_json=as_json)

    async def run() -> tuple[str, str]:
        async with acting(home) as engine:
            row = await engine.policies.find(name)
            waiting = await engine.policies.pending(row, version)
            await engine.policies.approve(
                row.policy_id, waiting.version, seen, by=person(), how="cli"
            )
            return row.policy_id, waiting.version

    policy_id, approved = asyncio.run(run())
    data = {"policy_id": policy_id, "version": approved, "hash": seen, "status": "approved"}
    text = f"Approved version {approved}. Start it: assent run start {policy_id}"
    emit(data, lambda: text, as_json=as_json)


@policy.command()
@click.argument("name")
@click.option("--version", "version", help="Which version; else the newest that waits.")
@standard
def reject(name: str, version: str | None, home: Path | None, as_json: bool) -> None:
    """Say no to a proposal."""

    async def act(engine: Any, row: Any, by: str) -> str:
        waiting = await engine.policies.pending(row, version)
        await engine.policies.reject(row.policy_id, waiting.version, by=by, how="cli")
        return str(waiting.version)

    _change(name, act, "rejected", home, as_json)


@policy.command()
@click.argument("name")
@standard
def disable(name: str, home: Path | None, as_json: bool) -> None:
    """Let no run start or go on.

    Runs under way stop before their next step.
    """

    async def act(engine: Any, row: Any, by: str) -> None:
        await engine.policies.disable(row.policy_id, by=by)

    _change(name, act, "disabled", home, as_json)


@policy.command()
@click.argument("name")
@standard
def enable(name: str, home: Path | None, as_json: bool) -> None:
    """Undo disable."""

    async def act(engine: Any, row: Any, by: str) -> None:
        await engine.policies.enable(row.policy_id, by=by)

    _change(name, act, "enabled", home, as_json)


@policy.command()
@click.argument("name")
@click.option("--to", "version", help="Which approved version; else the one before.")
@standard
def rollback(name: str, version: str | None, home: Path | None, as_json: bool) -> None:
    """Bring an earlier approved version back into force."""

    async def act(engine: Any, row: Any, by: str) -> str:
        return str(await engine.policies.rollback(row.policy_id, version, by=by))

    _change(name, act, "rolled back", home, as_json)


@policy.command()
@click.argument("name")
@standard
def remove(name: str, home: Path | None, as_json: bool) -> None:
    """Take a policy out of use for good.

    Runs keep the documents that they name.
    """

    async def act(engine: Any, row: Any, by: str) -> None:
        await engine.policies.remove(row.policy_id, by=by)

    _change(name, act, "removed", home, as_json)


def _change(name: str, act: Any, done: str, home: Path | None, as_json: bool) -> None:
    """Find a policy, do one thing to it, say what was done."""
    from assent_service.cli.opening import acting, person
    from assent_service.cli.output import emit
    from assent_service.cli.text import shown

    async def run() -> tuple[Any, str | None]:
        async with acting(home) as engine:
            row = await engine.policies.find(name)
            return row, await act(engine, row, person())

    row, version = asyncio.run(run())
    data = {"policy_id": row.policy_id, "name": row.name, "version": version, "done": done}
    which = f", version {version}" if version else ""
    emit(data, lambda: f"{shown(row.name)}{which}: {done}.", as_json=as_json)


@policy.command("list")
@standard
def list_policies(home: Path | None, as_json: bool) -> None:
    """List all policies with what is in force and what waits."""
    from datetime import UTC, datetime

    from assent_engine.moments import timestamp
    from assent_engine.store.rows import ALL, PauseRow
    from assent_service.cli.opening import reading
    from assent_service.cli.output import emit
    from assent_service.cli.views import policies_view

    async def look() -> tuple[list[Any], list[PauseRow]]:
        async with reading(home) as reader:
            now, policies = timestamp(datetime.now(UTC)), await reader.policies()
            rows = [(row, await reader.versions(row.policy_id)) for row in policies]
            return rows, [one for one in await reader.pauses() if one.holds(now)]

    rows, pauses = asyncio.run(look())
    data = [
        {
            "policy_id": row.policy_id,
            "name": row.name,
            "status": row.status,
            "active_version": row.active_version,
            "paused": any(one.subject in (ALL, row.policy_id) for one in pauses),
            "versions": {one.version: one.status for one in versions},
        }
        for row, versions in rows
    ]
    emit(data, lambda: policies_view(rows, pauses), as_json=as_json)


@policy.command()
@click.argument("name")
@click.option("--version", "version", help="Which version; else what waits, else what is in force.")
@standard
def show(name: str, version: str | None, home: Path | None, as_json: bool) -> None:
    """Show the exact document of one version.

    With it: its hash, what it may call, and what was decided.
    """
    from assent_schemas import exact_json
    from assent_service.cli.looking import look
    from assent_service.cli.output import emit
    from assent_service.cli.views import document_view

    seen = asyncio.run(look(home, name, version))
    row, one, approval = seen.policy, seen.version, seen.approval
    data = {
        "policy_id": row.policy_id,
        "name": row.name,
        "status": row.status,
        "active_version": row.active_version,
        "version": one.version,
        "hash": one.hash,
        "decision": approval.decision if approval else None,
        "decided_by": approval.decided_by if approval else None,
        "decided_at": approval.decided_at if approval else None,
        "proposed_by": one.proposed_by,
        "document": exact_json.parse(one.document),
    }
    emit(data, lambda: document_view(row, one, approval), as_json=as_json)
