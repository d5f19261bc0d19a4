"""The check of webhooks: whether they are heard, and whether anything waits for one in vain."""

import asyncio
import os
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from assent_engine.home import SERVICE, Home
from assent_engine.hook_keys import HookKeys
from assent_engine.hooks import Listening, listening, unmet, waited_for
from assent_engine.store import Reader
from assent_schemas.checks import Finding, Verdict
from assent_schemas.errors import Problem

_OTHERS = 0o077
_PATIENCE = 2.0


def hooks(path: Path) -> Finding:
    """The first thing that is amiss, the worst before the others."""
    home = Home(path)
    if not home.database.exists():
        return Finding(Verdict.OK, "There is no webhook.")
    return asyncio.run(_looked(home))


async def _looked(home: Home) -> Finding:
    async with Reader.open(home.database) as read:
        to, rows = await listening(read), await read.hooks()
        deaf = await unmet(read, waited_for(await read.triggers_of("webhook")))
    working = [row for row in rows if not row.revoked_at]
    kept = HookKeys(home.hooks)
    signed = [row for row in working if row.proof == "signature"]
    lost = [row.name for row in signed if kept.secret(row.secret_hash) is None]
    where = f"listened to at port {to.port}" if to.on else "switched off"
    fine = Finding(Verdict.OK, f"{len(working)} webhooks, {where}.")
    found = (*_open_files(home), *_lost(lost), *_unheard(home, to), *_deaf(deaf.values()), fine)
    return found[0]


def _open_files(home: Home) -> Iterator[Finding]:
    """Secrets that other users could read."""
    there = [home.hooks, *home.hooks.glob("*")] if home.hooks.exists() else []
    for one in there:
        if os.name == "posix" and one.stat().st_mode & _OTHERS:
            remedy = f"Close it: chmod -R go= {home.hooks}. Then: assent hooks rotate NAME"
            yield Finding(Verdict.FAIL, f"{one} is open to other users.", remedy)


def _lost(names: list[str]) -> Iterator[Finding]:
    if names:
        found = f"The secret of {', '.join(names)} is not in the home: every call is refused."
        yield Finding(Verdict.FAIL, found, f"Give it another one: assent hooks rotate {names[0]}")


def _unheard(home: Home, to: Listening) -> Iterator[Finding]:
    """Switched on and not listened to, although a service runs that should."""
    holder = home.holder()
    if not to.on or holder is None or holder.what != SERVICE:
        return
    try:
        socket.create_connection(("127.0.0.1", to.port), _PATIENCE).close()
    except OSError as error:
        found = f"Nobody listens at port {to.port}: {error.strerror or error}."
        yield Finding(Verdict.FAIL, found, "See why: assent hooks status")


def _deaf(deaf: Iterable[Problem]) -> Iterator[Finding]:
    for one in deaf:
        yield Finding(Verdict.WARN, one.detail, one.remedy)
