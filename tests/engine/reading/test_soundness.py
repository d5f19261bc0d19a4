"""No run does more than the worst case: random policies, carried out with random stand-ins."""

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assent_engine.budget import Budget
from assent_engine.effects import Failed, Ok, Outcome, RunStep, ScopeSpec
from assent_engine.interpreter import ROOT, Program, RunHeader
from assent_engine.reading import Bound, Unbounded, WorstCase, worst_case
from assent_engine.run_input import initial_data
from assent_engine.simulation import Execution, Simulation, TraceEntry
from assent_schemas import exact_json
from engine.reading.stage import REGISTRY, machine, policy

LIMIT = 12
MOST_EFFECTS = 3_000
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PATHS = ["$", "$.a", "$.b", "$.a.b", "$.orders", "$.iterator", "$.a[0]"]
LIST_PATHS = ["$.orders", "$.orders", "$.a", "$.iterator", "$"]
VALUES = st.recursive(
    st.sampled_from([None, True, 0, 1, 7, -2, "x", "3"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "cap", "orders"]), inner, max_size=3)
    ),
    max_leaves=8,
)
LISTS = st.lists(VALUES | st.integers(0, 9), min_size=1, max_size=3)
TEMPLATES = st.fixed_dictionaries(
    {},
    optional={
        "cap": st.sampled_from([1, 5, None, "9"]),
        "cap.$": st.sampled_from([*PATHS, "$$.map.item.value", "$$.execution.input.a"]),
        "a.$": st.sampled_from([*PATHS, "$$.map.item.value"]),
        "orders": LISTS,
    },
).map(lambda found: {key: item for key, item in found.items() if f"{key}.$" not in found})


class TooMuch(Exception):
    """A run that would take too long to follow."""


def fields(**optional: Any) -> Any:
    """Any choice of these fields."""
    return st.fixed_dictionaries({}, optional=optional)


@st.composite
def states(draw: Any, depth: int) -> dict[str, Any]:
    names = [f"S{at}" for at in range(draw(st.integers(1, 4)))]
    found = {name: draw(state(names, depth)) for name in names}
    if depth and draw(st.booleans()):
        # Most random machines lose what is known of their data at once: begin with a known list.
        inner = machine(draw(states(depth - 1)))
        rest = {"max_concurrency": draw(st.integers(0, 2)), "next": "S0"}
        return {"M": {"type": "Map", "items_path": "$.orders", "iterator": inner, **rest}, **found}
    return found


def state(names: list[str], depth: int) -> Any:
    target = st.sampled_from(names)
    retry = st.just([{"error_equals": ["States.ALL"], "max_attempts": 2, "interval_seconds": 0}])
    catch = target.map(lambda name: [{"error_equals": ["States.ALL"], "next": name}])
    data = {
        "input_path": st.sampled_from([*PATHS, None]),
        "parameters": TEMPLATES,
        "result_path": st.sampled_from(["$", "$.a", "$.a.b", "$.orders", None]),
    }
    work = {**data, "retry": retry, "catch": catch, "result_selector": TEMPLATES}
    leads = st.one_of(st.just({"end": True}), target.map(lambda name: {"next": name}))
    resources = ["market.price", "trade.order", "notify.user", "trade.sell_all"]
    kinds = [
        joined({"type": "Pass"}, leads, fields(**data, result=VALUES | LISTS)),
        joined({"type": "Task"}, leads, st.sampled_from(resources).map(resource), fields(**work)),
        choice(target),
    ]
    if depth:
        inner = states(depth - 1).map(machine)
        many = {"item_selector": TEMPLATES, "max_concurrency": st.integers(0, 2)}
        goes_over = st.fixed_dictionaries(
            {"items_path": st.sampled_from(LIST_PATHS), "iterator": inner}
        )
        branches = st.fixed_dictionaries({"branches": st.lists(inner, min_size=1, max_size=2)})
        kinds += [
            joined({"type": "Map"}, leads, goes_over, fields(**work, **many)),
            joined({"type": "Parallel"}, leads, branches, fields(**work)),
        ]
    return st.one_of(kinds)


def resource(name: str) -> dict[str, str]:
    return {"resource": name}


def joined(fixed: dict[str, Any], *parts: Any) -> Any:
    return st.tuples(*parts).map(
        lambda found: {**fixed, **{key: item for part in found for key, item in part.items()}}
    )


