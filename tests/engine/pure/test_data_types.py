"""What never fits a step is a problem; what is read and never there is a warning."""

import json
from importlib import resources as files
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from assent_engine import StepFailed, library, simulate
from assent_engine.registry import Macro, StepRegistry
from assent_engine.validation import validate, warnings
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid, Problem
from engine.pure.policies import NOON, machine, passing, policy, task
from engine.pure.test_fixes import applied


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Quote(Strict):
    symbol: str
    price: int
    tags: list[str]
    venue: "Venue"
    rating: int | None


class Venue(Strict):
    city: str


class Amount(Strict):
    amount: int


class Lax(BaseModel):
    count: int


class Named(Strict):
    name: str


class Listed(Strict):
    names: list[str]


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


REGISTRY = StepRegistry()


@REGISTRY.add_step("a.quote", "Answers with a quote")
def quote() -> Quote:
    return Quote(symbol="A", price=1, tags=["x"], venue=Venue(city="Bern"), rating=None)


@REGISTRY.add_step("a.buy", "Takes an amount")
def buy(given: Amount) -> int:
    return given.amount


@REGISTRY.add_step("a.lax_one", "Takes a count, as a text too")
def lax(given: Lax) -> int:
    return given.count


@REGISTRY.add_step("a.greet", "Takes a name")
def greet(given: Named) -> str:
    return given.name


@REGISTRY.add_step("a.roll", "Takes names")
def roll(given: Listed) -> list[str]:
    return given.names


@REGISTRY.add_step("an.echo", "Takes and gives anything")
def echo(given: Anything) -> dict[str, Any]:
    return given.model_dump()


REGISTRY.add_macro(
    Macro.from_document("a.macro", "Answers as a.quote", machine({"Q": task("a.quote")}))
)

Found = set[tuple[str, str | None]]
GET = {"Q": task("a.quote", result_path="$.q", next="B")}
NOTHING = {"type": "object", "additionalProperties": False}
BUY = "/states/B/parameters/amount.$"


def buying(path: str, **more: Any) -> Any:
    return task("a.buy", parameters={"amount.$": path}, **more)


def problems(document: Any) -> list[Problem]:
    try:
        validate(exact_json.plain(document), REGISTRY)
    except PolicyInvalid as invalid:
        return list(invalid.problems)
    return []


def warned(document: Any) -> list[Problem]:
    assert problems(document) == []
    return warnings(exact_json.plain(document), REGISTRY)


def told(found: list[Problem]) -> Found:
    return {(one.code, one.pointer) for one in found}


def mapping(items: str, state: Any, **fields: Any) -> Any:
    return {
        "type": "Map",
        "items_path": items,
        "iterator": machine({"I": state}),
        "end": True,
        **fields,
    }


NEVER_FITS = [
    (policy({**GET, "B": buying("$.q.symbol")}), BUY),
    (policy({**GET, "B": buying("$.q")}), BUY),
    (policy({**GET, "B": buying("$.q.tags[0]")}), BUY),
    (
        policy({**GET, "B": task("a.greet", parameters={"name.$": "$.q.price"})}),
        "/states/B/parameters/name.$",
    ),
    (
        policy({**GET, "B": task("a.roll", parameters={"names.$": "$.q.symbol"})}),
        "/states/B/parameters/names.$",
    ),
    (
        policy(
            {"B": buying("$.n")},
            input_schema={"type": "object", "properties": {"n": {"type": "string"}}},
        ),
        BUY,
    ),
    (policy({"B": buying("$.n")}, context_defaults={"n": "x"}, input_schema=NOTHING), BUY),
    (policy({"P": passing(result={"n": []}, next="B"), "B": buying("$.n")}), BUY),
    (
        policy({"Q": task("a.macro", result_path="$.q", next="B"), "B": buying("$.q.symbol")}),
        BUY,
    ),
    (
        policy(
            {
                "Q": task("a.quote", result_path="$.q", next="M"),
                "M": mapping("$.q.tags", buying("$.iterator")),
            }
        ),
        "/states/M/iterator/states/I/parameters/amount.$",
    ),
    (
        policy(
            {
                "Q": task("a.quote", result_path="$.q", next="M"),
                "M": mapping(
                    "$.q.tags", buying("$.tag"), item_selector={"tag.$": "$$.map.item.value"}
                ),
            }
        ),
        "/states/M/iterator/states/I/parameters/amount.$",
    ),
    (
        policy(
            {
                "P": {
                    "type": "Parallel",
                    "branches": [machine({"Q": task("a.quote")})],
                    "next": "B",
                },
                "B": buying("$[0].symbol"),
            }
        ),
        BUY,
    ),
    (
        policy(
            {
                "Q": task("a.quote", result_selector={"x.$": "$.venue"}, next="B"),
                "B": buying("$.x.city", next="Q", catch=[{"error_equals": ["No"], "next": "End"}]),
                "End": {"type": "Succeed"},
            },
            max_transitions=10,
        ),
        BUY,
    ),
]


