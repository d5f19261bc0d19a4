"""Control on the command line: pause, resume, redrive."""

from service.conftest import Furnished
from service.shell import Shell, failing


def test_a_pause_holds_until_it_is_ended(furnished: Furnished) -> None:
    shell = furnished.shell
    assert shell.done("pause", "Greeter", "--for", "2h")["paused"] == "Greeter"
    said = shell("run", "start", "Greeter", "--json")
    assert said.problem["code"] == "policy.paused"
    assert "assent resume" in said.problem["remedy"]
    assert "paused" in shell("policy", "list").out
    assert shell.done("resume", "Greeter")["runs"] == []
    assert shell("run", "start", "Greeter").code == 0


def test_a_pause_of_everything_is_said_and_listed(furnished: Furnished) -> None:
    shell = furnished.shell
    assert "Everything is paused" in shell("pause").out
    assert all(one["paused"] for one in shell.done("policy", "list"))
    assert "no longer paused" in shell("resume").out


def test_a_span_that_is_none_is_wrong_usage(furnished: Furnished) -> None:
    assert furnished.shell("pause", "--for", "soon").code == 2
    assert furnished.shell("pause", "--until", "tomorrow").code == 2
    assert furnished.shell("pause", "--for", "1h", "--until", "2030-01-01T00:00:00Z").code == 2


def test_a_run_that_failed_can_be_redriven(shell: Shell) -> None:
    shell.approved(failing())
    run = shell("run", "start", failing()["name"], "--json")
    again = shell("run", "redrive", run.json["run_id"], "--json")
    assert again.code == 1
    assert (again.json["run_id"], again.json["status"]) == (run.json["run_id"], "FAILED")


def test_a_run_that_went_well_is_not_redriven(furnished: Furnished) -> None:
    (run, *_) = furnished.shell.done("run", "list")
    said = furnished.shell("run", "redrive", run["run_id"], "--json")
    assert said.problem["code"] == "run.not_failed"
