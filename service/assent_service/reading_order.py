"""The order in which a person reads a document: what it is first, states as they follow."""

from typing import Any

_FIRST = (
    "name", "description", "comment", "policy_id", "version", "schema_version", "type",
    "resource", "triggers", "context_defaults", "input_schema", "timeout_seconds", "variable",
    "input_path", "items_path", "parameters", "item_selector", "start_at", "states",
)  # fmt: skip
_LAST = (
    "result_selector",
    "result_path",
    "output_path",
    "retry",
    "catch",
    "default",
    "next",
    "end",
)


def in_reading_order(machine: dict[str, Any]) -> dict[str, Any]:
    """The same machine, every key and value of it, only in another order."""
    ordered = _by_rank(machine)
    states = ordered.get("states")
    if isinstance(states, dict):
        names = _as_they_follow(states, ordered.get("start_at"))
        ordered["states"] = {name: _state(states[name]) for name in names}
    return ordered


def _state(state: dict[str, Any]) -> dict[str, Any]:
    ordered = _by_rank(state)
    for key in ("iterator", "item_processor"):
        if key in ordered:
            ordered[key] = in_reading_order(ordered[key])
    if "branches" in ordered:
        ordered["branches"] = [in_reading_order(branch) for branch in ordered["branches"]]
    return ordered


def _by_rank(node: dict[str, Any]) -> dict[str, Any]:
    return {key: node[key] for key in sorted(node, key=_rank)}


def _rank(key: str) -> tuple[int, int | str]:
    if key in _FIRST:
        return 0, _FIRST.index(key)
    return (2, _LAST.index(key)) if key in _LAST else (1, key)


def _as_they_follow(states: dict[str, Any], start: Any) -> list[str]:
    """State names depth first from the start; what nothing leads to comes last."""
    found: dict[str, None] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in states and name not in found:
            found[name] = None
            waiting.extend(reversed(_following(states[name])))
    return [*found, *(name for name in states if name not in found)]


def _following(state: dict[str, Any]) -> list[Any]:
    rules = [*state.get("choices", []), *state.get("catch", [])]
    return [state.get("next"), *(rule.get("next") for rule in rules), state.get("default")]