@pytest.mark.parametrize(("document", "where"), NEVER_FITS)
def test_a_parameter_that_never_fits_is_a_problem_and_the_step_refuses_it(
    document: Any, where: str
) -> None:
    assert told(problems(document)) == {("parameters.type_mismatch", where)}


def test_a_mismatch_names_both_types_and_where_the_value_comes_from() -> None:
    (found,) = problems(policy({**GET, "B": buying("$.q.symbol")}))
    assert found.detail == (
        "a.buy takes a number as amount; $.q.symbol is a text, from the result of a.quote."
    )


PRESENT = {"variable": "$.q.symbol", "is_numeric": True, "next": "B"}
MAYBE = [
    policy({**GET, "B": buying("$.q.price")}),
    policy({**GET, "B": buying("$.q.rating")}),
    policy({**GET, "B": task("a.lax_one", parameters={"count.$": "$.q.symbol"})}),
    policy({"Q": task("an.echo", result_path="$.q", next="B"), "B": buying("$.q.x")}),
    policy({"B": buying("$.n")}),
    policy({"B": buying("$.n")}, context_defaults={"n": "x"}),
    policy({**GET, "B": buying("States.ArrayLength($.q.tags)")}),
    policy(
        {
            "Q": task("a.quote", result_path="$.q", next="C"),
            "C": {"type": "Choice", "choices": [PRESENT], "default": "End"},
            "B": buying("$.q.symbol"),
            "End": {"type": "Succeed"},
        }
    ),
    policy(
        {
            "Q": task(
                "a.quote",
                result_path="$.q",
                next="B",
                catch=[{"error_equals": ["States.ALL"], "next": "P"}],
            ),
            "P": passing(result={"symbol": 1}, result_path="$.q", next="B"),
            "B": buying("$.q.symbol"),
        }
    ),
]


@pytest.mark.parametrize("document", MAYBE)
def test_what_may_fit_is_no_problem(document: Any) -> None:
    assert problems(document) == []


def test_a_field_that_a_result_does_not_have_is_warned_of_and_mended() -> None:
    document = policy({**GET, "B": buying("$.q.prise")})
    (found,) = warned(document)
    assert (found.code, found.pointer) == ("path.not_in_result", BUY)
    assert found.detail == 'The result of a.quote has no "prise".'
    assert warned(applied(document, found)) == []


CLOSED = {"type": "object", "properties": {"n": {"type": "integer"}}, "additionalProperties": False}
RULE = {"variable": "$.q.symbol", "numeric_less_than": 5, "next": "End"}
DOUBTFUL = [
    (
        policy(
            {"M": mapping("$.n", buying("$.iterator.x"))},
            context_defaults={"n": [{"y": 1}]},
            input_schema=NOTHING,
        ),
        {("path.never_written", "/states/M/iterator/states/I/parameters/amount.$")},
    ),
    (
        policy(
            {
                "Q": task("a.quote", result_path="$.q", next="C"),
                "C": {"type": "Choice", "choices": [RULE], "default": "End"},
                "End": {"type": "Succeed"},
            }
        ),
        {("choice.never_holds", "/states/C/choices/0/numeric_less_than")},
    ),
    (
        policy({"B": buying("$n")}),
        {("variable.never_assigned", BUY)},
    ),
    (
        policy(
            {
                "A": passing(assign={"n": 1}, next="M"),
                "M": mapping("$", buying("$m"), item_selector={"n.$": "$n"}),
            }
        ),
        {("variable.never_assigned", "/states/M/iterator/states/I/parameters/amount.$")},
    ),
    (
        policy({"A": passing(output_path="$.m")}, input_schema=CLOSED),
        {("path.never_written", "/states/A/output_path")},
    ),
    (
        policy({"Q": task("a.quote", result_selector={"x.$": "$.cost"})}),
        {("path.not_in_result", "/states/Q/result_selector/x.$")},
    ),
]


@pytest.mark.parametrize(("document", "expected"), DOUBTFUL)
def test_what_never_stands_there_is_warned_of_in_inner_machines_too(
    document: Any, expected: Found
) -> None:
    assert told(warned(document)) - {("input.undeclared", "/states/M/items_path")} == expected


@pytest.mark.parametrize(
    "document",
    [
        policy({"A": passing(assign={"n": 1}, next="B"), "B": buying("$n")}),
        policy(
            {
                "A": passing(assign={"n": 1}, next="M"),
                "M": mapping("$$.execution.input", buying("$n")),
            }
        ),
    ],
)
def test_a_variable_that_was_assigned_is_not_warned_of(document: Any) -> None:
    assert warned(document) == []


@pytest.mark.parametrize("name", ["volatility-aware-rebalance", "tax-loss-harvester"])
def test_the_shipped_examples_have_neither_problems_nor_warnings(name: str) -> None:
    library.load()
    text = files.files("assent_schemas").joinpath(f"examples/{name}.json").read_text()
    document = exact_json.decode(text.encode())
    shared = StepRegistry.shared()
    validate(document, shared)
    assert warnings(document, shared) == []


