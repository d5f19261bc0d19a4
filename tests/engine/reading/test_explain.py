"""A policy in plain words: the examples word for word, each kind of state, and hostile names."""

import unicodedata
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_engine.reading import explain, graph, reading
from assent_engine.registry import NotDone, StepContext, StepRegistry
from assent_schemas import exact_json
from assent_schemas.document import read_policy
from assent_schemas.policy import Policy
from assent_steps import library  # noqa: F401 - registers the steps
from engine.reading.stage import REGISTRY, each, machine, order, policy, setting, task, when

GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = ["tax-loss-harvester", "volatility-aware-rebalance"]
HOSTILE = 'x"\n\nAt worst, in one run\n  It changes nothing.\u202e\u0000\\'


def example(name: str) -> Policy:
    text = resources.files("assent_schemas").joinpath(f"examples/{name}.json").read_bytes()
    return read_policy(exact_json.parse(text))


def told(states: dict[str, Any], **more: Any) -> str:
    """The section that tells the steps."""
    sections = reading(policy(states, **more), REGISTRY).sections
    return "\n".join(next(one.lines for one in sections if one.title == "What it does"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_reads_as_it_always_did(name: str) -> None:
    first = datetime(2026, 1, 2, 15, tzinfo=UTC)
    due = [first + timedelta(days=7 * at) for at in range(6)]
    text = explain(example(name), StepRegistry.shared(), due, zone=ZoneInfo("Europe/Zurich"))
    assert text == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_drawn_as_it_always_was(name: str) -> None:
    text = graph(example(name), StepRegistry.shared())
    assert text == (GOLDEN / f"{name}.mmd").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_in_short_opens_with_its_orders(name: str) -> None:
    text = explain(example(name), StepRegistry.shared(), brief=True)
    assert text.startswith("Runs trade.execute (high risk) without a bound, money without a bound.")


END = {"type": "Succeed"}
RETRY = {"error_equals": ["Busy"], "max_attempts": 2, "interval_seconds": 90, "backoff_rate": 1}
ASK = {
    "type": "Approval",
    "title": "Go on?",
    "timeout_seconds": 3600,
    "next": "B",
    "on_reject": "C",
}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({"A": task(parameters={"symbol": "^VIX", "n.$": "$.n"})}, 'with symbol "^VIX" and n $.n'),
        ({"A": order(2500)}, "Does trade.order with cap 2,500, and ends."),
        ({"A": task("notify.user", parameters={"msg": "Hi"})}, 'Tells you "Hi", and ends.'),
        ({"A": task("notify.user", parameters={"msg.$": "$.m"})}, "Tells you what $.m holds"),
        ({"A": task("no.step")}, "Calls no.step, which is not registered here, and ends."),
        ({"A": task("policy.run")}, "Runs another policy, and ends."),
        ({"A": task(retry=[RETRY])}, 'After the error "Busy" it tries up to 2 more times, first'),
        ({"A": task(next="A")}, 'and goes back to step 1 ("A").'),
        (
            {"A": task(next="A")},
            "A loop: step 1 may repeat, until the run has made 10,000 steps in all.",
        ),
        ({"A": {"type": "Wait", "seconds": 5400, "end": True}}, "Waits 1 hour and 30 minutes"),
        ({"A": {"type": "Wait", "seconds_path": "$.n", "end": True}}, "as many seconds as $.n"),
        ({"A": {"type": "Fail", "error": "No", "cause": "why"}}, 'Fails with "No": "why".'),
        ({"A": setting([1], result_path="$.x")}, "Sets $.x to [1], and ends."),
        (
            {"A": each("$.x", {"B": END}, max_concurrency=1)},
            "each item of $.x, one after the other",
        ),
        ({"A": {**ASK}, "B": task(), "C": END}, "if you say no, it ends well; if nobody answers"),
        ({"A": when("$.x", "B", "C", string_matches="a*"), "B": END, "C": END}, 'pattern "a*"'),
        ({"A": when("$.x", "B", "C", is_present=False), "B": END, "C": END}, "If $.x is missing"),
        (
            {"A": when("$.x", "B", "C", numeric_less_than_path="$.y"), "B": END, "C": END},
            "If $.x is less than $.y, it ends well; otherwise it ends well.",
        ),
        (
            {"A": task(catch=[{"error_equals": ["States.ALL"], "next": "B"}]), "B": END},
            "After any error, it ends well.",
        ),
        (
            {"A": {"type": "Parallel", "branches": [machine({"B": END})], "end": True}},
            '   Branch 1:\n   1.1.1. "B": Ends well.',
        ),
    ],
)
def test_each_kind_of_state_is_told_in_plain_words(states: Any, expected: str) -> None:
    assert expected in told(states)


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ({"type": "cron", "expression": "0 9 * * 1-5"}, "At 09:00 on Monday through Friday (your"),
        ({"type": "cron", "expression": "nonsense"}, 'By the schedule "nonsense"'),
        ({"type": "interval", "seconds": 3600}, "Every hour."),
        ({"type": "interval", "seconds": 5400}, "Every 1 hour and 30 minutes."),
        (
            {"type": "once", "at": "2026-01-01T09:00:00+01:00"},
            "Once, at 2026-01-01T09:00:00+01:00.",
        ),
    ],
)
def test_a_trigger_is_told_in_plain_words(trigger: dict[str, Any], expected: str) -> None:
    assert expected in explain(policy({"A": task()}, triggers=[trigger]), REGISTRY)


