"""The desk's word on Streamable HTTP, the agents' second way in: whether it is on, and where."""

import socket

from assent_schemas.wire import clients as wire
from assent_schemas.wire.frame import Nothing
from assent_service.desk.room import Caller, Room
from assent_service.http_setting import HttpSetting


async def agent_http(room: Room, _asked: Nothing, _: Caller) -> wire.HttpTold:
    return _told(room, HttpSetting.of(room.home))


async def set_agent_http(room: Room, asked: wire.HttpAsked, _: Caller) -> wire.HttpTold:
    """Kept first: where the port is taken, it is tried again at the next start."""
    setting = HttpSetting.of(room.home).set(on=asked.on, port=asked.port)
    if setting.on and setting.port is None:
        setting = setting.set(on=True, port=_free_port())
    setting.keep(room.home)
    if room.http is not None:
        await room.http.follow()
    return _told(room, setting)


def _told(room: Room, setting: HttpSetting) -> wire.HttpTold:
    listens = room.http is not None and room.http.port is not None
    why_not = None if room.http is None else room.http.trouble
    return wire.HttpTold(on=setting.on, url=setting.url, listens=listens, trouble=why_not)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found
