"""How fast the interpreter is in memory, trace included."""

import time
from typing import Any

from assent_engine import simulate


def _loop(body: dict[str, Any], steps: dict[str, Any]) -> float:
    """Transitions a second of a loop that ends at the transition limit."""
    choice = {
        "type": "Choice",
        "choices": [{"variable": "$.n", "numeric_less_than": 0, "next": "End"}],
        "default": "Body",
    }
    states = {"Body": {**body, "next": "Ask"}, "Ask": choice, "End": {"type": "Succeed"}}
    policy = {"name": "loop", "start_at": "Body", "states": states, "max_transitions": 10_000}
    start = time.perf_counter()
    result = simulate(policy, {"n": 1}, steps=steps)
    seconds = time.perf_counter() - start
    entered = sum(entry["event"] == "entered" for entry in result.trace)
    return float(entered / seconds)


def pass_and_choice() -> float:
    """Pass and Choice transitions a second."""
    return _loop({"type": "Pass"}, {})


def task_echo() -> float:
    """Task (an echo) and Choice transitions a second."""
    return _loop({"type": "Task", "resource": "echo"}, {"echo": lambda value: value})


def map_of_items() -> float:
    """Items a second of a Map of 10,000 with a Pass for each."""
    count = 10_000
    iterator = {"start_at": "One", "states": {"One": {"type": "Pass", "end": True}}}
    items = {
        "type": "Map",
        "items_path": "$.items",
        "item_selector": {"item.$": "$$.map.item.value"},
        "iterator": iterator,
        "end": True,
    }
    policy = {
        "name": "map",
        "start_at": "Items",
        "states": {"Items": items},
        "max_transitions": 2 * count,
    }
    start = time.perf_counter()
    result = simulate(policy, {"items": list(range(count))}, steps={})
    assert len(result.output) == count
    return count / (time.perf_counter() - start)
