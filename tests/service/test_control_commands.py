"""Control on the command line: pause, resume, redrive."""

from service.conftest import Furnished
from service.shell import Shell, failing, waiting_run
from service.test_approval_commands import telling


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
    assert furnished.shell("pause", "--until", "whenever").code == 2
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


def test_a_run_is_forked_from_a_state_with_other_data_and_nothing_of_it_is_real(
    shell: Shell,
) -> None:
    rule = {"variable": "$.n", "numeric_greater_than": 5, "next": "Tell"}
    states = {
        "Set": {"type": "Pass", "result": {"n": 1, "who": "you"}, "next": "Which"},
        "Which": {"type": "Choice", "choices": [rule], "default": "End"},
        "Tell": {
            "type": "Task",
            "resource": "notify.user",
            "parameters": {"msg.$": "States.Format('Hello {}', $.who)"},
            "end": True,
        },
        "End": {"type": "Succeed"},
    }
    shell.approved({"name": "Forked", "start_at": "Set", "states": states})
    run = shell("run", "start", "Forked", "--json").json["run_id"]
    forked = shell("run", "fork", run, "--at", "Which", "--data", '{"n": 9}', "--json").json
    assert (forked["from"], forked["status"]) == ("Which.1", "COMPLETED")
    called = [one["input"] for one in forked["trace"] if one["event"] == "step"]
    assert called == [{"msg": "Hello you"}]
    assert shell.done("run", "show", run)["notices"] == []
    assert len(shell.done("run", "list")) == 1


def test_a_run_that_stands_says_what_its_owner_may_do_next(shell: Shell) -> None:
    shell.approved(telling())
    assert "assent approvals list" in shell("run", "start", "Telling").out
    shell.approved(failing())
    failed = shell("run", "start", failing()["name"])
    assert "run redrive" in failed.out + failed.err
    run_id = waiting_run(shell)
    shell.done("pause")
    paused = shell("run", "resume", run_id)
    assert "assent resume" in paused.out + paused.err
    assert f"assent run resume {run_id}" not in paused.out
