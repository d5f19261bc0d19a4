"""The step registry: what a declaration must say, and how a step is called."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, Field

from assent_engine import StepFailed, StepRegistry, step
from assent_engine.effects import Failed, Ok, Outcome
from assent_engine.registry import (
    Compensation,
    Done,
    Macro,
    Reconciled,
    RegistrationError,
    Risk,
    StepContext,
    StepDeclaration,
    World,
    WorldPartMissing,
)
from assent_engine.registry.invocation import ResultRefused, invoke
from assent_schemas import exact_json
from engine.pure.cpu_work import Place, Size, here, refuse, square
from engine.pure.policies import machine, passing


class Order(BaseModel):
    ticker: str = Field(description="What to buy", min_length=1)
    quantity: Decimal = Decimal(1)
    on: date | None = None


class Receipt(BaseModel):
    total: Decimal
    ticker: str = Field(serialization_alias="symbol")


class FixedTime:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


class Broker:
    cash = Decimal("10.50")


CONTEXT = StepContext("run-1", "run-1/T.1", FixedTime(), World())
UNDO = Compensation("trade.undo", lambda given, _result: {"ticker": given["ticker"]})


def buy(order: Order) -> Receipt:
    return Receipt(total=order.quantity, ticker=order.ticker)


async def ask_broker(_context: StepContext) -> Reconciled:
    return Done(None)


def declared(function: Callable[..., Any], name: str = "a.step", **about: Any) -> StepDeclaration:
    registry = StepRegistry()
    assert registry.add_step(name, "What it does", **about)(function) is function
    found = registry.step(name)
    assert found is not None
    return found


async def call(function: Callable[..., Any], given: Any, **about: Any) -> Outcome:
    return await invoke(declared(function, **about), given, CONTEXT)


def no_result(order: Order):  # type: ignore[no-untyped-def]  # noqa: ANN201
    return order


def untyped(order) -> int:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return int(order)


def two_inputs(first: Order, second: Order) -> int:
    return len(first.ticker + second.ticker)


def no_model(ticker: str) -> int:
    return len(ticker)


def context_first(context: StepContext, order: Order) -> str:
    return context.run_id + order.ticker


def with_context(order: Order, context: StepContext) -> str:
    return f"{order.ticker} {context.idempotency_key}"


REFUSED: list[tuple[str, Callable[..., Any], dict[str, Any], str]] = [
    ("a bare side effect", buy, {"side_effect": True}, "compensation"),
    (
        "compensation and irreversible",
        buy,
        {"side_effect": True, "compensation": UNDO, "irreversible": "sent"},
        "either",
    ),
    ("a compensation of what only reads", buy, {"compensation": UNDO}, "only a side effect"),
    ("irreversible reading", buy, {"irreversible": "sent"}, "only a side effect"),
    ("reconciling what only reads", buy, {"reconcile": ask_broker}, "only a side effect"),
    (
        "settling what cannot be looked up",
        buy,
        {"side_effect": True, "irreversible": "sent", "settles_within": 1},
        "only what can be reconciled",
    ),
    (
        "settling never",
        buy,
        {
            "side_effect": True,
            "irreversible": "sent",
            "reconcile": ask_broker,
            "settles_within": 86_401,
        },
        "0 to 86400",
    ),
    ("settling before", buy, {"settles_within": -1}, "0 to 86400"),
    ("an unknown money field", buy, {"money": "amount"}, "money field"),
    ("no annotation of the result", no_result, {}, "result has no annotation"),
    ("no annotation of the input", untyped, {}, "takes one Pydantic model"),
    ("two inputs", two_inputs, {}, "takes one Pydantic model"),
    ("an input that is no model", no_model, {}, "takes one Pydantic model"),
    ("the context first", context_first, {}, "takes one Pydantic model"),
    ("a CPU-bound step with context", with_context, {"cpu_bound": True}, "another process"),
]


@pytest.mark.parametrize(
    ("function", "about", "words"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED]
)
def test_a_declaration_that_cannot_be_kept_is_refused_where_it_is_made(
    function: Callable[..., Any], about: dict[str, Any], words: str
) -> None:
    registry = StepRegistry()
    with pytest.raises(RegistrationError, match=words):
        registry.add_step("a.step", "What it does", **about)(function)
    assert registry.names() == []


@pytest.mark.parametrize(
    "name",
    ["", "nodot", "A.b", "a.B", "a..b", ".a", "a.", "a b.c", "a.1b", "a-b.c", "a.b\n", "ä.b"],
)
def test_a_name_that_is_not_words_joined_by_dots_is_refused(name: str) -> None:
    with pytest.raises(RegistrationError, match="no step name"):
        declared(buy, name)


def test_a_name_can_be_taken_once_by_a_step_or_a_macro() -> None:
    registry = StepRegistry()
    registry.add_step("a.step", "One")(buy)
    macro = Macro.from_document("a.macro", "Two", machine({"P": passing()}))
    registry.add_macro(macro)
    for name in ("a.step", "a.macro"):
        with pytest.raises(RegistrationError, match="registered already"):
            registry.add_step(name, "Again")(buy)
        with pytest.raises(RegistrationError, match="registered already"):
            registry.add_macro(Macro(name, "Again", macro.document, macro.machine))
    assert registry.names() == ["a.macro", "a.step"]


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"side_effect": True, "compensation": UNDO, "reconcile": ask_broker},
        {"side_effect": True, "irreversible": "what is sent is sent"},
        {"money": "quantity", "risk": Risk.LOW, "timeout": 5, "version": "2"},
    ],
)
def test_a_sound_declaration_is_kept(about: dict[str, Any]) -> None:
    kept = declared(buy, **about)
    assert (kept.name, kept.description, kept.function) == ("a.step", "What it does", buy)
    assert {name: getattr(kept, name) for name in about} == about


def test_the_class_and_the_decorator_register_in_the_shared_registry() -> None:
    @StepRegistry.register("pure_tests.by_class", "As the first sketch spells it")
    def by_class() -> int:
        return 1

    @step("pure_tests.by_decorator", "As a decorator", side_effect=True, irreversible="a test")
    def by_decorator() -> int:
        return 2

    shared = StepRegistry.shared()
    assert (by_class(), by_decorator()) == (1, 2)
    assert shared.step("pure_tests.by_class") is not None
    found = shared.step("pure_tests.by_decorator")
    assert found is not None
    assert found.side_effect
    assert StepRegistry().step("pure_tests.by_class") is None


def test_steps_are_listed_by_name_and_a_slip_finds_the_nearest() -> None:
    registry = StepRegistry()
    for name in ("market.get_quote", "a.step"):
        registry.add_step(name, "One")(buy)
    assert [one.name for one in registry.steps()] == ["a.step", "market.get_quote"]
    assert registry.nearest("market.get_qoute") == "market.get_quote"
    assert registry.nearest("zzz") is None
    assert registry.step("b.none") is None
    assert registry.macro("a.step") is None


def test_annotations_become_json_schemas() -> None:
    kept = declared(buy)
    assert kept.input_schema["required"] == ["ticker"]
    assert kept.input_schema["properties"]["ticker"]["description"] == "What to buy"
    assert set(kept.output_schema["properties"]) == {"total", "symbol"}


def test_a_fingerprint_changes_with_version_name_schemas_and_effect() -> None:
    def other_input(size: Size) -> Receipt:
        return Receipt(total=Decimal(size.n), ticker="X")

    def other_output(order: Order) -> str:
        return order.ticker

    prints = [
        declared(buy).fingerprint,
        declared(buy, version="2").fingerprint,
        declared(buy, "b.step").fingerprint,
        declared(other_input).fingerprint,
        declared(other_output).fingerprint,
        declared(buy, side_effect=True, irreversible="x").fingerprint,
        declared(buy, side_effect=True, compensation=UNDO).fingerprint,
    ]
    assert len(set(prints)) == len(prints)
    assert declared(buy).fingerprint == prints[0]
    acts: dict[str, Any] = {"side_effect": True, "irreversible": "x", "reconcile": ask_broker}
    assert declared(buy, **acts, settles_within=5).fingerprint != declared(buy, **acts).fingerprint
    assert declared(buy, **acts, settles_within=0).fingerprint == declared(buy, **acts).fingerprint
    assert prints[1].startswith("2:")


def test_a_fingerprint_makes_the_schemas_once() -> None:
    made = []

    class Counted(Order):
        @classmethod
        def model_json_schema(cls, *args: Any, **more: Any) -> dict[str, Any]:
            made.append(cls)
            return super().model_json_schema(*args, **more)

    def take(order: Counted) -> Receipt:
        return Receipt(total=Decimal(1), ticker=order.ticker)

    kept = declared(take)
    assert kept.fingerprint == kept.fingerprint
    assert len(made) == 1
    assert replace(kept, version="2").fingerprint.startswith("2:")


def test_a_macros_fingerprint_changes_with_version_and_document() -> None:
    first, second = machine({"P": passing()}), machine({"Q": passing()})
    prints = {
        Macro.from_document("a.macro", "One", first).fingerprint,
        Macro.from_document("a.macro", "Other words", first).fingerprint,
        Macro.from_document("a.macro", "One", first, "2").fingerprint,
        Macro.from_document("a.macro", "One", second).fingerprint,
    }
    assert len(prints) == 3


async def test_a_coroutine_runs_in_the_loops_own_thread() -> None:
    async def there() -> Place:
        return here(1)

    assert await call(there, {}) == Ok({"process": os.getpid(), "main_thread": True, "answer": 1})


async def test_a_plain_function_runs_in_a_thread() -> None:
    outcome = await call(square, {"n": 3})
    assert outcome == Ok({"process": os.getpid(), "main_thread": False, "answer": 9})


async def test_a_cpu_bound_function_runs_in_another_process_with_its_failures_intact() -> None:
    outcome = await call(square, {"n": 4}, cpu_bound=True)
    assert isinstance(outcome, Ok)
    assert outcome.value["answer"] == 16
    assert outcome.value["process"] != os.getpid()
    failed = await call(refuse, {"n": 4}, cpu_bound=True)
    assert failed == Failed("Own.TooMuch", "4 is too much")


async def test_a_step_is_given_its_input_and_if_it_wants_the_context() -> None:
    assert await call(with_context, {"ticker": "X"}) == Ok("X run-1/T.1")

    def context_only(context: StepContext) -> str:
        return context.run_id

    assert await call(context_only, {"anything": 1}) == Ok("run-1")


@pytest.mark.parametrize("given", [None, {}, {"a": 1}, [1], "text", 5], ids=repr)
async def test_a_step_that_takes_nothing_ignores_what_it_is_given(given: Any) -> None:
    def constant() -> int:
        return 1

    assert await call(constant, given) == Ok(1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "ticker: Field required"),
        ({"ticker": ""}, "ticker: String should have at least 1 character"),
        ({"ticker": 5, "quantity": "x"}, "quantity: Input should be a valid decimal"),
        ({"ticker": "X", "on": "2026-02-30"}, "on: "),
        ([], "value: Input should be a valid dictionary"),
    ],
)
async def test_an_input_that_does_not_fit_fails_in_words_of_our_own(given: Any, words: str) -> None:
    outcome = await call(buy, given)
    assert isinstance(outcome, Failed)
    assert outcome.error == "Step.InvalidInput"
    assert words in outcome.cause
    assert "http" not in outcome.cause
    assert "pydantic" not in outcome.cause


async def test_decimals_in_a_result_stay_numbers_with_their_digits() -> None:
    outcome = await call(buy, {"ticker": "X", "quantity": Decimal("1.10")})
    assert isinstance(outcome, Ok)
    assert exact_json.encode(outcome.value) == b'{"symbol":"X","total":1.10}'


async def test_floats_and_nested_models_in_a_result_become_exact() -> None:
    def several() -> dict[str, Any]:
        return {"f": 0.1, "m": [Receipt(total=Decimal("2.50"), ticker="X")], "d": date(2026, 1, 1)}

    outcome = await call(several, {})
    assert isinstance(outcome, Ok)
    assert exact_json.encode(outcome.value) == (
        b'{"d":"2026-01-01","f":0.1,"m":[{"symbol":"X","total":2.50}]}'
    )


async def test_a_result_that_is_not_as_declared_fails_without_library_addresses() -> None:
    def wrong() -> Receipt:
        return {"total": "no number"}  # type: ignore[return-value]  # pyright: ignore[reportReturnType]

    def not_finite() -> float:
        return float("nan")

    def half() -> str:
        return "\ud800"

    for function in (wrong, not_finite, half):
        outcome = await call(function, {})
        assert isinstance(outcome, Failed)
        assert outcome.error == "Step.InvalidOutput"
        assert outcome.cause.startswith("a.step returned what it did not declare: ")
        assert "http" not in outcome.cause


async def test_a_side_effect_whose_result_cannot_be_taken_is_not_reported_as_failed() -> None:
    def large() -> str:
        return "x" * 300_000

    assert await call(large, {}) == Failed(
        "States.DataLimitExceeded", "the result has 300002 bytes; 262144 are allowed"
    )
    with pytest.raises(ResultRefused, match="300002 bytes"):
        await call(large, {}, side_effect=True, irreversible="sent")


async def test_a_known_failure_is_an_outcome_and_any_other_error_passes_through() -> None:
    def known() -> int:
        raise StepFailed("Own.Closed", "the market is closed")

    def unknown() -> int:
        raise ConnectionResetError("half way")

    assert await call(known, {}) == Failed("Own.Closed", "the market is closed")
    with pytest.raises(ConnectionResetError):
        await call(unknown, {})


async def test_a_missing_part_of_the_world_makes_a_step_not_available() -> None:
    def cash(context: StepContext) -> Decimal:
        return context.world.get(Broker).cash

    outcome = await call(cash, {})
    assert outcome == Failed("Step.NotAvailable", "a.step: there is no Broker here")
    world = World().with_part(Broker, Broker())
    context = StepContext("run-1", "key", FixedTime(), world)
    assert await invoke(declared(cash), {}, context) == Ok(Decimal("10.50"))
    with pytest.raises(WorldPartMissing):
        world.get(Order)
