"""What is wrong, in the menu: said in words, and the doctor to look."""

from collections.abc import Iterator

from assent_schemas.errors import Problem
from assent_tray.asks import Examine
from assent_tray.menu.lines import lines
from assent_tray.ports import Item
from assent_tray.state import State, Tie

_PASSES = {"service.starting", "service.stopping"}
"""Why the engine is held where that is nothing wrong."""


def is_wrong(state: State) -> bool:
    """Whether something needs looking at, beyond a service that does not run."""
    return state.tie is Tie.REFUSED or bool(_reasons(state))


def trouble(state: State) -> tuple[Item, ...]:
    """Each thing that is wrong, and what the doctor found."""
    told = [item for key, reason in _reasons(state) for item in _told(f"wrong:{key}", reason)]
    asked = state.findings is not None or "doctor" in state.busy
    if not told and not asked and state.tie is Tie.TIED:
        return ()
    return (*told, _doctor(state))


def _reasons(state: State) -> list[tuple[str, Problem | str]]:
    found: list[tuple[str, Problem | str]] = []
    status = state.status
    if status is not None and status.reason is not None and status.reason.code not in _PASSES:
        found.append(("held", status.reason))
    if status is not None and status.storage_trouble:
        found.append(("storage", f"Storage trouble: {status.storage_trouble}"))
    return found + [(str(part), problem) for part, problem in state.unread.items()]


def _told(key: str, reason: Problem | str) -> Iterator[Item]:
    if isinstance(reason, str):
        yield from lines(key, reason)
        return
    yield from lines(f"{key}:title", f"{reason.title}.")
    yield from lines(f"{key}:detail", reason.detail)
    yield from lines(f"{key}:remedy", reason.remedy)


def _doctor(state: State) -> Item:
    if "doctor" in state.busy:
        return Item("doctor:busy", "The doctor looks ...")
    if state.findings is None:
        return Item("doctor", "Doctor: find out what is wrong", Examine())
    again = Item("doctor:again", "Look again", Examine())
    if not state.findings:
        return Item("doctor:found", "Doctor: all is well here", inside=(again,))
    told = [
        item
        for name, one in state.findings
        for item in lines(f"doctor:{name}", f"{name}: {one.finding} {one.remedy}")
    ]
    return Item("doctor:found", "Doctor: what was found", inside=(*told, again))
