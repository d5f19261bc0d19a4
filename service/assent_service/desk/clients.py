"""The desk's word on MCP clients: made, listed, revoked; and on what they lack."""

from assent_engine.clients import granted
from assent_engine.store.rows import ClientRow, GapRow
from assent_schemas import exact_json
from assent_schemas.gaps import GapReport
from assent_schemas.wire import clients as wire
from assent_schemas.wire.frame import Page, PageAsked
from assent_service.desk.room import Caller, Room, slice_of


async def list_clients(room: Room, asked: PageAsked, _: Caller) -> Page[wire.ClientTold]:
    rows = await room.read.clients()
    return slice_of([_told(row) for row in rows], [row.name for row in rows], asked)


async def add_client(room: Room, asked: wire.Adding, caller: Caller) -> wire.Added:
    clients = room.engine.clients
    token = await clients.make(asked.client, asked.scopes, caller.by, anew=asked.anew)
    return wire.Added(name=asked.client, scopes=sorted(set(asked.scopes)), token=token)


async def revoke_client(room: Room, asked: wire.ClientAsked, caller: Caller) -> wire.ClientTold:
    await room.engine.clients.revoke(asked.client, caller.by)
    return await _one(room, asked.client)


async def grant_client(room: Room, asked: wire.Granting, caller: Caller) -> wire.ClientTold:
    await room.engine.clients.grant(asked.client, asked.scopes, caller.by)
    return await _one(room, asked.client)


async def list_gaps(room: Room, asked: PageAsked, _: Caller) -> Page[wire.Gap]:
    rows = await room.read.gaps()
    return slice_of([_gap(row) for row in rows], [row.key for row in rows], asked)


async def _one(room: Room, name: str) -> wire.ClientTold:
    return next(_told(row) for row in await room.read.clients() if row.name == name)


def _told(row: ClientRow) -> wire.ClientTold:
    return wire.ClientTold(
        name=row.name,
        scopes=sorted(granted(row)),
        made_by=row.made_by,
        made_at=row.made_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )


def _gap(row: GapRow) -> wire.Gap:
    return wire.Gap(
        key=row.key,
        client=row.client,
        count=row.count,
        first_at=row.first_at,
        last_at=row.last_at,
        report=GapReport.model_validate(exact_json.decode(row.report)),
    )
