"""Properties that hold for every policy that is valid by construction."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assent_engine import StepFailed
from assent_engine.asl import export_machine, import_machine
from assent_engine.budget import Budget
from assent_engine.effects import ScopeSpec, idempotency_key, outcome_from_json
from assent_engine.interpreter import ROOT, Program
from assent_engine.simulate import simulate
from assent_engine.validation import Named, validate
from assent_schemas import exact_json, policy_schema
from assent_schemas.document import read_policy
from assent_schemas.errors import PolicyInvalid, Problem
from assent_schemas.exact_schema import problems
from assent_schemas.policy import Policy
from engine.pure.policies import run
from engine.pure.random_policies import (
    HEADER,
    RESOURCES,
    TRANSITIONS,
    Journey,
    documents,
    straight,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
seeds = st.text("0123456789abcdef", min_size=1, max_size=8)
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
mutants = st.sampled_from([None, True, 0, -1, 1.5, "", "$", "$.a", "$[", [], {}, ["$"], {"a.$": 1}])


def parts(node: Any) -> list[tuple[Any, Any]]:
    """Every place in a document that can be changed."""
    keys = (
        list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    )
    return [pair for key in keys for pair in [(node, key), *parts(node[key])]]


@many
@given(documents)
def test_a_valid_policy_passes_every_layer_and_compiles(document: dict[str, Any]) -> None:
    assert problems(document, policy_schema.load(), prefix="policy", title="") == []
    read = validate(document, Named(RESOURCES))
    assert read == Policy.model_validate(document)
    assert ROOT in Program.compile(read).blocks


@many
@given(documents, st.data())
def test_what_the_schema_accepts_the_models_accept_and_what_is_valid_compiles(
    document: dict[str, Any], data: st.DataObject
) -> None:
    holder, key = data.draw(st.sampled_from(parts(document)))
    holder[key] = exact_json.plain(data.draw(mutants))
    if not problems(document, policy_schema.load(), prefix="policy", title=""):
        assert read_policy(document) == Policy.model_validate(document)
    told: tuple[Problem, ...] = ()
    try:
        read = validate(document, Named(RESOURCES))
    except PolicyInvalid as refused:
        told = refused.problems
    else:
        assert ROOT in Program.compile(read).blocks
    assert all(one.code and one.pointer is not None for one in told)


@many
@given(documents)
def test_a_policy_started_from_any_checkpoint_ends_the_same(document: dict[str, Any]) -> None:
    program = Program.compile(Policy.model_validate(document))
    spec = ScopeSpec("", ROOT, {"n": 1, "list": [1, 2]})
    whole = Journey()
    outcome = whole.whole(program, spec)
    for cursor, used in whole.cursors:
        rest = Journey(Budget(TRANSITIONS, used))
        assert rest.whole(program, spec, cursor) == outcome
        assert whole.asked[-len(rest.asked) :] == rest.asked


@many
@given(documents)
def test_keys_are_unique_and_attempts_share_one_idempotency_key(document: dict[str, Any]) -> None:
    program = Program.compile(Policy.model_validate(document))
    journey = Journey()
    journey.whole(program, ScopeSpec("", ROOT, {"n": 1, "list": [1, 2]}))
    keys = [(path, key) for path, key, _ in journey.asked]
    # A Wait sleeps under the key of its visit, which its Checkpoint bears too.
    kinds = [(path, key, type(told)) for path, key, told in journey.asked]
    assert len(set(kinds)) == len(kinds)
    for path, key in keys:
        visit, _, attempt = key.partition("/")
        if attempt.isdigit():
            assert idempotency_key("run", path, key) == f"run/{path}{visit}"


@many
@given(documents)
def test_a_journey_is_the_same_each_time_and_its_outcome_survives_a_record(
    document: dict[str, Any],
) -> None:
    program = Program.compile(Policy.model_validate(document))
    spec = ScopeSpec("", ROOT, HEADER.input)
    first, second = Journey(), Journey()
    outcome = first.whole(program, spec)
    assert second.whole(program, spec) == outcome
    assert second.asked == first.asked
    record = exact_json.encode(exact_json.plain(outcome.as_json()))
    assert outcome_from_json(exact_json.decode(record)) == outcome


@many
@given(straight, st.sampled_from(["a", "b"]))
def test_a_simulation_depends_on_policy_input_and_seed_alone(
    document: dict[str, Any], seed: str
) -> None:
    def shaky(given_input: Any) -> Any:
        if given_input == {}:
            raise StepFailed("Own.Error")
        return {"n": 0.1, "list": [1]}

    steps: dict[str, Any] = dict.fromkeys(RESOURCES, shaky)
    first, second = (run(document["states"], {"n": 1, "list": [1]}, steps, seed) for _ in range(2))
    assert first == second
    assert first.status in {"COMPLETED", "FAILED"}


def test_the_generator_reaches_every_state_type() -> None:
    seen: set[str] = set()

    @settings(max_examples=300, database=None, derandomize=True, deadline=None)
    @given(documents)
    def collect(document: dict[str, Any]) -> None:
        seen.update(one["type"] for one in document["states"].values())

    collect()
    assert seen == {
        "Task",
        "Pass",
        "Wait",
        "Map",
        "Parallel",
        "Choice",
        "Succeed",
        "Fail",
    }


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_resource_that_is_not_known_is_refused(resource: str) -> None:
    states = {"T": {"type": "Task", "resource": resource, "end": True}}
    with pytest.raises(PolicyInvalid, match=r"resource\.unknown"):
        run(states)


@many
@given(documents, seeds)
def test_a_policy_that_was_exported_and_imported_again_runs_the_same(
    document: dict[str, Any], seed: str
) -> None:
    again = import_machine(export_machine(document))
    assert exact_json.encode(again) == exact_json.encode(document)
    steps = {name: lambda given: given for name in RESOURCES}
    both = [simulate(one, {}, steps=steps, seed=seed, now=NOON) for one in (document, again)]
    assert both[0] == both[1]
