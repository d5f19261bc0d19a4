"""A policy's life on the command line, from a draft to its removal."""

import json
from pathlib import Path

import pytest

from service.conftest import Furnished
from service.shell import Shell, greeter, waiter, written


def test_a_policy_lives_from_draft_to_removal(shell: Shell, tmp_path: Path) -> None:
    draft = written(tmp_path / "draft.json", greeter())
    assert shell.done("policy", "validate", draft)["valid"] is True
    made = shell.done("policy", "propose", draft, "--by", "my-agent")
    assert shell("run", "start", "Greeter").code == 1
    shell.approve(made)
    assert shell.done("run", "start", "Greeter")["status"] == "COMPLETED"
    shell.done("policy", "disable", "Greeter")
    assert shell("run", "start", "Greeter").code == 1
    shell.done("policy", "enable", "Greeter")
    assert shell("run", "start", "Greeter").code == 0
    shell.done("policy", "remove", "Greeter", "--yes")
    assert shell("run", "start", "Greeter", "--json").problem["code"] == "policy.removed"
    assert shell("policy", "enable", "Greeter", "--json").problem["code"] == "policy.removed"
    assert shell.done("policy", "list")[0]["status"] == "removed"


def test_a_proposal_is_named_by_id_version_and_hash_and_tells_the_next_step(shell: Shell) -> None:
    said = shell("policy", "propose", "-", stdin=json.dumps(greeter()))
    (row,) = shell.done("policy", "list")
    shown = shell.done("policy", "show", "Greeter")
    assert "Proposed Greeter, version 1.0.0" in said.out
    assert shown["hash"] in said.out
    assert f"assent policy approve {row['policy_id']}" in said.out


def test_who_proposed_is_shown_to_who_decides(shell: Shell, tmp_path: Path) -> None:
    draft = written(tmp_path / "draft.json", greeter())
    shell.done("policy", "propose", draft, "--by", "my-agent")
    assert shell.done("policy", "show", "Greeter")["proposed_by"] == "my-agent"
    assert "by my-agent" in shell("policy", "show", "Greeter").out


def test_a_shown_proposal_has_its_document_its_hash_and_what_it_may_call(shell: Shell) -> None:
    made = shell.propose(greeter())
    said = shell("policy", "show", "Greeter").out
    assert made["hash"] in said
    assert "acts, low risk  notify.user" in said
    assert "waits for you" in said
    assert "no version yet" in said
    document = json.loads(said.partition("The document\n")[2])
    assert document["states"] == greeter()["states"]


def test_the_shown_document_is_the_approved_one_to_the_digit(shell: Shell) -> None:
    text = json.dumps(greeter(context_defaults={"amount": 7})).replace(": 7", ": 0.10")
    shell.done("policy", "propose", "-", stdin=text)
    assert '"amount": 0.10' in shell("policy", "show", "Greeter").out
    assert '"amount": 0.10' in shell("policy", "show", "Greeter", "--json").out


def test_a_long_text_is_shown_whole_and_unbroken(shell: Shell) -> None:
    long = "a  b " * 300
    shell.propose(greeter(description=long))
    assert json.dumps(long) in shell("policy", "show", "Greeter").out


def test_an_approval_pins_who_and_when(shell: Shell) -> None:
    shell.approved(greeter())
    shown = shell.done("policy", "show", "Greeter")
    assert shown["decision"] == "approved"
    assert shown["decided_by"]
    assert shown["decided_at"] > "2026"
    assert "approved by" in shell("policy", "show", "Greeter").out


def test_another_hash_is_refused_and_approves_nothing(shell: Shell) -> None:
    made = shell.propose(greeter())
    said = shell("policy", "approve", "Greeter", "--hash", "f" * 64, "--json")
    assert said.problem["code"] == "approval.other_document"
    assert made["hash"] in said.problem["detail"]
    assert shell.done("policy", "show", "Greeter")["decision"] is None


def test_a_part_of_the_hash_is_no_consent(shell: Shell) -> None:
    made = shell.propose(greeter())
    assert shell("policy", "approve", "Greeter", "--hash", made["hash"][:12]).code == 1


def test_without_a_terminal_the_document_is_shown_and_its_hash_asked_for(shell: Shell) -> None:
    made = shell.propose(greeter())
    said = shell("policy", "approve", "Greeter", stdin="y\n")
    assert said.code == 2
    assert f"--hash {made['hash']}" in said.err
    assert "The document" in said.out
    assert shell.done("policy", "list")[0]["active_version"] is None


def test_without_a_terminal_a_program_is_told_the_hash_as_a_problem(shell: Shell) -> None:
    made = shell.propose(greeter())
    said = shell("policy", "approve", "Greeter", "--json", stdin="y\n")
    assert said.code == 2
    assert made["hash"] in said.problem["detail"]
    assert shell.done("policy", "list")[0]["active_version"] is None


def test_nothing_is_asked_about_what_is_decided(shell: Shell) -> None:
    shell.approved(greeter())
    said = shell("policy", "approve", "Greeter", "--version", "1.0.0")
    assert (said.code, said.out) == (1, "")
    assert "approval.decided" in said.err
    assert "no proposal that waits" in shell("policy", "approve", "Greeter").err


