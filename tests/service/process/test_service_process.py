"""The service as a real process: one to a home, killed, stopped, held after crashes."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from assent_engine.home import Home
from service.process.served import COMMAND, PATIENCE, ended, served, words
from service.shell import Shell, greeter, waiter, waiting_run

pytestmark = pytest.mark.process


@pytest.fixture
def leave_nothing(shell: Shell) -> Iterator[None]:
    """Nothing that a test started in the background outlives it."""
    with ExitStack() as stack:
        stack.callback(lambda: shell("service", "stop"))
        yield


@pytest.mark.usefixtures("leave_nothing")
def test_a_service_is_started_looked_at_and_stopped(shell: Shell) -> None:
    said = shell("service", "start", "--json")
    assert said.err == f"A new home was made: {shell.home}\n"
    started = said.json
    assert started["state"] == "ready"
    assert shell("service", "start").err == ""
    again, looked = shell.done("service", "start"), shell.done("service", "status")
    assert again["pid"] == looked["pid"] == started["pid"]
    assert "ready" in shell("service", "logs").out
    assert shell.done("service", "stop") == {"stopped": started["pid"]}
    assert shell.done("service", "status") == {"state": "stopped"}
    assert shell("service", "stop", "--json").problem["code"] == "service.not_running"


def test_two_that_start_it_at_once_are_both_told_of_the_one_that_runs(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    command = [*COMMAND, "service", "start", "--json", "--home", home]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    said = [json.loads(one.communicate(timeout=PATIENCE)[0]) for one in both]
    stopped = subprocess.run([*COMMAND, "service", "stop", "--home", home], check=False)
    assert [one.returncode for one in both] == [0, 0]
    assert said[0]["pid"] == said[1]["pid"]
    assert stopped.returncode == 0


def test_a_service_whose_door_was_removed_is_named_and_can_be_stopped(shell: Shell) -> None:
    shell.approved(greeter())
    with served(shell.home) as service:
        pid = words(service)["pid"]
        (shell.home / "owner-door" / "socket").unlink()
        asked = "service status", "run start Greeter", "policy disable Greeter", "event emit x"
        for command in asked:
            said = shell(*command.split(), "--json")
            assert said.problem["code"] == "service.no_door"
            assert f"Process {pid}" in said.problem["detail"]
        assert [one["name"] for one in shell.done("policy", "list")] == ["Greeter"]
        assert shell.done("service", "stop") == {"stopped": pid}
        assert service.wait(PATIENCE) == 0


def test_a_service_that_was_killed_is_said_to_have_had_no_end(shell: Shell) -> None:
    with served(shell.home) as service:
        words(service)
        assert "crashed" not in shell.done("service", "status")
        service.kill()
        service.wait(PATIENCE)
    said = shell.done("service", "status")
    assert (said["state"], list(said["crashed"])) == ("stopped", ["started"])
    assert "it crashed, was killed" in shell("service", "status").out
    with served(shell.home) as service:
        words(service)
        assert ended(service) == 0
    assert shell.done("service", "status") == {"state": "stopped"}


def test_a_service_that_cannot_start_says_why(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").touch()
    said = shell("service", "start", "--json", "--home", tmp_path)
    assert (said.code, said.problem["code"]) == (1, "home.foreign")


def test_a_second_service_is_told_who_has_the_home(tmp_path: Path) -> None:
    with served(tmp_path / "home") as first:
        pid = words(first)["pid"]
        with served(tmp_path / "home") as second:
            (problem,) = words(second)["problems"]
            assert second.wait(30) == 1
        assert problem["code"] == "home.locked"
        assert f"process {pid}, a service," in problem["detail"]
        assert ended(first) == 0
    assert Home(tmp_path / "home").holder() is None


def test_a_service_that_is_stopped_leaves_its_runs_to_go_on(shell: Shell) -> None:
    with served(shell.home) as service:
        words(service)
        run_id = waiting_run(shell)
        assert "1 run is open." in shell("service", "status").out
        assert ended(service) == 0
    assert not (shell.home / "open").exists()
    assert shell.done("run", "show", run_id)["status"] in ("RUNNING", "WAITING")
    with served(shell.home) as service:
        words(service)
        shell.done("run", "cancel", run_id, "--yes")
        assert shell.done("run", "show", run_id)["status"] == "CANCELLED"


def test_after_a_kill_the_home_is_free_and_the_next_service_goes_on(shell: Shell) -> None:
    with served(shell.home) as service:
        words(service)
        run_id = waiting_run(shell)
    with served(shell.home) as service:
        assert words(service)["state"] == "ready"
        assert shell.done("run", "show", run_id)["status"] in ("RUNNING", "WAITING")
        assert ended(service) == 0


def test_a_crash_is_logged_by_the_next_service(shell: Shell) -> None:
    for _ in range(2):
        with served(shell.home) as service:
            words(service)
    (line,) = [one for one in shell("service", "logs").out.splitlines() if "crashed" in one]
    assert "warning" in line
    assert "crashes_known=1" in line


def test_the_log_is_followed_until_the_reader_stops_it(shell: Shell) -> None:
    with served(shell.home) as service:
        pid = words(service)["pid"]
        command = [*COMMAND, "service", "logs", "--follow", "--json", "--home", str(shell.home)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
            assert reader.stdout is not None
            seen = [json.loads(reader.stdout.readline())]
            assert (seen[0]["message"], seen[0]["pid"]) == ("starting", pid)
            assert ended(service) == 0
            while seen[-1]["message"] != "stopped":
                seen.append(json.loads(reader.stdout.readline()))
            reader.send_signal(signal.SIGINT)
            assert reader.wait(PATIENCE) == 0


def test_a_stop_takes_no_more_than_five_seconds_whatever_is_under_way(shell: Shell) -> None:
    shell.approved(waiter())
    with served(shell.home) as service:
        words(service)
        for _ in range(3):
            waiting_run(shell)
        begun = time.monotonic()
        assert ended(service) == 0
        # The bound is the service's own; what is measured here includes the waiting for it.
        assert time.monotonic() - begun < 30


def test_after_five_crashes_the_engine_is_held_until_a_clean_stop(shell: Shell) -> None:
    shell.approved(greeter())
    for _ in range(5):
        with served(shell.home) as crashing:
            assert words(crashing)["state"] == "ready"
    with served(shell.home) as held:
        said = words(held)
        assert (said["state"], said["reason"]["code"]) == ("held", "service.safe_mode")
        assert shell.done("service", "status")["reason"]["code"] == "service.safe_mode"
        assert [one["name"] for one in shell.done("policy", "list")] == ["Greeter"]
        assert shell("run", "start", "Greeter", "--json").problem["code"] == "service.held"
        assert ended(held) == 0
    with served(shell.home) as again:
        assert words(again)["state"] == "ready"


def test_a_damaged_home_is_held_with_the_door_open(shell: Shell) -> None:
    shell.done("run", "start", shell.approved(greeter()))
    shell.change_store("UPDATE ledger SET run_hash = 'other'")
    with served(shell.home) as held:
        said = words(held)
        assert (said["state"], said["reason"]["code"]) == ("held", "store.damaged")
        assert shell.done("service", "status")["state"] == "held"
        assert ended(held) == 0


def test_it_needs_no_display_and_no_bus(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with served(tmp_path / "home", bare) as service:
        assert words(service)["state"] == "ready"
        assert ended(service) == 0
