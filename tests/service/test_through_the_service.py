"""Commands where a service runs: it carries them out, and they say and answer the same."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assent_schemas.wire import operations as ops
from assent_schemas.wire.runs import Starting
from assent_service.cli import owner
from assent_service.desk.room import Caller
from engine.durable.asking import question
from engine.durable.worlds import Bench, FakeClock, during_the_first_step, policy, task, turns
from service.owner_door.served import Served, serving
from service.shell import SAMPLE, Shell, greeter

OWNER = Caller("owner", "test")
FAILS = {"type": "Fail", "error": "Broken", "cause": "on purpose"}


@contextmanager
def service(home: Path) -> Iterator[tuple[Shell, Served]]:
    with serving(Bench(home, FakeClock())) as served:
        yield Shell(home), served


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Shell, Served]]:
    with service(tmp_path / "home") as found:
        yield found


def test_a_run_is_carried_out_and_shown_by_the_service(here: tuple[Shell, Served]) -> None:
    shell, served = here
    shell.approved(policy(task("order.place", 7)))
    said = shell("run", "start", "A policy")
    assert said.code == 0, said
    assert said.out.startswith("By the service.")
    assert "intends order.place" in said.out
    assert "COMPLETED" in said.out
    assert len(served.bench.outside.orders) == 1
    (run,) = shell.done("run", "list")
    shown = shell.done("run", "show", run["run_id"])
    assert [one["kind"] for one in shown["journal"]] == ["start", "intent", "step", "end"]


def test_it_says_where_no_service_runs(shell: Shell) -> None:
    shell.approved(greeter())
    assert shell("run", "start", "Greeter").out.startswith("By this command: no service runs.")


def test_what_a_killed_service_left_does_not_keep_commands_from_the_home(
    shell: Shell, tmp_path: Path
) -> None:
    with service(tmp_path / "other") as (_, served):
        left = {
            one.name: one.read_bytes()
            for one in (served.bench.path / "owner-door").iterdir()
            if one.is_file()
        }
    shell.approved(greeter())
    (shell.home / "owner-door").mkdir()
    for name, content in left.items():
        (shell.home / "owner-door" / name).write_bytes(content)
    assert shell.done("run", "start", "Greeter")["status"] == "COMPLETED"


def test_refusals_of_the_service_are_those_of_the_command(here: tuple[Shell, Served]) -> None:
    shell, _ = here
    for command, code in [
        ("run start Nobody", "policy.unknown"),
        ("run show Nobody", "run.unknown"),
        ("run resume Nobody", "run.unknown"),
        ("approvals reject Nobody", "approval.unknown"),
        ("inbox show Nobody", "intervention.unknown"),
        ("resume", "pause.none"),
        ("policy approve Nobody --hash 0", "policy.unknown"),
    ]:
        said = shell(*command.split(), "--json")
        assert (said.code, said.problem["code"]) == (1, code)


def test_a_question_is_answered_and_the_run_followed_to_its_end(
    here: tuple[Shell, Served],
) -> None:
    shell, _ = here
    asking = question("Shall I?", next="B")
    asking.pop("end")
    shell.approved({"name": "Asks", "start_at": "A", "states": {"A": asking, "B": task_b()}})
    assert shell.done("run", "start", "Asks")["status"] == "WAITING"
    (waiting,) = shell.done("approvals", "list")
    shown = shell.done("approvals", "show", waiting["id"])
    assert shown["shown"]["title"] == "Shall I?"
    done = shell.done("approvals", "approve", waiting["id"], "--hash", waiting["hash"])
    assert done["run"]["status"] == "COMPLETED"
    again = shell("approvals", "reject", waiting["id"], "--json")
    assert again.problem["code"] == "approval.decided"
    assert "cli/" in again.problem["detail"]


def task_b() -> dict[str, Any]:
    return task("order.place", 1)


def test_a_case_is_listed_and_settled(here: tuple[Shell, Served]) -> None:
    shell, _ = here
    shell.approved(policy(task("order.place", 1), FAILS, on_failure="intervene"))
    said = shell("run", "start", "A policy", "--json")
    assert (said.code, said.json["status"]) == (1, "NEEDS_OWNER")
    (case,) = shell.done("inbox", "list")
    assert said.json["interventions"] == [case["intervention_id"]]
    assert "end the run" in shell("inbox", "show", case["intervention_id"]).out
    done = shell("inbox", "resolve", case["intervention_id"], "abort", "--json").json
    assert done["run"]["status"] == "FAILED"


def test_a_pause_holds_and_its_end_goes_on(here: tuple[Shell, Served]) -> None:
    shell, _ = here
    shell.approved(policy(task("order.place", 1)))
    assert shell.done("pause", "A policy", "--for", "1h")["paused"] == "A policy"
    assert shell.done("policy", "list")[0]["paused"]
    assert shell("run", "start", "A policy", "--json").problem["code"] == "policy.paused"
    assert shell.done("resume", "A policy") == {"resumed": "A policy", "runs": []}


@pytest.mark.parametrize("anew", [False, True])
def test_a_run_that_the_service_carries_out_can_be_watched_to_its_end(
    here: tuple[Shell, Served], anew: bool
) -> None:
    shell, served = here
    room = served.here.desk.room

    async def until_somebody_watches() -> None:
        while not room.hub._wakes:
            await turns()
        if anew:
            room.hub.begin_anew()

    during_the_first_step(served.bench, until_somebody_watches)
    shell.approved(policy(task("number.add", 1), task("order.place", 2)))
    start = served.here.desk.call(ops.START_RUN, Starting(policy="A policy"), OWNER)
    run = served.do(start)
    said = shell("run", "watch", run.run_id)
    assert said.code == 0, said
    # What happened before all is to be read again may stay untold; the end may not.
    assert anew or "number.add -> " in said.out
    assert "COMPLETED" in said.out
    assert shell.done("run", "watch", run.run_id)["status"] == "COMPLETED"


def test_a_waiting_run_is_ended_after_being_shown(here: tuple[Shell, Served]) -> None:
    shell, _ = here
    wait = {"type": "Wait", "timestamp": "2099-01-01T00:00:00Z", "end": True}
    shell.approved(policy(task("order.place", 1), wait))
    run = shell.done("run", "start", "A policy")
    assert run["status"] == "WAITING"
    said = shell("run", "cancel", run["run_id"], "--yes")
    assert said.code == 0, said
    assert "to be reversed" in said.out
    assert shell.done("run", "show", run["run_id"])["saga_log"][0]["settled"] == "compensated"
    assert shell.done("run", "resume") == []


def test_an_event_is_told_to_the_service_which_starts_what_waits_for_it(
    here: tuple[Shell, Served],
) -> None:
    shell, _ = here
    trigger = {"type": "event", "name": "deposit"}
    shell.approved(policy(task("number.add", 1), name="Waits", triggers=[trigger]))
    assert shell.done("event", "emit", "deposit", "--data", '{"amount": 5}')["met"] == 1
    assert shell.done("event", "emit", "withdrawal")["met"] == 0
    (record,) = shell.done("trigger", "history")
    assert (record["policy"], record["trigger"].partition("-")[0]) == ("Waits", "event")


def test_holdings_and_prices_are_taken_in_by_the_service(here: tuple[Shell, Served]) -> None:
    shell, _ = here
    files = "--holdings", SAMPLE / "holdings.csv", "--prices", SAMPLE / "prices.csv"
    imported = shell.done("portfolio", "import", *files)
    assert imported == shell.done("portfolio", "show")
    assert str(imported["total_value"]) == "47367.05"
    said = shell("portfolio", "import", "--prices", SAMPLE / "holdings.csv", "--json")
    assert (said.code, said.problem["code"]) == (1, "prices.unknown_column")
    assert said.problem["detail"].startswith("holdings.csv")


def test_a_run_is_forked_beside_the_service(here: tuple[Shell, Served]) -> None:
    shell, _ = here
    rule = {"variable": "$.n", "numeric_greater_than": 5, "next": "B"}
    which = {"type": "Choice", "choices": [rule], "default": "End"}
    states = {"A": which, "B": {"type": "Pass", "end": True}, "End": {"type": "Succeed"}}
    shell.approved({"name": "Forked", "start_at": "A", "states": states})
    run_id = shell.done("run", "start", "Forked", "--input", '{"n": 1}')["run_id"]
    forked = shell.done("run", "fork", run_id, "--at", "A", "--data", '{"n": 7.50}')
    assert (forked["from"], forked["output"]) == ("A.1", {"n": Decimal("7.50")})
    assert len(shell.done("run", "list")) == 1
    said = shell("run", "fork", run_id, "--at", "Nowhere", "--json")
    assert said.problem["code"] == "run.not_there"


def test_who_follows_a_run_and_loses_the_service_hears_that_it_is_kept(
    here: tuple[Shell, Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell, served = here
    monkeypatch.setattr(owner, "PATIENCE", 0)

    async def until_the_service_ends() -> None:
        served.close()
        await asyncio.Event().wait()

    during_the_first_step(served.bench, until_the_service_ends)
    shell.approved(policy(task("number.add", 1)))
    said = shell("run", "start", "A policy", "--json")
    assert (said.code, said.problem["code"]) == (1, "service.lost")
    (run,) = shell.done("run", "list")
    assert run["run_id"] in said.problem["detail"]
    assert f"assent run watch {run['run_id']}" in said.problem["remedy"]
    assert f"assent run resume {run['run_id']}" in said.problem["remedy"]


def test_words_that_no_question_can_be_made_of_are_wrong_usage_and_no_fault_of_ours(
    here: tuple[Shell, Served],
) -> None:
    shell, _ = here
    said = shell("event", "emit", "")
    assert said.code == 1
    assert "cannot be understood" in said.err
    assert "at least 1 character" in said.err
    assert "fault" not in said.err
