"""Ending a run on the command line: what it did is shown, and then reversed or kept."""

from typing import Any

import pytest

from service.conftest import Furnished
from service.shell import HOSTILE, Shell, hidden_in, waiter, waiting_run

BUY = {
    "type": "Task",
    "resource": "trade.execute",
    "parameters": {"ticker": "BND", "quantity": 1, "side": "buy"},
    "next": "Wait",
}


def bought(shell: Shell, name: str = "Buying") -> str:
    """The id of a run that has bought something and waits."""
    document = {**waiter(name), "start_at": "Buy"}
    document["states"] = {"Buy": BUY, **document["states"]}
    return str(shell.done("run", "start", shell.approved(document))["run_id"])


def settled(shell: Shell, run: str) -> list[Any]:
    return [one["settled"] for one in shell.done("run", "show", run)["saga_log"]]


def test_what_was_done_is_shown_and_reversed(furnished: Furnished) -> None:
    shell = furnished.shell
    run = bought(shell)
    before = shell.done("portfolio", "show")["cash"]
    said = shell("run", "cancel", run[:8], "--yes")
    assert said.code == 0
    shown, _, ended = said.out.partition("reverses by trade.execute")
    assert "Done, and to be reversed, the latest first" in shown
    assert "can be reversed by trade.execute" in shown
    assert "CANCELLED" in ended
    assert settled(shell, run) == ["compensated"]
    assert shell.done("portfolio", "show")["cash"] > before


def test_kept_it_stands(furnished: Furnished) -> None:
    shell = furnished.shell
    run = bought(shell)
    said = shell("run", "cancel", run, "--keep", "--yes")
    assert (said.code, "Done, and kept" in said.out) == (0, True)
    assert settled(shell, run) == [None]
    assert shell.done("run", "show", run)["status"] == "CANCELLED"


def test_a_run_that_did_nothing_says_so(shell: Shell) -> None:
    said = shell("run", "cancel", waiting_run(shell), "--yes")
    assert (said.code, "It has changed nothing outside that stands." in said.out) == (0, True)


def test_without_a_terminal_nobody_is_asked_and_nothing_is_done(shell: Shell) -> None:
    run = waiting_run(shell)
    said = shell("run", "cancel", run)
    assert said.code == 2
    assert "--yes" in said.err
    assert shell.done("run", "show", run)["status"] == "WAITING"


@pytest.mark.parametrize(("answer", "code", "status"), [("y", 0, "CANCELLED"), ("n", 1, "WAITING")])
def test_on_a_terminal_the_owner_is_asked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, status: str
) -> None:
    run = waiting_run(shell)
    monkeypatch.setattr("assent_service.cli.asking.asks_here", lambda: True)
    said = shell("run", "cancel", run, stdin=f"{answer}\n")
    assert said.code == code
    assert ("run.cancel_declined" in said.err) == (answer == "n")
    assert shell.done("run", "show", run)["status"] == status


def test_for_a_program_only_the_end_is_on_standard_output(furnished: Furnished) -> None:
    said = furnished.shell("run", "cancel", bought(furnished.shell), "--yes", "--json")
    assert said.json["status"] == "CANCELLED"


def test_hostile_names_are_shown_escaped(furnished: Furnished) -> None:
    said = furnished.shell("run", "cancel", bought(furnished.shell, HOSTILE), "--yes")
    assert said.code == 0
    assert hidden_in(said.out) == set()


def test_a_run_that_has_ended_is_neither_shown_nor_asked_about(furnished: Furnished) -> None:
    said = furnished.shell("run", "cancel", furnished.run_id)
    assert (said.code, said.out) == (1, "")
    assert "run.ended" in said.err


def test_what_called_runs_did_is_shown_before_it_is_asked_and_reversed(
    furnished: Furnished,
) -> None:
    shell = furnished.shell
    called = {**waiter("Called"), "start_at": "Order"}
    called["states"] = {"Order": BUY, **called["states"]}
    shell.approved(called)
    call = {"type": "Task", "resource": "policy.run", "parameters": {"policy": "Called"}}
    caller = {**waiter("Caller"), "start_at": "Buy"}
    caller["states"] = {
        "Buy": {**BUY, "next": "Call"},
        "Call": {**call, "next": "Wait"},
        **caller["states"],
    }
    run = str(shell.done("run", "start", shell.approved(caller))["run_id"])
    (below,) = [one["run_id"] for one in shell.done("run", "list") if one["parent_run"] == run]
    said = shell("run", "cancel", run, "--yes")
    shown, _, _ = said.out.partition("CANCELLED")
    assert said.code == 0
    # The latest first: what the called run did came after its caller's own order.
    assert shown.index("Order") < shown.index("Buy")
    assert f"called run {below[:8]}" in " ".join(shown.split())
    assert settled(shell, run) == settled(shell, below) == ["compensated"]
