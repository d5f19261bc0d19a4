"""MCP clients: principals that the owner names, grants scopes and revokes, known by token."""

import asyncio
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from assent_engine.clock import Clock
from assent_engine.moments import timestamp
from assent_engine.refusals import refused
from assent_engine.store import Store
from assent_engine.store.records import (
    AuditEntry,
    ClientGranted,
    ClientMade,
    ClientRevoked,
    ClientUsed,
)
from assent_engine.store.rows import ClientRow
from assent_schemas.clients import NAME, NOBODY, SCOPES, Scope
from assent_schemas.errors import Refused, StoreError

MOST = 200
"""Clients that are in use at once."""
TOKEN_BYTES = 32
USE_NOTED_EVERY = timedelta(minutes=1)
_SHOWN = 40
_NO_TOKEN = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks at the agent door; reading needs no scope."""

    name: str
    scopes: frozenset[Scope]


ANONYMOUS = Client(NOBODY, frozenset())


@dataclass(slots=True)
class Clients:
    """Makes, knows and revokes clients. Only digests of tokens are kept."""

    store: Store
    clock: Clock
    _noted: dict[str, datetime] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def make(self, name: str, scopes: Iterable[Scope], by: str, *, anew: bool = False) -> str:
        """Make a client; its token is told here, and never again.

        With `anew` one of that name gets another token and these scopes. Raises Refused for a
        name that is none or is in use.
        """
        token, words = secrets.token_urlsafe(TOKEN_BYTES), " ".join(sorted(set(scopes)))
        async with self._turn:
            await self._admit(name, anew=anew)
            at = timestamp(self.clock.now())
            made = ClientMade(name, words, _digest(token), by, at)
            await self.store.commit(made, AuditEntry(at, by, "client.made", name, words))
        self._noted.pop(name, None)
        return token

    async def grant(self, name: str, scopes: Iterable[Scope], by: str) -> None:
        """Let a client do this too, from its next call on; it keeps its token and its scopes.

        Raises Refused where there is none.
        """
        async with self._turn:
            row = await self._known(name)
            more = " ".join(sorted(set(scopes) - granted(row)))
            if more:
                words = " ".join(sorted({*granted(row), *more.split()}))
                audit = AuditEntry(timestamp(self.clock.now()), by, "client.granted", name, more)
                await self.store.commit(ClientGranted(name, words), audit)

    async def revoke(self, name: str, by: str) -> None:
        """Let a client's token open nothing from its next call on; raises Refused."""
        async with self._turn:
            await self._known(name)
            at = timestamp(self.clock.now())
            audit = AuditEntry(at, by, "client.revoked", name, "")
            await self.store.commit(ClientRevoked(name, at), audit)

    async def listed(self) -> list[ClientRow]:
        """Every client by name, revoked ones too."""
        return await self.store.read.clients()

    async def authenticated(self, name: str, token: str) -> Client:
        """The client that has this token; raises Refused, for all reasons alike.

        Only who shows the token of a client that was revoked is told so. To be asked at each call:
        scopes may have changed, or the client been revoked. How long it takes tells nothing of the
        token.
        """
        row = await self.store.read.client(name) if _is_name(name) else None
        expected = row.token_hash if row else _NO_TOKEN
        if not hmac.compare_digest(_digest(token), expected) or row is None:
            raise _unknown(name)
        if row.revoked_at is not None:
            raise refused("client.revoked", f"The owner has revoked the client {name}.")
        return Client(name, granted(row))

    def used(self, name: str) -> None:
        """Note that a client called; what is written stays behind by a minute at most."""
        now, last = self.clock.now(), self._noted.get(name)
        if last is not None and abs(now - last) < USE_NOTED_EVERY:
            return
        try:
            self.store.enqueue(ClientUsed(name, timestamp(now)))
        except StoreError:
            # A store in trouble does not keep anybody from reading; the next call notes it.
            return
        self._noted[name] = now

    async def _known(self, name: str) -> ClientRow:
        """A client that is in use; raises Refused."""
        row = await self.store.read.client(name) if _is_name(name) else None
        if row is None or row.revoked_at is not None:
            detail = f"There is no client {name[:_SHOWN]!r} that may come."
            raise refused("client.unknown", detail, "See which there are: assent clients list")
        return row

    async def _admit(self, name: str, *, anew: bool) -> None:
        if not _is_name(name) or name == NOBODY:
            raise refused("client.name", f"A client cannot be called {name[:_SHOWN]!r}.")
        in_use = [row.name for row in await self.listed() if row.revoked_at is None]
        if name in in_use and not anew:
            raise refused("client.exists", f"There is a client {name} already.")
        if name not in in_use and len(in_use) >= MOST:
            raise refused("client.too_many", f"There are {MOST} clients already.")


def granted(row: ClientRow) -> frozenset[Scope]:
    """The scopes of a client, as typed words."""
    words = row.scopes.split()
    return frozenset(scope for scope in SCOPES if scope in words)


def _is_name(text: str) -> bool:
    return re.fullmatch(NAME, text) is not None


def _digest(token: str) -> str:
    return sha256(token.encode(errors="surrogatepass")).hexdigest()


def _unknown(name: str) -> Refused:
    return refused("client.unknown", f"There is no client {name[:_SHOWN]!r} with this token.")
