"""Stand-ins in simulations of imported machines: what they raise, and how far a run may go."""

from typing import Any

import pytest

from assent_engine import asl, simulate
from engine.asl_semantics.aws import machine, mapping, output, passing, run, task


def test_what_a_stand_in_raises_is_a_failure_by_its_class() -> None:
    def breaks(_given: Any) -> Any:
        raise KeyError("no such order")

    result = run({"T": task(Resource="r")}, {}, {"r": breaks})
    assert (result.status, result.error, result.cause) == (
        "FAILED",
        "KeyError",
        "'no such order'",
    )


def test_what_a_stand_in_raises_can_be_caught() -> None:
    def breaks(_given: Any) -> Any:
        return 1 / 0

    catch = [{"ErrorEquals": ["ZeroDivisionError"], "Next": "After"}]
    states = {"T": task(Resource="r", Catch=catch), "After": passing()}
    assert output(states, {}, {"r": breaks})["Error"] == "ZeroDivisionError"


def test_an_answer_without_a_bottom_is_a_failure() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert run({"T": task(Resource="r")}, {}, {"r": lambda _: endless}).status == "FAILED"


@pytest.mark.parametrize(("most", "status"), [(None, "FAILED"), (30_000, "COMPLETED")])
def test_a_map_of_many_items_can_be_given_the_transitions_it_needs(
    most: int | None, status: str
) -> None:
    policy = asl.import_machine(machine({"M": mapping({"Item": passing(Result=1)})}))
    result = simulate(policy, [0] * 10_050, steps={}, max_transitions=most)
    assert result.status == status
