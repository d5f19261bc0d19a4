"""The hub: what is kept, what is told in place of what is gone, and how large an event may be."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assent_schemas.wire.events import Cursor
from assent_service.desk.hub import LONGEST_VALUE, Hub


@given(
    kept=st.integers(1, 8),
    acts=st.lists(st.sampled_from(["tell", "read", "leave", "anew"]), max_size=60),
)
async def test_a_follower_misses_nothing_without_being_told(kept: int, acts: list[str]) -> None:
    hub = Hub(kept=kept)
    follower, known = hub.follow(), 0
    for act in acts:
        match act:
            case "tell":
                hub.publish("said", {})
            case "anew":
                hub.begin_anew()
            case "leave":
                follower.close()
                follower = hub.follow(follower._cursor)
            case _ if follower._cursor != Cursor(hub.epoch, hub.last):
                for event in await follower.next():
                    assert event.type == "reset" or event.seq == known + 1
                    assert event.epoch == hub.epoch
                    known = event.seq
    while follower._cursor != Cursor(hub.epoch, hub.last):
        for event in await follower.next():
            assert event.type == "reset" or event.seq == known + 1
            known = event.seq
    assert known in (hub.last, 0) or not acts


async def test_long_values_are_cut_and_named_and_others_are_left_alone() -> None:
    hub = Hub()
    start = hub.follow()
    told: dict[str, Any] = {"run_id": "r", "input": {"text": "ü" * 5000}, "ok": {"n": 1}}
    hub.publish("step.ended", told)
    (event,) = await start.next()
    assert event.data["cut"] == ["input"]
    assert len(event.data["input"].encode()) <= LONGEST_VALUE
    assert event.data["ok"] == {"n": 1}
    assert told["input"] == {"text": "ü" * 5000}


async def test_nobody_is_woken_who_left() -> None:
    hub = Hub()
    follower = hub.follow()
    follower.close()
    hub.publish("said", {})
    assert not follower._any.is_set()
