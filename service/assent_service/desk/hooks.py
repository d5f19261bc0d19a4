"""The desk's word on webhooks: made, listed, revoked, and listened to."""

from collections import Counter

from assent_engine import hooks as engine_hooks
from assent_engine.hooks import Hooks, Listening
from assent_engine.scheduling import keys
from assent_engine.store import Reader
from assent_engine.store.rows import HookRow
from assent_schemas.triggers import WebhookTrigger
from assent_schemas.wire import hooks as wire
from assent_schemas.wire.frame import Nothing, Page, PageAsked
from assent_service.desk.room import Caller, Room, slice_of


async def list_hooks(room: Room, asked: PageAsked, _: Caller) -> Page[wire.HookTold]:
    rows, waiting = await room.read.hooks(), await _waiting(room.read)
    return slice_of([_told(row, waiting) for row in rows], [row.name for row in rows], asked)


async def add_hook(room: Room, asked: wire.AddingHook, caller: Caller) -> wire.HookMade:
    made = _hooks(room).make(asked.hook, signed=asked.signed, by=caller.by, given=asked.secret)
    secret = await made
    return await _made(room, asked.hook, secret if asked.secret is None else None)


async def rotate_hook(room: Room, asked: wire.HookNamed, caller: Caller) -> wire.HookMade:
    secret = await _hooks(room).rotate(asked.hook, by=caller.by)
    return await _made(room, asked.hook, secret)


async def revoke_hook(room: Room, asked: wire.HookNamed, caller: Caller) -> wire.HookRevoked:
    await _hooks(room).revoke(asked.hook, by=caller.by)
    await room.webhooks.learn()
    return wire.HookRevoked(name=asked.hook, waiting=(await _waiting(room.read))[asked.hook])


async def show_listener(room: Room, _: Nothing, __: Caller) -> wire.HookListener:
    return await _standing(room)


async def switch_hooks(room: Room, asked: wire.SwitchingHooks, caller: Caller) -> wire.HookListener:
    engine, before = _hooks(room), await engine_hooks.listening(room.read)
    wanted = Listening(asked.on, asked.port or before.port)
    await room.webhooks.listen(wanted)
    try:
        await engine.switch(wanted, by=caller.by)
    except BaseException:
        await room.webhooks.listen(before)
        raise
    return await _standing(room)


def url(port: int, hook: str = "NAME") -> str:
    """Where a webhook is called."""
    return f"http://127.0.0.1:{port}/hooks/{hook}"


def _hooks(room: Room) -> Hooks:
    engine = room.engine
    return Hooks.of(engine.home, engine.store, engine.clock)


async def _made(room: Room, name: str, secret: str | None) -> wire.HookMade:
    await room.webhooks.learn()
    row, to = await _hooks(room).find(name), await engine_hooks.listening(room.read)
    return wire.HookMade(name=name, proof=row.proof, secret=secret, url=url(to.port, name))


async def _standing(room: Room) -> wire.HookListener:
    to, rows = await engine_hooks.listening(room.read), await room.read.hooks()
    heard = room.webhooks.port == to.port
    return wire.HookListener(
        on=to.on,
        port=to.port,
        url=url(to.port),
        listening=heard,
        reason=room.webhooks.reason if to.on and not heard else None,
        hooks=sum(row.revoked_at is None for row in rows),
    )


async def _waiting(read: Reader) -> Counter[str]:
    """How many triggers in force wait for each webhook."""
    rules = [keys.read(row.document) for row in await read.triggers_of("webhook")]
    return Counter(one.name for one in rules if isinstance(one, WebhookTrigger))


def _told(row: HookRow, waiting: Counter[str]) -> wire.HookTold:
    return wire.HookTold(
        name=row.name,
        proof=row.proof,
        made_by=row.made_by,
        made_at=row.made_at,
        calls=row.calls,
        called_at=row.called_at,
        revoked_at=row.revoked_at,
        triggers=waiting[row.name],
    )
