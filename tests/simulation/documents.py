"""Policies drawn from a seed: every state type, retries, catches, undoing, deadlines."""

import itertools
from collections.abc import Iterator
from random import Random
from typing import Any

Json = dict[str, Any]
ACTING = ("order.place", "order.place", "order.final", "order.blind", "basket.buy")
RETRIABLE = ("price.read", "order.place", "order.final", "order.blind")


class Author:
    """Writes policies; every Task asks for something else."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._numbers: Iterator[int] = itertools.count(1)

    def policy(self) -> Json:
        """A document, which may turn out to be invalid."""
        draw = self._chance
        document = {"name": f"Policy {next(self._numbers)}", **self._machine(2, {})}
        document["on_failure"] = draw.choice(["compensate", "compensate", "keep", "intervene"])
        document["on_compensation_failure"] = draw.choice(["continue", "wait"])
        if draw.random() < 0.3:
            document["timeout_seconds"] = draw.choice([5, 60, 3600, 200_000])
        if draw.random() < 0.15:
            document["max_transitions"] = draw.randrange(10, 40)
        return document

    def _machine(self, depth: int, number: Json) -> Json:
        """A chain of states; `number` is the parameter that stands for the item, if there is one.

        Some choices leave it early, some errors lead to a way out.
        """
        draw = self._chance
        names = [f"S{at}" for at in range(draw.randrange(1, 5 + depth))]
        states: Json = {}
        for at, name in enumerate(names):
            later = names[at + 1 :]
            states[name] = self._state(depth, number, later)
        if any("Out" in str(state.get("catch")) for state in states.values()):
            states["Out"] = self._way_out(number)
        if any("'Done'" in str(state.get("choices")) for state in states.values()):
            states["Done"] = {"type": "Succeed"}
        return {"start_at": names[0], "states": states}

    def _state(self, depth: int, number: Json, later: list[str]) -> Json:
        draw = self._chance
        kinds = ["read", "act", "act", "act", "wait", "choice", "pass", "fail"]
        kinds += ["parallel"] * min(depth, 1) * 2
        # In a Map within a Map a number would not tell the items apart.
        kinds += ["map"] * (2 if depth and not number else 0)
        kind = draw.choice(kinds)
        if kind == "choice" and later:
            leaves = draw.choice([*later, "Done"])
            there = {"variable": "$.last.n", "is_present": True}
            small = {"variable": "$.last.n", "numeric_less_than": 50}
            rule = {"and": [there, small], "next": leaves}
            return {"type": "Choice", "choices": [rule], "default": later[0]}
        if kind == "fail" and not later and draw.random() < 0.7:
            return {"type": "Fail", "error": "Broken", "cause": "as it was written"}
        leads: Json = {"next": later[0]} if later else {"end": True}
        return {**self._work(kind, depth, number), **leads}

    def _work(self, kind: str, depth: int, number: Json) -> Json:
        match kind:
            case "read":
                return self._task("price.read", number)
            case "wait":
                return {"type": "Wait", "seconds": self._chance.choice([0, 5, 59, 61, 4000, 10**6])}
            case "map":
                return self._map(depth)
            case "parallel":
                branches = [self._machine(depth - 1, number) for _ in range(2)]
                return {"type": "Parallel", "branches": branches, **self._kept(), **self._catch()}
            case "act":
                return self._task(self._chance.choice(ACTING), number)
            case _:
                return {"type": "Pass"}

    def _task(self, resource: str, number: Json) -> Json:
        draw = self._chance
        tag = next(self._numbers)
        given = {"n": 0, **number, "tag": tag}
        state = {"type": "Task", "resource": resource, "parameters": given, **self._kept()}
        if resource in RETRIABLE and draw.random() < 0.5:
            rule = {"error_equals": ["States.ALL"], "interval_seconds": draw.choice([1, 90])}
            state["retry"] = [{**rule, "max_attempts": draw.randrange(1, 4)}]
        if resource in RETRIABLE and draw.random() < 0.3:
            state["timeout_seconds"] = draw.choice([1, 20, 100])
        return {**state, **self._catch()}

    def _map(self, depth: int) -> Json:
        draw = self._chance
        items = [next(self._numbers) for _ in range(draw.randrange(1, 5))]
        state: Json = {
            "type": "Map",
            "parameters": {"items": items},
            "items_path": "$.items",
            "item_selector": {"n.$": "$$.map.item.value"},
            "iterator": self._machine(depth - 1, {"n.$": "$.n"}),
            "max_concurrency": draw.randrange(4),
        }
        if draw.random() < 0.3:
            state["tolerated_failure_count"] = draw.randrange(1, 3)
        return {**state, **self._kept(), **self._catch()}

    def _kept(self) -> Json:
        return {"result_path": "$.last"}

    def _catch(self) -> Json:
        if self._chance.random() < 0.6:
            return {}
        catch: Json = {"error_equals": ["States.ALL"], "next": "Out", "result_path": "$.error"}
        if self._chance.random() < 0.4:
            catch["compensate"] = True
        return {"catch": [catch]}

    def _way_out(self, number: Json) -> Json:
        if self._chance.random() < 0.4:
            return {"type": "Fail", "error": "Gave.Up"}
        state = self._task("order.place", number)
        return {key: value for key, value in state.items() if key != "catch"} | {"end": True}
