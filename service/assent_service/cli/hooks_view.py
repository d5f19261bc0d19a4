"""Webhooks on a terminal: the list, how to call one, and how they are listened to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assent_engine.moments import moment
from assent_schemas.wire.hooks import HookListener, HookMade, HookTold
from assent_service.cli.text import shown

if TYPE_CHECKING:
    from rich.console import RenderableType

_BODY = "{}"


def hooks_view(found: Sequence[HookTold]) -> "RenderableType":
    """A table of webhooks."""
    from rich.text import Text

    from assent_service.cli.views import listing

    if not found:
        return "There is no webhook: assent hooks add NAME"
    table = listing("webhook", "proof", "triggers", "calls", "last called")
    for one in found:
        stands = "revoked" if one.revoked_at else one.proof
        last = f"{moment(one.called_at):%Y-%m-%d %H:%M:%S} UTC" if one.called_at else "-"
        cells = (one.name, stands, str(one.triggers), str(one.calls), last)
        table.add_row(*(Text(shown(cell)) for cell in cells))
    return table


def made_view(made: HookMade, listener: HookListener) -> "RenderableType":
    """The secret, shown this once, and how the webhook is called; never wrapped, to be copied."""
    from rich.text import Text

    name = shown(made.name)
    lines = [f"The webhook {name} has the secret that you gave."]
    if made.secret:
        lines = [f"The secret of the webhook {name}, shown this once:", f"  {made.secret}"]
    lines += ["Call it:", f"  {curl(made)}"]
    if not listener.listening:
        lines.append(f"Nobody hears it yet. {_why(listener)}")
    return Text("\n".join(lines), no_wrap=True, overflow="ignore")


def curl(made: HookMade) -> str:
    """The line that calls a webhook, secret included where it was made here."""
    secret = made.secret or "SECRET"
    head = f"curl -sS -X POST {made.url} -H 'Content-Type: application/json'"
    if made.proof == "bearer":
        return f"{head} -H 'Authorization: Bearer {secret}' -d '{_BODY}'"
    signature = f"$(printf %s '{_BODY}' | openssl dgst -sha256 -hmac '{secret}' -r | cut -c1-64)"
    return f"{head} -H \"X-Hub-Signature-256: sha256={signature}\" -d '{_BODY}'"


def listener_text(one: HookListener) -> str:
    """How the listener stands."""
    hooks = f"{one.hooks} webhooks" if one.hooks != 1 else "1 webhook"
    if not one.on:
        return f"Webhooks are switched off ({hooks}); nothing listens. {_why(one)}"
    if one.listening:
        return f"Webhooks are listened to at {one.url} ({hooks})."
    return f"Webhooks are switched on ({hooks}), but nothing listens. {_why(one)}"


def _why(one: HookListener) -> str:
    return shown(one.reason or "") if one.on else "Switch them on: assent hooks on"
