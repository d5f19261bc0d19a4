"""Webhooks: made, given another secret and revoked by the owner, who also has them listened to."""

import re
import secrets
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass

from assent_engine.clock import Clock
from assent_engine.home import Home
from assent_engine.hook_keys import HookKeys, hashed
from assent_engine.moments import timestamp
from assent_engine.refusals import refused
from assent_engine.scheduling import keys
from assent_engine.store import Reader, Store
from assent_engine.store.records import AuditEntry, HookMade, HookRevoked, SettingPut
from assent_engine.store.rows import HookRow, TriggerRow
from assent_schemas import exact_json
from assent_schemas.errors import Problem
from assent_schemas.triggers import WebhookTrigger

SECRET_BYTES = 32
MOST = 64
"""Webhooks that work at a time."""
PORT = 27736
"""On a telephone's keys it spells ASSEN; no service is registered for it, and it is below the ports
that systems give to outgoing connections (from 32768 on), so that none of them is in its way."""
SETTING = "webhooks"
_GIVEN = re.compile(r"[!-~]{24,256}")
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Listening:
    """Whether the service listens to webhooks, and at which port of the loopback interface."""

    on: bool = False
    port: int = PORT


async def listening(read: Reader) -> Listening:
    """What the owner has set; off, until they do."""
    found = await read.setting(SETTING)
    return Listening(**found) if found else Listening()


async def unmet(read: Reader, names: AbstractSet[str]) -> dict[str, Problem]:
    """Those of these webhooks that nobody can call, each with why."""
    if not names:
        return {}
    known = {row.name: row for row in await read.hooks()}
    switched = await listening(read)
    found = {name: _why_not(name, known.get(name), switched) for name in sorted(names)}
    return {name: why for name, why in found.items() if why}


def waited_for(rows: Iterable[TriggerRow]) -> set[str]:
    """The names of the webhooks that triggers wait for."""
    rules = [keys.read(row.document) for row in rows]
    return {one.name for one in rules if isinstance(one, WebhookTrigger)}


def _why_not(name: str, row: HookRow | None, switched: Listening) -> Problem | None:
    remedy = f"Make it: assent hooks add {name}"
    if row is None:
        return _deaf(f"There is no webhook {name}, and a trigger waits for it.", remedy)
    if row.revoked_at:
        detail = f"The webhook {name} was revoked at {row.revoked_at}, and a trigger waits for it."
        return _deaf(detail, remedy)
    if not switched.on:
        detail = f"A trigger waits for the webhook {name}, and webhooks are switched off."
        return _deaf(detail, "Switch them on: assent hooks on")
    return None


def _deaf(detail: str, remedy: str) -> Problem:
    return Problem("hook.deaf", "A trigger waits in vain", detail, remedy)


@dataclass(frozen=True, slots=True)
class Hooks:
    """The webhooks of a home; who may change them was settled at the door."""

    store: Store
    clock: Clock
    kept: HookKeys

    @classmethod
    def of(cls, home: Home, store: Store, clock: Clock) -> "Hooks":
        return cls(store, clock, HookKeys(home.hooks))

    async def make(self, name: str, *, signed: bool, by: str, given: str | None = None) -> str:
        """A new webhook; its secret, shown this once. Raises Refused where there is one.

        A secret may be `given` where its callers sign with one that they have made themselves.
        """
        if given is not None and (not signed or _GIVEN.fullmatch(given) is None):
            detail = "A secret that callers sign with has 24 to 256 visible characters."
            raise refused("hook.secret", detail, "Give it with --signed, or have one made.")
        if _NAME.fullmatch(name) is None:
            detail = "The name of a webhook has 1 to 64 of a-z 0-9 _ . - and begins with a letter."
            raise refused("hook.name", detail, "Name it as the trigger does that waits for it.")
        working = [row for row in await self.store.read.hooks() if not row.revoked_at]
        if name in {row.name for row in working}:
            remedy = f"For another secret: assent hooks rotate {name}"
            raise refused("hook.exists", f"There is a webhook {name}.", remedy)
        if len(working) >= MOST:
            detail = f"There are {MOST} webhooks; that is the most."
            raise refused("hook.too_many", detail, "Revoke one: assent hooks revoke NAME")
        return await self._given(name, "signature" if signed else "bearer", by, "hook.make", given)

    async def rotate(self, name: str, *, by: str) -> str:
        """Another secret; the one before opens nothing any more. Raises Refused."""
        row = await self.find(name)
        return await self._given(name, row.proof, by, "hook.rotate")

    async def revoke(self, name: str, *, by: str) -> None:
        """Let a webhook be called no more; raises Refused where there is none."""
        await self.find(name)
        at = timestamp(self.clock.now())
        await self.store.commit(HookRevoked(name, at), AuditEntry(at, by, "hook.revoke", name, ""))
        await self._tidy()

    async def switch(self, to: Listening, *, by: str) -> None:
        """Set for good whether webhooks are listened to, and where."""
        at, value = timestamp(self.clock.now()), exact_json.encode(asdict(to)).decode()
        said = f"at port {to.port}" if to.on else ""
        audit = AuditEntry(at, by, "hooks.on" if to.on else "hooks.off", SETTING, said)
        await self.store.commit(SettingPut(SETTING, value, by, at), audit)

    async def find(self, name: str) -> HookRow:
        """A webhook that works; raises Refused."""
        for row in await self.store.read.hooks():
            if row.name == name and not row.revoked_at:
                return row
        raise refused("hook.unknown", f"There is no webhook {name}.", "See: assent hooks list")

    async def _given(
        self, name: str, proof: str, by: str, action: str, given: str | None = None
    ) -> str:
        """A new secret: on disk first where it is kept, then known, then the old one forgotten."""
        secret, at = given or secrets.token_urlsafe(SECRET_BYTES), timestamp(self.clock.now())
        if proof == "signature":
            self.kept.keep(secret)
        audit = AuditEntry(at, by, action, name, f"proof by {proof}")
        await self.store.commit(HookMade(name, proof, hashed(secret), by, at), audit)
        await self._tidy()
        return secret

    async def _tidy(self) -> None:
        self.kept.forget_all_but({row.secret_hash for row in await self.store.read.hooks()})
