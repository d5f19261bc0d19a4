"""simulate(): exact stand-ins, limits, virtual time and what it refuses."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from assent_engine import StepFailed, StepRegistry, simulate
from assent_engine.moments import moment, timestamp
from assent_engine.registry import Macro, StepContext
from assent_schemas.errors import PolicyInvalid, Refused
from engine.pure.policies import NOON, error, machine, output, passing, policy, run, task


class Quote(BaseModel):
    price: Decimal


class Symbol(BaseModel):
    symbol: str


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        pytest.param(0.1, Decimal("0.1"), id="float by its repr"),
        pytest.param(0.1 + 0.2, Decimal("0.30000000000000004"), id="float with its noise"),
        pytest.param(30.0, Decimal("30.0"), id="whole float"),
        pytest.param(Decimal("1.10"), Decimal("1.10"), id="Decimal"),
        pytest.param(Quote(price=Decimal("31.50")), {"price": Decimal("31.50")}, id="model"),
        pytest.param((1, 2), [1, 2], id="tuple"),
        pytest.param(None, None, id="None"),
    ],
)
def test_what_a_stand_in_returns_is_made_exact(given: Any, exact: Any) -> None:
    result = output({"T": task()}, {}, {"a.step": lambda _: given})
    assert (result, str(result)) == (exact, str(exact))


def test_floats_in_policy_and_input_are_taken_by_their_repr() -> None:
    states = {"P": passing(parameters={"fixed": 0.1, "given.$": "$.x"})}
    assert output(states, {"x": 0.7}) == {"fixed": Decimal("0.1"), "given": Decimal("0.7")}


@pytest.mark.parametrize(
    "given",
    [float("nan"), {1: 2}, object(), b"x", "\ud800"],
    ids=["nan", "key", "object", "bytes", "surrogate"],
)
def test_a_result_that_is_no_json_fails_the_step(given: Any) -> None:
    assert error({"T": task()}, {}, {"a.step": lambda _: given}) == "Step.InvalidOutput"


def test_a_result_above_256_kib_exceeds_the_data_limit_and_one_at_it_does_not() -> None:
    size = 256 * 1024
    assert output({"T": task(result_path=None)}, {}, {"a.step": lambda _: "x" * (size - 2)}) == {}
    result = run({"T": task()}, {}, {"a.step": lambda _: "x" * (size - 1)})
    assert result.error == "States.DataLimitExceeded"
    assert error({"T": task()}, {}, {"a.step": lambda _: "ü" * (size // 2)}) == result.error


CHOICE = {"variable": "$.stop", "is_present": True, "next": "Z"}
LOOP = {
    "A": passing(next="B"),
    "B": {"type": "Choice", "choices": [CHOICE], "default": "A"},
    "Z": {"type": "Succeed"},
}


def test_a_run_that_never_ends_is_stopped_by_its_budget() -> None:
    result = run(LOOP, {}, max_transitions=10_000)
    assert (result.status, result.error) == ("FAILED", "Run.TransitionLimitExceeded")
    assert result.cause == "the run made 10000 transitions without ending"
    assert len(result.trace) == 10_000


def test_a_run_may_end_with_its_last_transition() -> None:
    states = {"A": passing(next="B"), "B": passing()}
    assert run(states, 1, max_transitions=2).output == 1
    assert run(states, 1, max_transitions=1).error == "Run.TransitionLimitExceeded"


def test_all_scopes_share_one_budget_and_no_state_catches_its_end() -> None:
    both = {
        "type": "Parallel",
        "branches": [machine(LOOP), machine({"One": passing()})],
        "catch": [{"error_equals": ["States.ALL"], "next": "Caught"}],
        "retry": [{"error_equals": ["States.ALL"]}],
        "end": True,
    }
    result = run({"P": both, "Caught": passing()}, {}, max_transitions=100)
    assert result.error == "Run.TransitionLimitExceeded"
    assert sum(entry["event"] == "entered" for entry in result.trace) == 100


def test_without_a_word_a_run_may_make_ten_thousand_transitions() -> None:
    each = {
        "type": "Map",
        "item_selector": {},
        "iterator": machine({"One": passing()}),
        "items_path": "$.items",
        "end": True,
    }
    assert run({"M": each}, {"items": [1] * 9_999}).status == "COMPLETED"
    assert run({"M": each}, {"items": [1] * 10_000}).error == "Run.TransitionLimitExceeded"


def test_the_trace_tells_states_steps_and_waits_in_virtual_time() -> None:
    states = {
        "T": task(parameters={"x": 1}, next="W", retry=[{"error_equals": ["E"]}]),
        "W": {"type": "Wait", "seconds": 60, "end": True},
    }
    answers = iter([StepFailed("E", "why"), None])

    def step(_given: Any) -> Any:
        if failure := next(answers):
            raise failure
        return "ok"

    times = [timestamp(NOON + timedelta(seconds=seconds)) for seconds in (0, 1, 61)]
    about = {"scope": "", "resource": "a.step", "input": {"x": 1}}
    assert run(states, {}, {"a.step": step}).trace == [
        {"at": times[0], "scope": "", "key": "T.1", "event": "entered"},
        {"at": times[0], "key": "T.1/1", "event": "step", "error": "E", "cause": "why", **about},
        {"at": times[0], "scope": "", "key": "T.1/1/backoff", "event": "wait", "until": times[1]},
        {"at": times[1], "key": "T.1/2", "event": "step", "ok": "ok", **about},
        {"at": times[1], "scope": "", "key": "W.1", "event": "entered"},
        {"at": times[1], "scope": "", "key": "W.1", "event": "wait", "until": times[2]},
    ]


def test_a_resource_without_a_stand_in_is_not_available() -> None:
    registry = StepRegistry()

    @registry.add_step("a.real", "A real step")
    def real() -> int:
        pytest.fail("a stand-in run calls no registered step")

    document = policy({"T": task("a.real")})
    result = simulate(document, steps={}, registry=registry)
    assert result.error == "Step.NotAvailable"
    assert simulate(document, steps={"a.real": lambda _: 2}, registry=registry).output == 2


def test_an_unknown_resource_is_refused_before_anything_runs() -> None:
    with pytest.raises(PolicyInvalid, match=r"resource\.unknown"):
        run({"T": task("no.such")})


def test_an_error_of_the_stand_ins_own_fails_its_task_by_its_class() -> None:
    result = run({"T": task()}, {}, {"a.step": lambda _: 1 // 0})
    assert (result.status, result.error) == ("FAILED", "ZeroDivisionError")


def with_macro() -> StepRegistry:
    registry = StepRegistry()
    body = machine({"A": task("a.first", result_path="$.first", next="B"), "B": task("a.second")})
    registry.add_macro(Macro.from_document("a.macro", "Two steps", body))
    return registry


def test_a_macro_runs_as_a_child_scope_of_its_task() -> None:
    steps = {"a.first": lambda _: 1, "a.second": lambda given: {"seen": given}}
    result = simulate(policy({"M": task("a.macro")}), {"x": 0}, steps=steps, registry=with_macro())
    assert result.output == {"seen": {"x": 0, "first": 1}}
    scopes = [(one["scope"], one["key"]) for one in result.trace if one["event"] == "step"]
    assert scopes == [("M.1/1/0/", "A.1/1"), ("M.1/1/0/", "B.1/1")]


def test_a_stand_in_may_take_the_place_of_a_macro() -> None:
    steps = {"a.macro": lambda _: "stood in"}
    result = simulate(policy({"M": task("a.macro")}), steps=steps, registry=with_macro())
    assert result.output == "stood in"


def test_without_stand_ins_the_registered_steps_run_in_virtual_time() -> None:
    registry = StepRegistry()

    @registry.add_step("a.when", "Tells the time and its key")
    async def when(given: Symbol, context: StepContext) -> list[str]:
        return [given.symbol, timestamp(context.clock.now()), context.idempotency_key]

    @registry.add_step("a.fails", "Fails on its own")
    def fails() -> int:
        raise LookupError("not there")

    states = {
        "W": {"type": "Wait", "seconds": 60, "next": "T"},
        "T": task("a.when", next="F", result_path="$.when"),
        "F": task("a.fails", catch=[{"error_equals": ["LookupError"], "next": "E"}]),
        "E": {"type": "Fail", "error": "Seen", "cause_path": "$.cause"},
    }
    result = simulate(policy(states), {"symbol": "X"}, registry=registry, now=NOON)
    assert (result.error, result.cause) == ("Seen", "not there")
    step = next(entry for entry in result.trace if entry["event"] == "step")
    assert step["ok"] == ["X", timestamp(NOON + timedelta(seconds=60)), "simulation/T.1"]


SCHEMA = {
    "type": "object",
    "required": ["n"],
    "properties": {"n": {"type": "integer", "maximum": 5}},
}


@pytest.mark.parametrize(
    ("given", "code", "where"),
    [
        ({}, "input.missing_key", ""),
        ({"n": 6}, "input.out_of_bounds", "/n"),
        ([], "input.wrong_type", ""),
    ],
)
def test_an_input_that_breaks_the_input_schema_is_refused(
    given: Any, code: str, where: str
) -> None:
    with pytest.raises(Refused) as refused:
        run({"P": passing()}, given, input_schema=SCHEMA)
    assert [(one.code, one.pointer) for one in refused.value.problems] == [(code, where)]


def test_an_input_that_meets_the_schema_exactly_is_taken() -> None:
    assert run({"P": passing()}, {"n": 5.0}, input_schema=SCHEMA).output == {"n": Decimal("5.0")}


def test_an_input_schema_without_end_is_refused_and_does_not_hang() -> None:
    with pytest.raises(PolicyInvalid, match="without end"):
        run({"P": passing()}, {}, input_schema={"$ref": "#"})


def test_an_input_that_is_no_object_cannot_be_laid_over_defaults() -> None:
    with pytest.raises(Refused, match=r"input\.not_an_object"):
        run({"P": passing()}, [1], context_defaults={"a": 1})
    assert run({"P": passing()}, [1]).output == [1]
    assert run({"P": passing()}, None, context_defaults={"a": 1}).output == {"a": 1}


def test_a_decision_for_no_approval_state_is_refused() -> None:
    with pytest.raises(Refused, match=r"simulate\.unknown_decision"):
        simulate(policy({"P": passing()}), decisions={"Ask": "approve"}, registry=StepRegistry())


def test_moments_are_written_and_read_in_utc_to_the_microsecond() -> None:
    assert timestamp(moment("2026-01-01T01:02:03.1234567+01:00")) == "2026-01-01T00:02:03.123456Z"
    assert moment(timestamp(NOON)) == NOON
