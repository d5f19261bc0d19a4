"""The raw seam: what the interpreter asks for, under which keys, driven by hand."""

from decimal import Decimal
from typing import Any

import pytest

from assent_engine.effects import (
    CANCELLED,
    Checkpoint,
    Effect,
    Failed,
    Fork,
    Item,
    Now,
    Ok,
    Outcome,
    RunStep,
    ScopeSpec,
    Sleep,
    child_path,
    idempotency_key,
    outcome_from_json,
    state_key,
)
from assent_engine.interpreter import (
    ROOT,
    SEMANTICS,
    Program,
    RunHeader,
    run_scope,
)
from assent_schemas.policy import Policy
from assent_schemas.states import Machine
from engine.pure.policies import States, machine, passing, policy, task

HEADER = RunHeader("run-1", "policy-1", "A policy", "2026-01-01T12:00:00.000000Z", "0", {"a": 1})


class Hand:
    """A scope driven effect by effect."""

    def __init__(
        self,
        states: States,
        given: Any = None,
        macros: dict[str, States] | None = None,
    ) -> None:
        inner = {
            name: Machine.model_validate(machine(body)) for name, body in (macros or {}).items()
        }
        self.program = Program.compile(Policy.model_validate(policy(states)), inner.get)
        self.effects = run_scope(self.program, HEADER, ScopeSpec("", ROOT, given))
        self.outcome: Outcome | None = None

    def send(self, answer: Any = None) -> Effect | None:
        """The next effect that is no Checkpoint, or None at the end."""
        try:
            effect = self.effects.send(answer)
            while isinstance(effect, Checkpoint):
                effect = self.effects.send(None)
        except StopIteration as end:
            self.outcome = end.value
            return None
        return effect


def test_a_task_asks_for_its_step_under_state_visit_and_attempt() -> None:
    hand = Hand({"T": task(parameters={"x.$": "$.a"}, timeout_seconds=9)}, {"a": 1})
    assert hand.send() == RunStep("T.1/1", "a.step", {"x": 1}, 9)
    assert hand.send(Ok(5)) is None
    assert hand.outcome == Ok(5)


def test_a_retry_is_a_new_attempt_of_the_same_visit() -> None:
    hand = Hand({"T": task(retry=[{"error_equals": ["E"], "backoff_rate": Decimal("1.5")}])})
    first = hand.send()
    assert hand.send(Failed("E")) == Sleep("T.1/1/backoff", seconds=1)
    second = hand.send()
    assert hand.send(Failed("E")) == Sleep("T.1/2/backoff", seconds=Decimal("1.5"))
    third = hand.send()
    keys = [step.key for step in (first, second, third) if step is not None]
    assert keys == ["T.1/1", "T.1/2", "T.1/3"]
    assert {idempotency_key("run-1", "", key) for key in keys} == {"run-1/T.1"}


def test_a_state_visited_again_has_a_new_key() -> None:
    hand = Hand({"A": task(next="B"), "B": passing(next="A")})
    keys = []
    effect = hand.send()
    for _ in range(3):
        assert isinstance(effect, RunStep)
        keys.append(effect.key)
        effect = hand.send(Ok({}))
    assert keys == ["A.1/1", "A.2/1", "A.3/1"]
    assert len({idempotency_key("run-1", "", key) for key in keys}) == 3


def test_a_slash_in_a_states_name_cannot_forge_a_key() -> None:
    assert state_key("A.1/1", 2) == "A.1~11.2"
    hand = Hand({"A.1/1": task()})
    step = hand.send()
    assert isinstance(step, RunStep)
    assert step.key == "A.1~11.1/1"
    assert idempotency_key("run-1", child_path("", "M.1/1", "0"), step.key) == (
        "run-1/M.1/1/0/A.1~11.1"
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"seconds": 5}, Sleep("W.1", seconds=5)),
        ({"seconds_path": "$.s"}, Sleep("W.1", seconds=7)),
        ({"timestamp": "2026-01-02T00:00:00Z"}, Sleep("W.1", until="2026-01-02T00:00:00Z")),
        ({"timestamp_path": "$.t"}, Sleep("W.1", until="2026-01-03T00:00:00+01:00")),
    ],
    ids=["seconds", "seconds_path", "timestamp", "timestamp_path"],
)
def test_a_wait_sleeps_for_seconds_or_until_a_moment(fields: Any, expected: Sleep) -> None:
    given = {"s": 7, "t": "2026-01-03T00:00:00+01:00"}
    hand = Hand({"W": {"type": "Wait", "end": True, **fields}}, given)
    assert hand.send() == expected
    assert hand.send() is None
    assert hand.outcome == Ok(given)


