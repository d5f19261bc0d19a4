"""The desk's word on what happens outside: events, and the triggers that they meet."""

from assent_engine.scheduling.happenings import Event
from assent_schemas.wire import happenings as wire
from assent_service.desk.room import Caller, Room


async def emit_event(room: Room, asked: wire.Emitting, _: Caller) -> wire.Emitted:
    """When this is answered the event is not lost; its runs go on by themselves."""
    met = await room.engine.schedule.emit(Event(asked.name, asked.data))
    return wire.Emitted(met=met)
