"""Runs on the command line: started, listed, shown, resumed."""

from decimal import Decimal

import pytest

from service.conftest import Furnished
from service.shell import REBALANCE, Shell, failing, greeter, waiter


def test_a_run_shows_its_progress_and_its_end(furnished: Furnished) -> None:
    said = furnished.shell("run", "start", "Greeter")
    assert said.code == 0
    assert "intends notify.user" in said.out
    assert "notify.user -> " in said.out
    assert "COMPLETED" in said.out


def test_a_rebalance_run_moves_the_paper_portfolio(furnished: Furnished) -> None:
    shell = furnished.shell
    made = shell.done("policy", "propose", REBALANCE)
    shell.approve(made)
    run = shell.done("run", "start", made["policy_id"])
    portfolio = shell.done("portfolio", "show")
    assert run["status"] == "COMPLETED"
    assert portfolio["cash"] == Decimal("74.24")
    assert "P-4" in shell("portfolio", "show").out
    assert "trade.execute" in shell("run", "show", run["run_id"]).out
    log = shell.done("run", "show", run["run_id"])["saga_log"]
    assert len(log) == 4
    assert {entry["compensation"] for entry in log} == {"trade.execute"}


def test_numbers_keep_their_digits_through_a_run(shell: Shell) -> None:
    document = {"name": "Echo", "start_at": "End", "states": {"End": {"type": "Succeed"}}}
    shell.approved(document)
    given = '{"amount": 0.10, "big": 12345678901234567890, "small": 1.0}'
    run = shell("run", "start", "Echo", "--input", given, "--json")
    shown = shell("run", "show", run.json["run_id"], "--json")
    for said in (run, shown):
        assert '"amount": 0.10' in said.out
        assert '"big": 12345678901234567890' in said.out
        assert '"small": 1.0' in said.out


def test_a_policy_that_was_not_approved_does_not_start(shell: Shell) -> None:
    shell.propose(greeter())
    said = shell("run", "start", "Greeter", "--json")
    assert said.problem["code"] == "policy.not_approved"
    assert "assent policy approve" in said.problem["remedy"]
    assert shell.done("run", "list") == []


def test_a_disabled_policy_does_not_start(furnished: Furnished) -> None:
    furnished.shell.done("policy", "disable", "Greeter")
    said = furnished.shell("run", "start", "Greeter", "--json")
    assert said.problem["code"] == "policy.disabled"
    assert len(furnished.shell.done("run", "list")) == 1


def test_a_failed_run_exits_with_1_and_says_where_to_look(shell: Shell) -> None:
    shell.approved(failing())
    said = shell("run", "start", "Failing")
    assert said.code == 1
    assert "Broken: on purpose" in said.out
    assert "assent run show" in said.out
    assert "Failing ended FAILED" in shell("run", "show", "").out


def test_an_input_that_breaks_the_schema_is_refused_before_anything_starts(shell: Shell) -> None:
    schema = {"type": "object", "properties": {"amount": {"type": "number"}}}
    shell.approved(greeter(input_schema=schema))
    said = shell("run", "start", "Greeter", "--input", '{"amount": "much"}', "--json")
    assert said.code == 1
    assert said.problem["pointer"] == "/amount"
    assert shell.done("run", "list") == []


def test_a_run_is_listed_with_its_policy_and_found_by_the_id_in_the_list(
    furnished: Furnished,
) -> None:
    (row,) = furnished.shell.done("run", "list")
    assert (row["run_id"], row["policy"]) == (furnished.run_id, "Greeter")
    line = furnished.shell("run", "list").out.splitlines()[1]
    assert furnished.shell.done("run", "show", line.split()[0])["run_id"] == furnished.run_id


def test_a_shown_run_has_its_journal_saga_log_and_notices(furnished: Furnished) -> None:
    shown = furnished.shell.done("run", "show", furnished.run_id)
    assert [entry["kind"] for entry in shown["journal"]] == ["start", "intent", "step", "end"]
    assert shown["saga_log"][0]["resource"] == "notify.user"
    assert shown["notices"] == ["hello"]
    said = furnished.shell("run", "show", furnished.run_id[:8]).out
    assert all(word in said for word in ("Timeline", "Done to the outside", "Notices", "hello"))


def test_the_start_of_several_ids_names_no_run(furnished: Furnished) -> None:
    furnished.shell.done("run", "start", "Greeter")
    said = furnished.shell("run", "show", "", "--json")
    assert said.problem["code"] == "run.ambiguous"
    assert "2 runs" in said.problem["detail"]


def test_a_run_that_waits_is_done_for_now_and_says_how_it_goes_on(shell: Shell) -> None:
    shell.approved(waiter())
    said = shell("run", "start", "Waiter")
    (row,) = shell.done("run", "list")
    assert said.code == 0
    assert "waits until 2099-01-01" in said.out
    assert row["status"] == "WAITING"
    assert f"assent run resume {row['run_id']}" in said.out


def test_resume_takes_one_run_or_all_that_have_not_ended(shell: Shell) -> None:
    shell.approved(waiter())
    one, other = (shell.done("run", "start", "Waiter")["run_id"] for _ in range(2))
    assert {run["run_id"] for run in shell.done("run", "resume")} == {one, other}
    assert [run["run_id"] for run in shell.done("run", "resume", one[:8])] == [one]


def test_resume_with_nothing_to_resume_says_so(furnished: Furnished) -> None:
    assert "No run is open" in furnished.shell("run", "resume").out
    assert furnished.shell.done("run", "resume") == []


def test_a_run_that_has_ended_is_not_resumed(furnished: Furnished) -> None:
    said = furnished.shell("run", "resume", furnished.run_id, "--json")
    assert said.problem["code"] == "run.ended"
    assert "COMPLETED" in said.problem["detail"]


def test_a_run_of_a_disabled_policy_pauses_and_goes_on_when_enabled(shell: Shell) -> None:
    shell.approved(waiter())
    shell.done("run", "start", "Waiter")
    shell.done("policy", "disable", "Waiter")
    paused = shell("run", "resume", "--json")
    assert (paused.code, paused.json[0]["status"]) == (1, "PAUSED")
    shell.done("policy", "enable", "Waiter")
    assert shell.done("run", "resume")[0]["status"] == "WAITING"


def test_a_run_keeps_its_own_version(shell: Shell) -> None:
    policy_id = shell.approved(waiter())
    shell.done("run", "start", policy_id)
    shell.approved(greeter("Waiter", policy_id=policy_id))
    assert shell.done("run", "resume")[0]["status"] == "WAITING"
    assert shell.done("run", "list")[0]["version"] == "1.0.0"


@pytest.mark.parametrize("words", [("start", "Nobody"), ("show", "x"), ("resume", "x")])
def test_a_wrong_reference_says_where_to_look(furnished: Furnished, words: tuple[str, str]) -> None:
    said = furnished.shell("run", *words, "--json")
    assert said.code == 1
    assert "List them: assent" in said.problem["remedy"]
