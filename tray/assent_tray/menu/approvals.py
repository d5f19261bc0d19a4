"""Approvals in the menu: what each would do, in short, and the two answers."""

from collections.abc import Iterator
from datetime import datetime

from assent_schemas.wire.approvals import Approval
from assent_tray.asks import Decide, Review, subject_of
from assent_tray.menu.lines import bounded, line, lines
from assent_tray.ports import Item
from assent_tray.show_first import ShowFirst, may_be_approved_here
from assent_tray.state import State, open_approvals
from assent_tray.words import label, when

_OF_A_HASH = 16


def approvals(state: State, now: datetime, rule: ShowFirst) -> tuple[Item, ...]:
    """One submenu for each."""
    items = [_approval(one, state, now, rule) for one in open_approvals(state, now)]
    return bounded("approvals", items, "assent approvals list")


def _approval(one: Approval, state: State, now: datetime, rule: ShowFirst) -> Item:
    key = subject_of(one)
    inside = (
        Item(f"{key}:who", label(f"{one.who} asks")),
        Item(f"{key}:until", f"Until {when(one.until, now)}; then it counts as not approved"),
        *_brief(key, state),
        Item(f"{key}:hash", label(f"Hash {one.hash[:_OF_A_HASH]}")),
        line(key),
        *_answers(one, state, rule),
    )
    return Item(key, label(f"Approve? {one.what}"), inside=inside)


def _brief(key: str, state: State) -> Iterator[Item]:
    brief = state.briefs.get(key)
    if brief is None:
        yield Item(f"{key}:brief", "It is being read ...")
        return
    for number, one in enumerate(brief.lines):
        yield from lines(f"{key}:brief:{number}", one)


def _answers(one: Approval, state: State, rule: ShowFirst) -> Iterator[Item]:
    key = subject_of(one)
    if key in state.busy:
        yield Item(f"{key}:busy", "Your answer is on its way ...")
        return
    if may_be_approved_here(state.briefs.get(key), rule):
        yield Item(f"{key}:yes", "Approve", Decide(yes=True, one=one))
    yield Item(f"{key}:no", "Reject", Decide(yes=False, one=one))
    yield Item(f"{key}:show", "Show it whole ...", Review(one))
