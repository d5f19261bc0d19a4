"""Loops among states that lead to each other: groups, none of which leads back to one before it."""

from collections.abc import Iterable, Iterator, Mapping

Links = Mapping[str, tuple[str, ...]]
"""Which states follow each state."""


def is_loop(group: tuple[str, ...], following: Links) -> bool:
    """Whether a run may go round in a group of states."""
    return len(group) > 1 or any(name in following[name] for name in group)


def groups(following: Links) -> Iterator[tuple[str, ...]]:
    """Strongly connected states, in an order in which ways only lead onwards (Kosaraju)."""
    backwards: dict[str, list[str]] = {name: [] for name in following}
    for name, targets in following.items():
        for target in targets:
            backwards[target].append(name)
    seen: set[str] = set()
    order = [one for name in following for one in _finished(name, following, seen)]
    taken: set[str] = set()
    for name in reversed(order):
        if group := tuple(_finished(name, backwards, taken)):
            yield group


def _finished(start: str, following: Mapping[str, Iterable[str]], seen: set[str]) -> list[str]:
    """States first seen from here, each after all that it leads to; no recursion."""
    if start in seen:
        return []
    seen.add(start)
    done: list[str] = []
    path = [(start, iter(following[start]))]
    while path:
        name, rest = path[-1]
        new = next((one for one in rest if one not in seen), None)
        if new is None:
            done.append(name)
            path.pop()
        else:
            seen.add(new)
            path.append((new, iter(following[new])))
    return done
