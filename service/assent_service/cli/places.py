"""Where in a run something happens: the state's name, as the policy's author wrote it."""

from collections.abc import Mapping

from assent_engine.effects import state_name
from assent_service.cli.text import shown

_SEGMENTS = 3
"""A scope's path has so many parts for each level: State.visit/attempt/id/."""


def depth(scope: str) -> int:
    """How many scopes lie around this one; 0 is the run's own."""
    return scope.count("/") // _SEGMENTS


def place(scope: str, key: str, done: Mapping[str, tuple[str, str]] | None = None) -> str:
    """The state of a journal key, set in by its depth, with what tells it from its likes.

    `done` gives scope and key of what the scope of a compensation reverses.
    """
    if done is not None and scope in done:
        return f"undo {place(*done[scope]).strip()}{_tries(key)}"
    visit, _, attempt = key.rpartition(".")[2].partition("/")
    notes = [f"visit {visit}"] if visit not in ("", "1") else []
    notes += [f"attempt {attempt}"] if attempt not in ("", "1", "undo") else []
    state = shown(state_name(key), 60)
    return "  " * depth(scope) + state + _item(scope) + (f" ({', '.join(notes)})" if notes else "")


def _tries(key: str) -> str:
    """Which attempt of a compensation, where it is not the first."""
    rank, _, attempt = key.rpartition(".")[2].partition("/")
    number = attempt.partition("/")[0]
    notes = [f"attempt {number}"] if number not in ("", "1") else []
    notes += [f"again, {rank}"] if rank not in ("", "1") else []
    return f" ({', '.join(notes)})" if notes else ""


def _item(scope: str) -> str:
    """Which items of the Maps around it; nothing where each is the first or only one."""
    ids = scope.split("/")[_SEGMENTS - 1 :: _SEGMENTS]
    return f" [{'.'.join(ids)}]" if any(one != "0" for one in ids) else ""
