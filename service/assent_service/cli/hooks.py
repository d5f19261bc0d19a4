"""assent hooks: webhooks made, listed and revoked, and the listener that hears them."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from assent_service.cli.options import standard

if TYPE_CHECKING:
    from assent_schemas.wire.hooks import (
        HookListener,
        HookMade,
        HookNamed,
        HookRevoked,
        HookTold,
        SwitchingHooks,
    )
    from assent_schemas.wire.operations import Operation

_MOST_READ = 1024
"""Characters of a secret's file; a secret has fewer."""


@click.group()
def hooks() -> None:
    """Let other programs start runs: webhooks."""


@hooks.command("list")
@standard
def list_hooks(home: Path | None, as_json: bool) -> None:
    """List the webhooks, with their last calls."""
    from assent_service.cli.hooks_view import hooks_view
    from assent_service.cli.output import emit

    found = asyncio.run(_listed(home))
    emit([one.model_dump() for one in found], lambda: hooks_view(found), as_json=as_json)


@hooks.command()
@click.argument("name")
@click.option("--signed", is_flag=True, help="Its callers sign each body (HMAC-SHA256).")
@click.option(
    "--secret-from",
    type=click.File("r", errors="replace"),
    help="A file, or - for standard input, with the secret that callers sign with.",
)
@standard
def add(
    name: str, signed: bool, secret_from: TextIO | None, home: Path | None, as_json: bool
) -> None:
    """Make a webhook; its secret is shown once.

    With --signed it may be one that the callers have made.
    """
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.hooks import AddingHook

    given = None if secret_from is None else secret_from.read(_MOST_READ).strip()
    asked = AddingHook(hook=name, signed=signed, secret=given)
    _show_made(home, ops.ADD_HOOK, asked, as_json)


@hooks.command()
@click.argument("name")
@standard
def rotate(name: str, home: Path | None, as_json: bool) -> None:
    """Give a webhook another secret; it is shown once.

    The secret before opens nothing any more.
    """
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.hooks import HookNamed

    _show_made(home, ops.ROTATE_HOOK, HookNamed(hook=name), as_json)


@hooks.command()
@click.argument("name")
@standard
def revoke(name: str, home: Path | None, as_json: bool) -> None:
    """Let a webhook be called no more."""
    from assent_service.cli.output import emit
    from assent_service.cli.text import shown

    done = asyncio.run(_revoked(home, name))
    text = f"The webhook {shown(done.name)} is revoked."
    if done.waiting:
        text += f" Triggers that wait for it in vain: {done.waiting}. See: assent trigger list"
    emit({"revoked": done.name, "waiting": done.waiting}, lambda: text, as_json=as_json)


@hooks.command("on")
@click.option("--port", type=click.IntRange(1024, 65535), help="Where [default: as before, 27736].")
@standard
def switch_on(port: int | None, home: Path | None, as_json: bool) -> None:
    """Have the service listen to webhooks, on this computer alone."""
    from assent_schemas.wire.hooks import SwitchingHooks

    _show_listener(asyncio.run(_switched(home, SwitchingHooks(on=True, port=port))), as_json)


@hooks.command("off")
@standard
def switch_off(home: Path | None, as_json: bool) -> None:
    """Have the service listen to no webhook."""
    from assent_schemas.wire.hooks import SwitchingHooks

    _show_listener(asyncio.run(_switched(home, SwitchingHooks(on=False))), as_json)


@hooks.command()
@standard
def status(home: Path | None, as_json: bool) -> None:
    """Show whether webhooks are listened to, and where."""
    _show_listener(asyncio.run(_listener(home)), as_json)


def _show_listener(found: "HookListener", as_json: bool) -> None:
    from assent_service.cli.hooks_view import listener_text
    from assent_service.cli.output import emit

    emit(found.model_dump(), lambda: listener_text(found), as_json=as_json)


def _show_made(
    home: Path | None,
    operation: "Operation[Any, HookMade]",
    asked: "HookNamed",
    as_json: bool,
) -> None:
    from assent_service.cli.hooks_view import curl, made_view
    from assent_service.cli.output import emit

    made, listener = asyncio.run(_made(home, operation, asked))
    data = {**made.model_dump(), "curl": curl(made), "listening": listener.listening}
    emit(data, lambda: made_view(made, listener), as_json=as_json)


async def _made(
    home: Path | None, operation: "Operation[Any, HookMade]", asked: "HookNamed"
) -> "tuple[HookMade, HookListener]":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.frame import Nothing
    from assent_service.cli.owner import owner

    async with owner(home, acts=True, new=True) as to:
        made = await to.call(operation, asked)
        return made, await to.call(ops.SHOW_HOOK_LISTENER, Nothing())


async def _listed(home: Path | None) -> "list[HookTold]":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.frame import PageAsked
    from assent_service.cli.owner import everything, owner

    async with owner(home) as to:
        return await everything(to, ops.LIST_HOOKS, PageAsked())


async def _revoked(home: Path | None, name: str) -> "HookRevoked":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.hooks import HookNamed
    from assent_service.cli.owner import owner

    async with owner(home, acts=True) as to:
        return await to.call(ops.REVOKE_HOOK, HookNamed(hook=name))


async def _switched(home: Path | None, asked: "SwitchingHooks") -> "HookListener":
    from assent_schemas.wire import operations as ops
    from assent_service.cli.owner import owner

    async with owner(home, acts=True, new=True) as to:
        return await to.call(ops.SWITCH_HOOKS, asked)


async def _listener(home: Path | None) -> "HookListener":
    from assent_schemas.wire import operations as ops
    from assent_schemas.wire.frame import Nothing
    from assent_service.cli.owner import owner

    async with owner(home) as to:
        return await to.call(ops.SHOW_HOOK_LISTENER, Nothing())