@pytest.mark.parametrize(
    ("state", "asks"),
    [
        (passing(parameters={"t.$": "$$.state.entered_time"}), True),
        (passing(parameters={"t.$": "$$['state'][\"entered_time\"]"}), True),
        (passing(parameters={"deep": [{"t.$": "$$.state"}]}), True),
        (passing(parameters={"all.$": "$$"}), True),
        (passing(input_path="$$.state"), True),
        (passing(output_path="$$.state.entered_time"), True),
        ({"type": "Succeed", "input_path": "$$.state.entered_time"}, True),
        ({"type": "Fail", "cause_path": "$$.state.entered_time"}, True),
        ({"type": "Wait", "timestamp_path": "$$.state.entered_time", "end": True}, True),
        (passing(parameters={"t.$": "$$.execution.start_time"}), False),
        (passing(parameters={"t.$": "$$.state.name"}), False),
        (passing(parameters={"t": "$$.state.entered_time"}), False),
        (passing(input_path="$"), False),
    ],
    ids=str,
)
def test_the_time_is_asked_for_only_where_a_path_names_it(state: Any, *, asks: bool) -> None:
    effect = Hand({"S": state}, {}).send()
    assert (effect == Now("S.1/entered")) is asks


def test_a_choice_that_looks_at_the_time_of_entry_asks_for_it() -> None:
    rule = {"variable": "$$.state.entered_time", "timestamp_less_than": "2026-01-02T00:00:00Z"}
    states = {
        "C": {"type": "Choice", "choices": [{"not": rule, "next": "E"}], "default": "E"},
        "E": passing(),
    }
    hand = Hand(states, {})
    assert hand.send() == Now("C.1/entered")
    assert hand.send("2026-01-01T12:00:00.000000Z") is None


def test_a_parallel_is_one_fork_over_its_branches() -> None:
    branches = [machine({"A": passing()}), machine({"B": passing()})]
    hand = Hand({"P": {"type": "Parallel", "branches": branches, "end": True}}, {"a": 1})
    fork = hand.send()
    assert isinstance(fork, Fork)
    assert (fork.key, fork.limit, fork.tolerate) == ("P.1/1", 0, 0)
    assert list(fork.scopes) == [
        ScopeSpec("0", "/states/P/branches/0", {"a": 1}),
        ScopeSpec("1", "/states/P/branches/1", {"a": 1}),
    ]
    assert hand.send([Ok(1), Ok(2)]) is None
    assert hand.outcome == Ok([1, 2])


def test_a_map_is_one_fork_whose_scopes_are_made_when_asked_for() -> None:
    state = {
        "type": "Map",
        "iterator": machine({"A": passing()}),
        "max_concurrency": 3,
        "end": True,
    }
    fork = Hand({"M": state}, [5, 6]).send()
    assert isinstance(fork, Fork)
    assert (fork.limit, len(fork.scopes)) == (3, 2)
    second = ScopeSpec("1", "/states/M/iterator", {"iterator": 6}, item=Item(1, 6))
    assert fork.scopes[1] == second
    assert list(fork.scopes[1:]) == [second]


def test_a_failed_fork_names_the_one_that_failed_and_not_the_stopped() -> None:
    branches = [machine({"A": passing()})] * 2
    hand = Hand({"P": {"type": "Parallel", "branches": branches, "end": True}})
    hand.send()
    assert hand.send([Failed(CANCELLED), Failed("E", "why")]) is None
    assert hand.outcome == Failed("E", "why")


def test_a_macro_runs_as_a_fork_of_one_scope() -> None:
    hand = Hand({"T": task("a.macro", parameters={"x": 1})}, {}, {"a.macro": {"In": passing()}})
    fork = hand.send()
    assert isinstance(fork, Fork)
    assert fork.key == "T.1/1"
    assert list(fork.scopes) == [ScopeSpec("0", "macro:a.macro", {"x": 1})]
    assert hand.send([Ok("done")]) is None
    assert hand.outcome == Ok("done")


