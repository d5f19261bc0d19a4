"""Pauses in the menu: the ways to begin one, and the end of each that holds."""

from datetime import datetime

from assent_schemas.wire.policies import Pause as Held
from assent_tray.asks import Pause, Resume
from assent_tray.ports import Item
from assent_tray.state import State, paused
from assent_tray.words import label, when

EVERYTHING = "*"
_HOUR = 3600
_WAYS = (
    ("hour", "For 1 hour", Pause(seconds=_HOUR)),
    ("tomorrow", "Until tomorrow", Pause(until="tomorrow")),
    ("market-open", "Until the market opens", Pause(until="market-open")),
)


def all_is_paused(state: State, now: datetime) -> bool:
    """Whether nothing at all starts or goes on."""
    return any(one.subject == EVERYTHING for one in paused(state, now))


def pausing(state: State, now: datetime) -> tuple[Item, ...]:
    """What is paused, with its end; else the ways to pause everything."""
    if "pause" in state.busy:
        return (Item("pause:busy", "A pause changes ..."),)
    found = [item for one in paused(state, now) for item in _held(one, now)]
    if not all_is_paused(state, now):
        ways = tuple(Item(f"pause:{key}", said, ask) for key, said, ask in _WAYS)
        found.append(Item("pause", "Pause everything", inside=ways))
    return tuple(found)


def _held(one: Held, now: datetime) -> tuple[Item, Item]:
    key, name = f"paused:{one.subject}", label(one.name, 40)
    until = f" until {when(one.until, now)}" if one.until else ""
    policy = None if one.subject == EVERYTHING else one.subject
    end = Item(f"{key}:end", f"Resume {name}", Resume(policy, name))
    return Item(key, f"{name} is paused{until}"), end
