"""assent policy remove: take a policy out of use for good, once its owner has seen what ends."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assent_service.cli.asking import YES, agreed
from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_schemas.wire.policies import PolicyChanged, PolicyDetail
    from assent_schemas.wire.runs import RunSummary


@click.command()
@click.argument("name")
@YES
@standard
def remove(name: str, yes: bool, home: Path | None, as_json: bool) -> None:
    """Take a policy out of use for good.

    Runs keep the documents that they name; those under way stop, and wait for you.
    """
    from assent_schemas.errors import Problem
    from assent_service.cli.changed import tell_changed
    from assent_service.cli.output import show

    seen, runs = asyncio.run(_look(home, name))
    if not yes:
        show(_words(seen, runs), err=as_json)
    detail = "You said no: the policy stays as it was."
    remedy = f"To switch it off for a while: assent policy disable {seen.policy_id}"
    declined = Problem("policy.remove_declined", "Not removed", detail, remedy)
    agreed("Remove this policy for good?", declined, yes=yes, err=as_json)
    tell_changed(asyncio.run(_removed(home, seen.policy_id)), as_json=as_json)


async def _look(home: Path | None, name: str) -> "tuple[PolicyDetail, list[RunSummary]]":
    """The policy, and its runs that have not ended."""
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.policies import PolicyAsked
    from assent_schemas.wire.runs import RunsAsked
    from assent_service.cli.owner import everything, owner

    async with owner(home) as to:
        seen = await to.call(ops.SHOW_POLICY, PolicyAsked(policy=name))
        runs = await everything(to, ops.LIST_RUNS, RunsAsked(policy=seen.policy_id))
        return seen, [one for one in runs if not one.status.ended]


async def _removed(home: Path | None, policy_id: str) -> "PolicyChanged":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.policies import PolicyNamed
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to:
        return await to.call(ops.REMOVE_POLICY, PolicyNamed(policy=policy_id))


def _words(seen: "PolicyDetail", runs: "list[RunSummary]") -> str:
    """What ends with it."""
    from assent_engine.reading.wording import counted
    from assent_service.cli.text import shown

    triggers = counted(len(seen.document.get("triggers", [])), "trigger ends", "triggers end")
    open_runs = counted(len(runs), "open run needs you", "open runs need you")
    return f"{shown(seen.document['name'])} ({seen.policy_id}): {triggers}, and {open_runs} then."