def test_a_macros_failure_is_the_tasks_and_can_be_retried() -> None:
    states = {"T": task("a.macro", retry=[{"error_equals": ["E"]}])}
    hand = Hand(states, {}, {"a.macro": {"In": passing()}})
    hand.send()
    assert hand.send([Failed("E")]) == Sleep("T.1/1/backoff", seconds=1)
    fork = hand.send()
    assert isinstance(fork, Fork)
    assert fork.key == "T.1/2"


def test_a_macro_may_call_another_and_each_is_compiled_once() -> None:
    macros = {"a.outer": {"In": task("a.inner")}, "a.inner": {"In": passing()}}
    states = {"A": task("a.outer", next="B"), "B": task("a.inner")}
    assert set(Hand(states, {}, macros).program.blocks) == {"", "macro:a.outer", "macro:a.inner"}


def test_inner_machines_are_found_by_their_pointer() -> None:
    inner = {"type": "Map", "iterator": machine({"A": passing()}), "end": True}
    outer = {"type": "Parallel", "branches": [machine({"M/1": inner})], "end": True}
    assert set(Hand({"P~": outer}).program.blocks) == {
        "",
        "/states/P~0/branches/0",
        "/states/P~0/branches/0/states/M~11/iterator",
    }


def test_a_checkpoint_precedes_each_state_with_the_whole_cursor() -> None:
    program = Hand({"A": passing(result={"x": 1}, next="B"), "B": task()}).program
    effects = run_scope(program, HEADER, ScopeSpec("", ROOT, {"a": 1}))
    first = next(effects)
    assert isinstance(first, Checkpoint)
    assert first.key == "A.1"
    assert first.cursor.as_json() == {
        "state": "A",
        "value": {"a": 1},
        "variables": {},
        "visits": {},
        "approved": {},
    }
    second = effects.send(None)
    assert isinstance(second, Checkpoint)
    assert (second.key, second.cursor.as_json()["visits"]) == ("B.1", {"A": 1})


def test_a_cursor_resumes_in_the_middle_with_the_keys_it_would_have_had() -> None:
    program = Hand({"A": task(next="B"), "B": task(next="A")}).program
    cursor = {
        "state": "B",
        "value": 7,
        "variables": {},
        "visits": {"A": 3, "B": 2},
        "approved": {},
    }
    effects = run_scope(program, HEADER, ScopeSpec("", ROOT, "unused"), cursor=cursor)
    checkpoint = next(effects)
    assert isinstance(checkpoint, Checkpoint)
    assert checkpoint.cursor.as_json() == cursor
    assert effects.send(None) == RunStep("B.3/1", "a.step", 7)


def test_closing_the_generator_ends_a_scope_quietly() -> None:
    hand = Hand({"T": task(catch=[{"error_equals": ["States.ALL"], "next": "E"}]), "E": passing()})
    assert isinstance(hand.send(), RunStep)
    hand.effects.close()
    with pytest.raises(StopIteration):
        hand.effects.send(Ok(1))


@pytest.mark.parametrize("outcome", [Ok(None), Ok({"ok": 1}), Failed("E", "c"), Failed("", "")])
def test_an_outcome_reads_back_from_its_json(outcome: Outcome) -> None:
    assert outcome_from_json(outcome.as_json()) == outcome


def test_jitter_depends_on_seed_scope_and_key_alone() -> None:
    rule = {"error_equals": ["E"], "interval_seconds": 100, "jitter_strategy": "FULL"}
    program = Hand({"T": task(retry=[rule])}).program

    def first_wait(run_id: str, seed: str, path: str) -> Any:
        header = RunHeader(run_id, "p", "n", HEADER.started, seed, None)
        effects = run_scope(program, header, ScopeSpec("0", ROOT, None), path)
        assert isinstance(next(effects), Checkpoint)
        effects.send(None)
        sleep = effects.send(Failed("E"))
        assert isinstance(sleep, Sleep)
        return sleep.seconds

    known = first_wait("run-1", "a", "")
    assert first_wait("run-2", "a", "") == known
    assert first_wait("run-1", "b", "") != known
    assert first_wait("run-1", "a", "M.1/1/0/") != known


def test_the_rules_have_a_number() -> None:
    assert SEMANTICS == 1