def test_a_rejected_proposal_never_runs(shell: Shell) -> None:
    made = shell.propose(greeter())
    shell.done("policy", "reject", "Greeter")
    again = shell("policy", "approve", "Greeter", "--version", "1.0.0", "--hash", made["hash"])
    assert "was rejected by" in again.err
    assert shell("run", "start", "Greeter", "--json").problem["code"] == "policy.not_approved"
    assert shell.done("policy", "show", "Greeter")["decision"] == "rejected"


def test_a_policy_that_was_never_approved_is_not_listed_as_enabled(shell: Shell) -> None:
    shell.propose(greeter())
    said = shell("policy", "list").out
    assert "not approved" in said
    assert "enabled" not in said


def test_a_second_version_waits_beside_the_one_in_force(furnished: Furnished) -> None:
    (row,) = furnished.shell.done("policy", "list")
    assert row["active_version"] == "1.1.0"
    assert row["versions"] == {"1.0.0": "approved", "1.1.0": "approved", "1.2.0": "proposed"}
    said = furnished.shell("policy", "show", "Greeter").out
    assert "version 1.1.0, which this one would replace" in said


def test_show_takes_what_waits_then_what_is_in_force(furnished: Furnished) -> None:
    shell = furnished.shell
    assert shell.done("policy", "show", "Greeter")["version"] == "1.2.0"
    shell.done("policy", "reject", "Greeter")
    assert shell.done("policy", "show", "Greeter")["version"] == "1.1.0"
    assert "this version" in shell("policy", "show", "Greeter").out
    assert shell.done("policy", "show", "Greeter", "--version", "1.0.0")["version"] == "1.0.0"


def test_rollback_brings_the_version_before_back(furnished: Furnished) -> None:
    done = furnished.shell.done("policy", "rollback", "Greeter")
    assert done["version"] == "1.0.0"
    assert furnished.shell.done("policy", "list")[0]["active_version"] == "1.0.0"
    assert furnished.shell("policy", "rollback", "Greeter").code == 1


def test_rollback_to_what_was_never_approved_is_refused(furnished: Furnished) -> None:
    said = furnished.shell("policy", "rollback", "Greeter", "--to", "1.2.0", "--json")
    assert said.problem["code"] == "policy.no_such_version"
    assert furnished.shell.done("policy", "list")[0]["active_version"] == "1.1.0"


def test_the_same_version_is_not_proposed_twice(furnished: Furnished) -> None:
    document = greeter(policy_id=furnished.policy_id, version="1.0.0")
    said = furnished.shell("policy", "propose", "-", "--json", stdin=json.dumps(document))
    assert said.problem["code"] == "policy.version_exists"
    assert said.problem["remedy"]


def test_a_policy_is_found_by_the_start_of_its_id(furnished: Furnished) -> None:
    shown = furnished.shell.done("policy", "show", furnished.policy_id[:6])
    assert shown["policy_id"] == furnished.policy_id


def test_the_id_in_the_list_is_enough_for_every_command(shell: Shell) -> None:
    shell.propose(greeter())
    shell.propose(waiter())
    line = shell("policy", "list").out.splitlines()[2]
    assert shell.done("policy", "show", line.split()[1])["name"] == "Waiter"


def test_a_name_that_two_policies_have_is_asked_back_with_their_ids(shell: Shell) -> None:
    one, other = shell.propose(greeter()), shell.propose(greeter())
    said = shell("policy", "disable", "Greeter", "--json")
    assert said.problem["code"] == "policy.ambiguous"
    assert one["policy_id"] in said.problem["detail"]
    assert other["policy_id"] in said.problem["detail"]


def test_proposing_a_name_that_is_taken_tells_how_to_make_it_a_version(shell: Shell) -> None:
    first = shell.propose(greeter())
    said = shell("policy", "propose", "-", stdin=json.dumps(greeter()))
    assert f'"policy_id": "{first["policy_id"]}"' in said.out


@pytest.mark.parametrize("verb", ["show", "approve", "reject", "disable", "rollback", "remove"])
def test_an_almost_right_name_is_asked_back(furnished: Furnished, verb: str) -> None:
    said = furnished.shell("policy", verb, "Greter", "--json")
    assert said.problem["code"] == "policy.unknown"
    assert said.problem["remedy"] == 'Did you mean "Greeter"?'


def test_a_name_like_no_other_is_sent_to_the_list(furnished: Furnished) -> None:
    said = furnished.shell("policy", "show", "xyzzy", "--json")
    assert said.problem["remedy"] == "List them: assent policy list"


@pytest.mark.parametrize("command", ["policy show", "policy approve", "run start"])
def test_a_document_that_was_changed_in_the_database_is_refused(shell: Shell, command: str) -> None:
    shell.propose(greeter()) if "approve" in command else shell.approved(greeter())
    sql = "UPDATE policy_versions SET document = CAST(replace(document, 'hello', 'HELLO') AS BLOB)"
    shell.change_store(sql)
    said = shell(*command.split(), "Greeter", "--json")
    assert said.code == 1
    assert said.problem["code"] == "policy.tampered"


def test_a_changed_document_with_a_matching_hash_is_still_not_the_approved_one(
    shell: Shell,
) -> None:
    shell.approved(greeter())
    other = shell.propose(greeter("Other"))
    shell.change_store(
        "UPDATE policy_versions SET (hash, document) ="
        " (SELECT hash, document FROM policy_versions WHERE policy_id = ?) WHERE policy_id != ?",
        other["policy_id"],
        other["policy_id"],
    )
    assert shell("policy", "show", "Greeter", "--json").problem["code"] == "policy.tampered"
