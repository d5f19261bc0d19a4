"""Webhooks on the wire: made, listed, revoked, and the listener that hears them."""

from typing import Annotated, Literal

from pydantic import Field

from assent_schemas.wire.frame import Answer, Asked, Reference

Proof = Literal["bearer", "signature"]
Port = Annotated[int, Field(ge=1024, le=65_535)]


class HookNamed(Asked):
    """One webhook."""

    hook: Reference


class AddingHook(HookNamed):
    """A webhook to be; one that is `signed` is called by who signs each body with the secret."""

    signed: bool = False
    secret: Annotated[str, Field(max_length=1024)] | None = None
    """One that its callers have made, where they sign; else it is made here."""


class HookMade(Answer):
    """A webhook with its secret, which is told this once, and never again."""

    name: str
    proof: Proof
    secret: str | None
    """None for one that was given."""
    url: str


class HookRevoked(Answer):
    """What is called no more, and how many triggers in force wait for it in vain."""

    name: str
    waiting: int


class HookTold(Answer):
    """A webhook in a list; `triggers` counts those in force that wait for it."""

    name: str
    proof: Proof
    made_by: str
    made_at: str
    calls: int
    called_at: str | None
    revoked_at: str | None
    triggers: int


class SwitchingHooks(Asked):
    """Whether webhooks are listened to; without `port` where they were, or would have been."""

    on: bool
    port: Port | None = None


class HookListener(Answer):
    """What the owner has set, and what is so: with `listening` unset nobody hears a webhook."""

    on: bool
    port: int
    url: str
    listening: bool
    reason: str | None = None
    """Why nobody listens, although it is switched on."""
    hooks: int
    """How many webhooks work."""
