"""References between states: they exist, and every state can be reached."""

from collections.abc import Iterator
from typing import Any

from assent_engine.validation.machines import Json, objects, rules
from assent_engine.validation.problems import misspelt, problem
from assent_schemas.errors import Problem, pointer
from assent_schemas.spelling import nearest


def reference_problems(machine: Json, where: str) -> Iterator[Problem]:
    """What is wrong with the links of one machine; inner machines have their own."""
    states = dict(objects(machine.get("states")))
    if not states:
        return
    links = [("/start_at", machine.get("start_at"))]
    reached: dict[str, list[str]] = {}
    for name, state in states.items():
        targets = list(links_of(state))
        links += [(pointer("states", name) + at, target) for at, target in targets]
        reached[name] = [str(target) for _, target in targets]
    lost = False
    for at, target in links:
        if isinstance(target, str) and target not in states:
            detail = f'There is no state "{target}" in this machine.'
            near = nearest(target, states)
            lost = True
            yield misspelt("reference.unknown_state", where + at, detail, near)
    start = machine.get("start_at")
    # A link that leads nowhere yet will lead somewhere: what is reached then is not known.
    if isinstance(start, str) and start in states and not lost:
        yield from _unreachable(states, start, reached, where)


def links_of(state: Json) -> Iterator[tuple[str, Any]]:
    """Where a state can lead, with pointers relative to it."""
    for key in ("next", "default", "on_reject", "on_timeout"):
        if key in state:
            yield f"/{key}", state[key]
    for at, rule in rules(state, "choices", "catch"):
        if "next" in rule:
            yield f"{at}/next", rule["next"]


def _unreachable(
    states: dict[str, Json], start: str, links: dict[str, list[str]], where: str
) -> Iterator[Problem]:
    seen, waiting = {start}, [start]
    while waiting:
        new = [name for name in links[waiting.pop()] if name in states and name not in seen]
        seen.update(new)
        waiting.extend(new)
    for name in states:
        if name not in seen:
            at = where + pointer("states", name)
            detail = f'No way leads from "{start}" to "{name}".'
            yield problem("state.unreachable", at, detail, "Link it or remove it.")