def choice(target: Any) -> Any:
    tests = st.sampled_from(["numeric_less_than_equals", "numeric_greater_than", "is_present"])
    rule = st.builds(
        lambda path, test, to: {"variable": path, test: test == "is_present" or 5, "next": to},
        st.sampled_from(PATHS),
        tests,
        target,
    )
    return st.builds(
        lambda rules, other: {"type": "Choice", "choices": rules, "default": other},
        st.lists(rule, min_size=1, max_size=2),
        target,
    )


SCHEMA = {
    "type": "object",
    "properties": {
        "a": {"type": "array", "maxItems": 2},
        "b": {"type": "integer", "maximum": 4},
        "orders": {"enum": [[1], [2, 3]]},
    },
    "additionalProperties": False,
}
DEFAULTS = fields(a=VALUES, b=VALUES, orders=LISTS)
INPUTS = fields(
    a=st.lists(VALUES, max_size=2), b=st.integers(-1, 4), orders=st.sampled_from([[1], [2, 3]])
)


@settings(max_examples=200, deadline=None)
@given(states(2), INPUTS, DEFAULTS, st.integers())
def test_no_run_does_more_than_its_worst_case(
    drawn: dict[str, Any], given_input: dict[str, Any], defaults: dict[str, Any], seed: int
) -> None:
    read = policy(drawn, input_schema=SCHEMA, context_defaults=defaults, max_transitions=LIMIT)
    try:
        trace = carried_out(read, given_input, Random(seed))
    except TooMuch:
        return
    assert_within(worst_case(read, REGISTRY), trace)


def carried_out(read: Any, given_input: dict[str, Any], chance: Random) -> list[TraceEntry]:
    def macro(name: str) -> Any:
        found = REGISTRY.macro(name)
        return found.machine if found else None

    count = Counter[str]()
    fails = chance.choice([0, 0.2, 0.8])

    def perform(effect: RunStep, _path: str, _now: datetime) -> Outcome:
        count["calls"] += 1
        if count["calls"] > MOST_EFFECTS:
            raise TooMuch
        if chance.random() < fails:
            return Failed("Boom")
        return Ok(chance.choice([{}, {"orders": [1, 2, 3]}, [4, 5], 6, None, {"cap": 900}]))

    first = initial_data(read, exact_json.plain(given_input))
    header = RunHeader("run", "id", "A policy", "2026-01-01T12:00:00Z", "0", first)
    simulation = Simulation(
        Execution(Program.compile(read, macro), header, Budget(LIMIT)), perform, NOON
    )
    simulation.run(ScopeSpec("", ROOT, first))
    return simulation.trace


def assert_within(worst: WorstCase, trace: list[TraceEntry]) -> None:
    steps = [entry for entry in trace if entry["event"] == "step"]
    done = [entry for entry in steps if "ok" in entry]
    calls = Counter(entry["resource"] for entry in steps)
    effects = Counter(entry["resource"] for entry in done if entry["resource"] != "market.price")
    entered = [entry for entry in trace if entry["event"] == "entered"]
    assert within(len(entered), worst.transitions)
    assert within(len({entry["scope"] for entry in entered}), worst.scopes)
    assert within(most_at_once(trace), worst.at_once)
    assert within(sum(effects.values()), worst.side_effects)
    assert within(effects["notify.user"], worst.messages)
    assert all(within(count, worst.calls[name]) for name, count in calls.items())
    assert all(within(count, worst.effects[name]) for name, count in effects.items())
    assert_money(worst, [entry for entry in done if entry["resource"] == "trade.order"])


def assert_money(worst: WorstCase, orders: list[TraceEntry]) -> None:
    spent = [amount(entry["input"]) for entry in orders]
    if any(one is None for one in spent):
        assert isinstance(worst.money, Unbounded)
        return
    known = [one for one in spent if one is not None]
    assert within(sum(known), worst.money)
    assert all(within(one, worst.largest["trade.order"]) for one in known)


def amount(given: Any) -> int | None:
    """What an order may cost; None where nothing caps it."""
    cap = given.get("cap") if isinstance(given, dict) else None
    if isinstance(cap, str) and cap.isdigit():
        return int(cap)
    return max(cap, 0) if isinstance(cap, int) and not isinstance(cap, bool) else None


def most_at_once(trace: list[TraceEntry]) -> int:
    """Scopes whose first and last signs of life overlap."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for at, entry in enumerate(one for one in trace if one["event"] != "cancelled"):
        first.setdefault(entry["scope"], at)
        last[entry["scope"]] = at
    turns = sorted({*first.values(), *last.values()})
    return max(sum(first[one] <= at <= last[one] for one in first) for at in turns)


def within(number: int, bound: Bound) -> bool:
    return isinstance(bound, Unbounded) or number <= bound
