"""Runs in the menu: those that are not over with their progress, and the latest that are."""

from collections.abc import Sequence
from datetime import datetime

from assent_schemas.statuses import RunStatus
from assent_schemas.wire.runs import RunSummary
from assent_tray.asks import Cancel
from assent_tray.menu.lines import bounded, lines
from assent_tray.ports import Item
from assent_tray.state import Progress, State
from assent_tray.words import command, counted, label, when

RECENT = 5
_CANCEL = (
    (False, "End it and reverse what it did"),
    (True, "End it and keep what it did"),
)
_OUTCOMES = {
    RunStatus.COMPLETED: "done",
    RunStatus.FAILED: "failed",
    RunStatus.TIMED_OUT: "out of time",
    RunStatus.CANCELLED: "cancelled",
}


def open_runs(state: State) -> list[RunSummary]:
    """The runs of their own that have not ended."""
    return [one for one in state.runs if one.parent_run is None and not one.status.ended]


def running(state: State, now: datetime) -> tuple[Item, ...]:
    """The runs under way, each with its progress and its end."""
    items = [_run(one, state, now) for one in open_runs(state)]
    if not items:
        return ()
    return (Item("running", "Running now"), *bounded("running", items, "assent run list"))


def recent(state: State, now: datetime) -> tuple[Item, ...]:
    """A submenu of the latest outcomes."""
    ended = [one for one in state.runs if one.parent_run is None and one.status.ended]
    items = tuple(item for one in ended[:RECENT] for item in _outcome(one, now))
    return (Item("recent", "Recent runs", inside=items),) if items else ()


def _run(one: RunSummary, state: State, now: datetime) -> Item:
    key = f"run:{one.run_id}"
    inside = (
        Item(f"{key}:since", f"Since {when(one.created_at, now)}"),
        Item(f"{key}:way", command("assent run show", one.run_id)),
        _cancel(key, one, state),
    )
    where = _where(one, state.progress.get(one.run_id), now)
    return Item(key, f"{label(one.policy, 36)}: {where}", inside=inside)


def _where(one: RunSummary, at: Progress | None, now: datetime) -> str:
    if one.status is not RunStatus.RUNNING and one.status is not RunStatus.WAITING:
        return one.status.value.lower().replace("_owner", " you")
    if at is not None and at.until:
        return f"waits until {when(at.until, now)}"
    if one.status is RunStatus.WAITING:
        return "waits"
    state = at.state if at is not None and at.state else one.current_step or "begins"
    steps = f", {counted(at.steps, 'step')}" if at is not None and at.steps else ""
    return f"{label(state, 32)}{steps}"


def _cancel(key: str, one: RunSummary, state: State) -> Item:
    if key in state.busy:
        return Item(f"{key}:busy", "It is being ended ...")
    asks = [(Cancel(one.run_id, label(one.policy), keep), said) for keep, said in _CANCEL]
    ways = tuple(Item(f"{key}:cancel:{ask.keep}", said, ask) for ask, said in asks)
    return Item(f"{key}:cancel", "Cancel", inside=ways)


def _outcome(one: RunSummary, now: datetime) -> Sequence[Item]:
    key = f"run:{one.run_id}"
    said = f"{label(one.policy, 40)}: {_OUTCOMES[one.status]} {when(one.updated_at, now)}"
    why = lines(f"{key}:why", f"{one.error}: {one.cause or ''}") if one.error else ()
    return [Item(f"{key}:ended", said, inside=why)]
