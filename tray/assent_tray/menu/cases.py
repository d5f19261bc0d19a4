"""Cases in the menu: what is in question, and each thing that can be said about it."""

from collections.abc import Iterator

from assent_schemas.wire.inbox import CaseDetail
from assent_tray.asks import Settle
from assent_tray.menu.lines import bounded, line, lines
from assent_tray.ports import Item
from assent_tray.state import State
from assent_tray.words import capital, command, label

_DONE = "done"
"""It takes a note, and sometimes a result: more than a click can say."""


def cases(state: State) -> tuple[Item, ...]:
    """One submenu for each."""
    items = [_case(one, state) for one in state.cases]
    return bounded("cases", items, "assent inbox list")


def _case(one: CaseDetail, state: State) -> Item:
    key = f"case:{one.intervention_id}"
    inside = (*lines(f"{key}:text", one.text), line(key), *_choices(key, one, state))
    return Item(key, label(f"Needs you: {one.policy}"), inside=inside)


def _choices(key: str, one: CaseDetail, state: State) -> Iterator[Item]:
    if key in state.busy:
        yield Item(f"{key}:busy", "Your decision is on its way ...")
        return
    for choice in one.choices:
        if choice == _DONE:
            continue
        said = capital(label(one.meanings.get(choice, choice)))
        what = label(one.policy)
        yield Item(f"{key}:{choice}", said, Settle(one.intervention_id, choice, what))
    yield Item(f"{key}:read", "To see the exact call, and what else can be said:")
    yield Item(f"{key}:way", command("assent inbox show", one.intervention_id))
