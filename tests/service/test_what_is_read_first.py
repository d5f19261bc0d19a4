"""Before the yes: what a proposal does, at worst and against what is in force, is shown."""

import json
from typing import Any

import pytest

from assent_schemas import exact_json
from service.shell import REBALANCE, Shell, greeter, hidden_in

COMMANDS = ["policy show", "policy approve", "approvals show", "approvals approve"]
EVENT = {
    "type": "event",
    "name": "deposit",
    "when": {"variable": "$.amount", "numeric_greater_than": 1000},
}


def rebalance() -> Any:
    return json.loads(REBALANCE.read_text(encoding="utf-8"))


def text_before_the_question(shell: Shell, command: str, policy: str) -> str:
    """All that a command shows; off a terminal the question itself is not asked."""
    said = shell(*command.split(), policy)
    assert said.code == (2 if "approve" in command else 0), said
    return said.out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_risk_the_brief_and_the_worst_case_stand_before_the_document(
    shell: Shell, command: str
) -> None:
    made = shell.propose(rebalance())
    text = text_before_the_question(shell, command, made["policy_id"])
    order = (
        "\nHigh risk\n",
        "Runs trade.execute (high risk) without a bound, money without a bound.",
        "\nAt worst, in one run\n",
        "No bound on the money in one trade.execute",
        "\nIt may call\n",
        "\nWhat it does\n",
        "\nThe document\n",
    )
    places = [text.index(one) for one in order]
    assert places == sorted(places)
    assert "Against version" not in text


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_new_against_the_version_in_force_is_said_with_its_verdict(
    shell: Shell, command: str
) -> None:
    policy_id = shell.approved(greeter())
    shell.propose(greeter(policy_id=policy_id, version="2.0.0", triggers=[EVENT]))
    text = text_before_the_question(shell, command, policy_id)
    assert "\nAgainst version 1.0.0\n  Riskier: it may do more than before.\n" in text
    assert text.index("Against version") < text.index("\nThe document\n")


def test_a_program_is_told_the_same_by_both_commands(shell: Shell) -> None:
    policy_id = shell.approved(greeter())
    shell.propose(greeter(policy_id=policy_id, version="2.0.0", triggers=[EVENT]))
    told = shell.done("policy", "show", policy_id)["reading"]
    assert told["risk"] == "low"
    assert told["worst"][0] == "notify.user: at most once."
    assert (told["compared"]["against"], told["compared"]["verdict"]) == ("1.0.0", "riskier")
    assert shell.done("approvals", "show", policy_id)["reading"] == told


def test_the_owner_reads_all_that_the_agent_was_told_they_read(shell: Shell) -> None:
    made = shell.propose(rebalance())
    text = shell("policy", "show", made["policy_id"]).out
    (told,) = [shell.done("policy", "show", made["policy_id"])["reading"]]
    for section in told["reading"]["sections"]:
        assert f"\n{section['title']}\n" in text
        assert all(f"  {line}\n" in text for line in section["lines"])


def test_what_is_decided_is_shown_without_a_reading(shell: Shell) -> None:
    policy_id = shell.approved(greeter())
    assert shell.done("policy", "show", policy_id)["reading"] is None
    assert "At worst" not in shell("policy", "show", policy_id).out


def test_where_it_cannot_be_read_out_that_is_said_and_the_document_shown(shell: Shell) -> None:
    document = greeter(version="1.0.0")
    made = shell.propose(document)
    document["states"]["Tell"]["resource"] = "notify.nobody"
    kept = exact_json.encode({**document, "policy_id": made["policy_id"]})
    sql = "UPDATE policy_versions SET document = ?, hash = ? WHERE policy_id = ?"
    shell.change_store(sql, kept, exact_json.digest(exact_json.decode(kept)), made["policy_id"])
    text = shell("policy", "show", made["policy_id"]).out
    assert "\nWhat it does, and what it may do at worst, cannot be told\n" in text
    assert "notify.nobody" in text.partition("\nThe document\n")[0]


def test_a_trigger_is_said_in_words_and_its_condition_too(shell: Shell) -> None:
    hourly = {"type": "interval", "seconds": 3600}
    made = shell.propose(greeter(triggers=[hourly, EVENT]))
    facts = shell("policy", "show", made["policy_id"]).out.partition("\nLow risk\n")[0]
    assert "starts" in facts
    assert "every hour" in facts
    assert 'on each event "deposit"' in facts
    assert "only if $.amount is more than 1,000" in facts
    assert "{" not in facts


def test_an_author_hides_nothing_in_what_is_read_out(shell: Shell) -> None:
    document = greeter(description="a\x1b[2Jb\u202ec", triggers=[{**EVENT, "comment": "\x1b[1m"}])
    made = shell.propose(document)
    assert hidden_in(shell("policy", "show", made["policy_id"]).out) == set()