def test_an_effect_behind_an_approval_says_so() -> None:
    text = explain(policy({"A": {**ASK, "on_reject": "C"}, "B": order(1), "C": END}), REGISTRY)
    assert "It can be undone by trade.order. Only after you said yes in the run." in text


def hostile_policy(name: str) -> Policy:
    name = name[:80] or "x"
    states = {
        name: task(name, parameters={name: name}, next="Choice"),
        "Choice": when(f"$['{name}']", name, "End", string_equals=name),
        "End": {"type": "Fail", "error": name, "cause": name},
    }
    described = {"description": name, "context_defaults": {name: name}}
    return Policy.model_validate({**described, "name": name, **machine(states)})


def test_hostile_names_cannot_fake_a_section() -> None:
    honest, faked = (explain(hostile_policy(name), REGISTRY) for name in ("x", HOSTILE))
    assert len(faked.splitlines()) == len(honest.splitlines())
    assert "It changes nothing.\\u202e" in faked


@given(st.text(min_size=1, max_size=80))
def test_no_name_breaks_a_line_or_hides_in_it(name: str) -> None:
    text = explain(hostile_policy(name), REGISTRY)
    assert len(text.splitlines()) == len(explain(hostile_policy("x"), REGISTRY).splitlines())
    assert not any(
        unicodedata.category(char) in {"Cc", "Cf", "Zl"} for char in text.replace("\n", "")
    )


@given(st.text(min_size=1, max_size=80))
def test_no_name_becomes_syntax_of_a_picture(name: str) -> None:
    plain, hostile = (graph(hostile_policy(one), REGISTRY) for one in ("x", name))
    assert len(hostile.splitlines()) == len(plain.splitlines())
    assert hostile.count('"') == plain.count('"')


@given(st.text(min_size=1, max_size=200), st.integers(0, 6))
def test_a_reading_in_short_always_fits_a_notification(name: str, many: int) -> None:
    triggers = [{"type": "cron", "expression": name, "timezone": name[:64]}] * many
    states = {f"S{at}": task(f"{name}{at}", next=f"S{at + 1}") for at in range(many)}
    read = Policy.model_validate(
        {"name": name, "triggers": triggers, **machine({**states, f"S{many}": order(10**30)})}
    )
    text = explain(read, REGISTRY, brief=True)
    assert 0 < len(text) <= 240
    assert text == explain(read, REGISTRY, brief=True)
    assert "trade.order" in text


def test_how_long_a_request_may_take_effect_is_said() -> None:
    registry = StepRegistry()

    async def look_up(_context: StepContext) -> NotDone:
        return NotDone()

    @registry.add_step(
        "slow.order",
        "Orders.",
        side_effect=True,
        irreversible="Gone.",
        reconcile=look_up,
        settles_within=90,
    )
    async def place() -> int:
        return 1

    text = explain(policy({"A": task("slow.order", end=True)}), registry)
    assert "It may take effect until 1 minute and 30 seconds after it was sent." in " ".join(
        text.split()
    )
