"""Policies drawn from a seed: every state type, calls of other policies, files, deadlines."""

import itertools
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

Json = dict[str, Any]
ACTING = ("order.place", "order.place", "order.final", "order.blind", "basket.buy")
SINGLE = ("order.place", "order.final", "order.blind")
RETRIABLE = ("price.read", *SINGLE)
CALL = "policy.run"
ITEMS = "in/items.json"
READER: Json = {
    "resource": "files.read_items",
    "reader_config": {"input_type": "JSON"},
    "parameters": {"path": ITEMS},
}
WRITER: Json = {"resource": "files.write_result", "parameters": {"path": "out"}}


class Author:
    """Writes policies; every Task asks for something else, but for those asked for once more.

    `callees` are the ids of policies that they may call.
    """

    def __init__(self, chance: Random, callees: Sequence[str] = ()) -> None:
        self._chance = chance
        self._callees = callees
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
        if draw.random() < 0.3:
            document["concurrency"] = self._places()
        return document

    def _places(self) -> Json:
        """A rule of this policy alone, or one that is shared with others."""
        draw = self._chance
        key = {"key": "shared"} if draw.random() < 0.4 else {}
        conflict = draw.choice(["wait", "wait", "skip"])
        return {"limit": draw.choice([1, 1, 2]), "on_conflict": conflict, **key}

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
        start = self._with_questions(states, names[0])
        if any(_leads(state, "Out") for state in states.values()):
            states["Out"] = self._way_out(number)
        if any("'Done'" in str(state.get("choices")) for state in states.values()):
            states["Done"] = {"type": "Succeed"}
        return {"start_at": start, "states": states}

    def _with_questions(self, states: Json, start: str) -> str:
        """Put a question before some orders, which a Choice may pass by; returns the start."""
        for name in [one for one in states if states[one].get("resource") in SINGLE]:
            if self._chance.random() < 0.25:
                asked = f"Ask{name}"
                states[asked] = self._question(states[name], name)
                states[name]["requires_approval"] = asked
                if self._chance.random() < 0.2:
                    self._once_more(states, name)
                for state in [one for key, one in states.items() if key != asked]:
                    if state.get("next") == name:
                        state["next"] = asked
                start = asked if start == name else start
        return start

    def _question(self, task: Json, name: str) -> Json:
        """Shows the very call that follows, or another one by mistake."""
        draw = self._chance
        given = dict(task["parameters"])
        if draw.random() < 0.15:
            given = {"n": -1, "tag": given["tag"]}
        out = {to: "Out" for to in ("on_reject", "on_timeout") if draw.random() < 0.4}
        return {
            "type": "Approval",
            "title": "Shall it be ordered?",
            "timeout_seconds": draw.choice([5, 100, 4000, 200_000]),
            "valid_seconds": draw.choice([10, 1000, 86_400]),
            "effects": [{"resource": task["resource"], "input": given}],
            "result_path": "$.said",
            "next": name,
            **out,
        }

    def _once_more(self, states: Json, name: str) -> None:
        """The same call a second time, which a yes to one does not cover."""
        again = f"Again{name}"
        states[again] = dict(states[name])
        states[name].pop("end", None)
        states[name]["next"] = again

    def _state(self, depth: int, number: Json, later: list[str]) -> Json:
        draw = self._chance
        kinds = ["read", "act", "act", "act", "wait", "choice", "pass", "fail"]
        kinds += ["parallel"] * min(depth, 1) * 2
        # In a Map within a Map a number would not tell the items apart.
        kinds += ["map"] * (2 if depth and not number else 0)
        kinds += ["call"] * (2 if self._callees else 0)
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
            case "call":
                return self._call()
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

    def _call(self) -> Json:
        draw = self._chance
        given = {"policy": draw.choice(self._callees)}
        state = {"type": "Task", "resource": CALL, "parameters": given, **self._kept()}
        if draw.random() < 0.3:
            state["timeout_seconds"] = draw.choice([20, 1000, 10**5])
        return {**state, **self._catch()}

    def _items(self) -> Json:
        """Where the items are: in the document, or in a file."""
        draw = self._chance
        if draw.random() < 0.4:
            writer = {"result_writer": WRITER} if draw.random() < 0.5 else {}
            return {"item_reader": READER, **writer}
        items = [next(self._numbers) for _ in range(draw.randrange(1, 5))]
        return {"parameters": {"items": items}, "items_path": "$.items"}

    def _map(self, depth: int) -> Json:
        draw = self._chance
        state: Json = {
            "type": "Map",
            **self._items(),
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


def _leads(state: Json, name: str) -> bool:
    ways = [state.get("on_reject"), state.get("on_timeout")]
    return name in [*ways, *(one["next"] for one in state.get("catch", []))]
