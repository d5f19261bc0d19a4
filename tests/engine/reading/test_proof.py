"""How a policy was tested, in plain words."""

from assent_engine.interpreter import Taken
from assent_engine.reading import Coverage, Proof, explain
from assent_engine.reading.coverage import Share
from engine.reading.stage import REGISTRY, policy, setting

CASE = {"name": "It ends", "expect": {"status": "COMPLETED"}}
TITLE = "How it was tested"


def told(tests: int, proof: Proof | None) -> list[str]:
    cases = [{**CASE, "name": str(at)} for at in range(tests)]
    text = explain(policy({"A": setting(1)}, tests=cases), REGISTRY, tested=proof)
    return [line.strip() for line in text.partition(f"\n{TITLE}\n")[2].splitlines()]


def proof(*never: Taken, branches: int = 4, failed: int = 0) -> Proof:
    share = Share(branches, branches)
    return Proof(failed, Coverage(Share(1, 2), share, never))


def test_a_policy_without_tests_says_nothing_of_them() -> None:
    assert told(0, None) == []


def test_tests_are_counted_with_what_they_cover() -> None:
    assert told(1, None) == ["It comes with 1 test."]
    assert told(3, proof()) == ["It comes with 3 tests, covering 4 of 4 branches."]
    assert told(1, proof(branches=0)) == ["It comes with 1 test, covering 1 of 2 states."]


def test_what_fails_and_what_was_never_taken_is_said() -> None:
    never = [Taken("/states/A\u202e"), Taken("/states/M", "no iteration")]
    assert told(2, proof(*never, failed=2))[1:] == [
        "2 tests fail: it does not do what it says.",
        'Never taken in a test: "/states/A\\u202e".',
        "Never taken in a test: /states/M, no iteration.",
    ]


def test_a_long_list_of_what_was_never_taken_is_cut_and_counted() -> None:
    lines = told(1, proof(*(Taken(f"/states/{at}") for at in range(7))))
    assert (len(lines), lines[-1]) == (7, "And 2 other places never taken.")