PATHS = st.sampled_from(
    [
        "$",
        "$.q",
        "$.q.symbol",
        "$.q.price",
        "$.q.tags",
        "$.q.tags[0]",
        "$.q.rating",
        "$.n",
        "$.q.venue",
        "$.n.x",
        "$.iterator",
        "$$.map.item.value",
        "$$.execution.input.n",
    ]
)
STEPS = st.sampled_from(
    [("a.buy", "amount"), ("a.greet", "name"), ("a.roll", "names"), ("a.lax_one", "count")]
)
PLACES = st.sampled_from(["$", "$.q", "$.n", "$.n.x", None])


@st.composite
def chains(draw: st.DrawFn, depth: int = 1) -> dict[str, Any]:
    """States one after the other, so that each is come to unless one before it fails."""
    count = draw(st.integers(1, 4))
    states = {}
    for at in range(count):
        leading: dict[str, Any] = (
            {"end": True} if at == count - 1 else {"next": f"S{depth}{at + 1}"}
        )
        states[f"S{depth}{at}"] = {**draw(_link(depth)), **leading}
    return states


@st.composite
def _link(draw: st.DrawFn, depth: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(["get", "get", "use", "use", "pass", *(["map", "both"] * depth)]))
    placed = {"result_path": draw(PLACES)}
    if kind == "get":
        return {"type": "Task", "resource": draw(st.sampled_from(["a.quote", "a.macro"])), **placed}
    if kind == "use":
        resource, name = draw(STEPS)
        return {
            "type": "Task",
            "resource": resource,
            "parameters": {f"{name}.$": draw(PATHS)},
            **placed,
        }
    if kind == "pass":
        value: Any = draw(st.sampled_from([1, "1", None, [], {"x": 1}, {"symbol": 2}]))
        shaped: dict[str, Any] = draw(
            st.sampled_from([{}, {"result": value}, {"parameters": {"n.$": draw(PATHS)}}])
        )
        return {"type": "Pass", **shaped, **placed}
    inner = machine(draw(chains(depth - 1)))
    if kind == "map":
        return {
            "type": "Map",
            "items_path": draw(st.sampled_from(["$.q.tags", "$.n"])),
            "iterator": inner,
            **placed,
        }
    return {"type": "Parallel", "branches": [inner], **placed}


INPUT = {"type": "object", "properties": {"n": {"enum": [[1, "a"], [2]]}}, "required": ["n"]}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chains(), st.sampled_from([[1, "a"], [2]]))
def test_whatever_is_called_a_mismatch_is_never_carried_out(states: Any, items: Any) -> None:
    """A policy that is refused for its types fails, or never gets to the place, for any input."""
    document = policy(states, input_schema=INPUT)
    found = problems(document)
    # A Map over what is no list is refused by a simulation, too.
    assume(all(one.code != "map.not_a_list" for one in found))
    assert all(one.code == "parameters.type_mismatch" for one in found)
    places = {_states_on_the_way(str(one.pointer)) for one in found}
    steps = {step.name: _as_declared(step.name) for step in REGISTRY.steps()}
    result = simulate(document, {"n": items}, steps=steps, registry=REGISTRY, now=NOON)
    done = {
        tuple(at.split(".")[0] for at in (*one["scope"].split("/")[:-1:3], one["key"]))
        for one in result.trace
        if one["event"] == "step" and "error" not in one
    }
    assert not done & places


def _states_on_the_way(pointer: str) -> tuple[str, ...]:
    """The names of the states that a pointer leads through."""
    tokens = pointer.split("/")
    return tuple(name for before, name in pairwise(tokens) if before == "states")


def _as_declared(name: str) -> Any:
    """The step itself behind a stand-in, which the validator knows nothing of."""
    step = REGISTRY.step(name)
    assert step is not None

    def answer(value: Any) -> Any:
        try:
            taken = step.input_model.model_validate(value)
        except ValidationError as refused:
            raise StepFailed("Step.InvalidInput", str(refused)) from None
        answered = (
            step.function(taken)
            if step.input_model.model_fields or name == "an.echo"
            else step.function()
        )
        return exact_json.plain(step.output_type.dump_python(answered))

    return answer


def test_the_generator_makes_policies_that_are_refused_and_some_that_are_not() -> None:
    seen: set[bool] = set()

    @settings(max_examples=40, database=None, derandomize=True, deadline=None)
    @given(chains())
    def collect(states: Any) -> None:
        seen.add(bool(problems(policy(states, input_schema=INPUT))))

    collect()
    assert seen == {True, False}


def test_machines_within_machines_are_followed_in_little_time() -> None:
    states: Any = {"S": passing()}
    for depth in range(14):
        inner = {**machine(states)}
        states = {
            f"M{depth}": {"type": "Parallel", "branches": [inner, inner], "next": f"N{depth}"}
            if depth < 6
            else {"type": "Parallel", "branches": [inner], "next": f"N{depth}"},
            f"N{depth}": passing(),
        }
    assert problems(json.loads(json.dumps(policy(states)))) == []
