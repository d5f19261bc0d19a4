"""policy test, and coverage and tests in the other commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from assent_engine.registry import StepRegistry
from service.shell import EXAMPLES, HOSTILE, Shell, greeter, hidden_in, written

TOLD = {"notify.user": {"result": {"recorded": True}}}
PASSES = {"name": "It tells", "steps": TOLD, "expect": {"status": "COMPLETED"}}
FAILS = {**PASSES, "name": "It fails", "expect": {"status": "FAILED"}}


def choosing(*tests: dict[str, Any]) -> dict[str, Any]:
    document = greeter(tests=list(tests))
    rule = {"variable": "$.loud", "is_present": True, "next": "Tell"}
    choice = {"type": "Choice", "choices": [rule], "default": "Quiet"}
    quiet = {"Choose": choice, "Quiet": {"type": "Succeed"}}
    return {**document, "start_at": "Choose", "states": document["states"] | quiet}


@pytest.mark.parametrize(
    ("name", "branches"), [("volatility-aware-rebalance", 2), ("tax-loss-harvester", 5)]
)
def test_the_examples_with_tests_pass_and_cover_every_branch(
    shell: Shell, name: str, branches: int
) -> None:
    path = EXAMPLES / f"{name}-with-tests.json"
    report = shell.done("policy", "test", path)
    assert (report["passed"], len(report["tests"])) == (True, 3)
    assert report["coverage"]["branches"] == {"taken": branches, "total": branches}
    assert report["coverage"]["never"] == []
    bare = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    document = json.loads(path.read_bytes())
    assert {key: document[key] for key in document if key != "tests"} == bare


def test_a_passing_policy_exits_with_0_and_a_failing_one_with_1(
    shell: Shell, tmp_path: Path
) -> None:
    good = shell("policy", "test", written(tmp_path / "good.json", greeter(tests=[PASSES])))
    assert (good.code, good.out.split()[:3]) == (0, ["passed", "It", "tells"])
    bad = written(tmp_path / "bad.json", greeter(tests=[PASSES, FAILS]))
    said = shell("policy", "test", bad)
    assert said.code == 1
    assert "status: expected FAILED, got COMPLETED." in said.out
    assert "test.failed at /tests/1/expect/status" in said.out
    assert [one["passed"] for one in shell("policy", "test", bad, "--json").json["tests"]] == [
        True,
        False,
    ]


def test_what_was_never_taken_is_listed_on_demand(shell: Shell, tmp_path: Path) -> None:
    path = written(tmp_path / "policy.json", choosing(PASSES))
    said = shell("policy", "test", path)
    assert "branches covered  1 of 2" in said.out
    assert "/states/Tell" not in said.out
    listed = shell("policy", "test", path, "--coverage").out
    assert "/states/Tell" in listed
    assert "/states/Choose/choices/0" in listed


def test_a_proposed_policy_is_tested_by_its_name(shell: Shell) -> None:
    shell.propose(greeter(tests=[PASSES]))
    assert shell.done("policy", "test", "Greeter")["passed"] is True


def test_a_policy_without_tests_says_so(shell: Shell, tmp_path: Path) -> None:
    said = shell("policy", "test", written(tmp_path / "policy.json", greeter()))
    assert (said.code, said.out.splitlines()[0]) == (0, "The policy comes with no tests.")


def test_a_policy_with_a_failing_test_cannot_be_proposed(shell: Shell) -> None:
    said = shell("policy", "propose", "-", stdin=json.dumps(greeter(tests=[FAILS])))
    assert said.code == 1
    assert "test.failed" in said.err
    assert "at /tests/0/expect/status" in said.err
    assert shell.done("policy", "list") == []


def test_a_simulation_says_what_it_covered(shell: Shell, tmp_path: Path) -> None:
    path = written(tmp_path / "policy.json", choosing())
    said = shell("policy", "simulate", path)
    assert "branches covered  1 of 2" in said.out
    covered = shell.done("policy", "simulate", path)["coverage"]
    assert covered["never"] == [
        {"pointer": "/states/Tell", "how": ""},
        {"pointer": "/states/Choose/choices/0", "how": ""},
    ]


def test_explain_and_diff_tell_of_the_tests(shell: Shell, tmp_path: Path) -> None:
    loud = {**PASSES, "name": "Loud", "input": {"loud": True}}
    old = written(tmp_path / "old.json", choosing(PASSES, loud))
    new = written(tmp_path / "new.json", choosing(PASSES))
    words = shell("policy", "explain", old).out
    assert "It comes with 2 tests, covering 2 of 2 branches." in words
    assert (
        "its tests cover less: 2 of 2 branches -> 1 of 2" in shell("policy", "diff", old, new).out
    )


@pytest.mark.parametrize(
    "command", [("policy", "show"), ("approvals", "show"), ("policy", "approve")]
)
def test_whoever_decides_sees_what_the_tests_cover(shell: Shell, command: tuple[str, str]) -> None:
    policy_id = shell.propose(choosing(PASSES))["policy_id"]
    said = " ".join(shell(*command, policy_id).out.split())
    assert "tests It comes with 1 test, covering 1 of 2 branches." in said
    assert "Never taken in a test: /states/Choose/choices/0." in said


def test_whoever_decides_sees_that_there_are_no_tests(shell: Shell) -> None:
    policy_id = shell.propose(greeter())["policy_id"]
    assert "tests none" in " ".join(shell("policy", "show", policy_id).out.split())


def test_tests_that_cannot_be_carried_out_any_more_do_not_hide_the_document(shell: Shell) -> None:
    policy_id = shell.propose(greeter(tests=[PASSES]))["policy_id"]
    with pytest.MonkeyPatch.context() as patched:
        patched.delitem(StepRegistry.shared()._steps, "notify.user")
        said = shell("policy", "show", policy_id)
    assert "Not carried out, as it is no valid policy here" in said.out
    assert '"It tells"' in said.out


def test_hostile_names_of_tests_hide_nothing(shell: Shell, tmp_path: Path) -> None:
    test = {**FAILS, "name": HOSTILE, "expect": {"status": "COMPLETED", "output": {HOSTILE: 1}}}
    path = written(tmp_path / "policy.json", greeter(tests=[test]))
    assert hidden_in(shell("policy", "test", path).out) == set()
