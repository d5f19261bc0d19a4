"""Words of an untrusted author: shown escaped wherever they come up."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.shell import HOSTILE, Shell, hidden_in, written

SHOWN = r"Evil\u001b[31m[red]x[/red]\u202ecba\nnext\u200bline\udb40\udc41\u3164"


def policy(**more: Any) -> dict[str, Any]:
    tell = {
        "type": "Task",
        "resource": "notify.user",
        "parameters": {"msg": HOSTILE},
        "next": "Wait\x1b[2J",
    }
    fail = {"type": "Fail", "error": HOSTILE, "cause": HOSTILE}
    states = {HOSTILE: tell, "Wait\x1b[2J": fail}
    return {"name": HOSTILE, "description": HOSTILE, "start_at": HOSTILE, "states": states, **more}


@pytest.fixture
def policy_id(shell: Shell) -> str:
    return shell.approved(policy())


@pytest.mark.parametrize(
    "words",
    [
        "policy list",
        "policy show {id}",
        "policy disable {id}",
        "policy enable {id}",
        "policy remove {id} --yes",
        "run list",
        "run start {id}",
        "run show {run}",
        "policy rollback {id}",
        "policy reject {id}",
        "run start nobody",
    ],
)
def test_a_hostile_name_is_shown_escaped(shell: Shell, policy_id: str, words: str) -> None:
    run = shell("run", "start", policy_id, "--json").json
    said = shell(*words.format(id=policy_id, run=run["run_id"]).split())
    assert hidden_in(said.out + said.err) == set()
    assert SHOWN in said.out + said.err or "nobody" in words


@pytest.mark.parametrize("verb", ["validate", "propose", "simulate"])
def test_a_hostile_draft_is_shown_escaped(shell: Shell, tmp_path: Path, verb: str) -> None:
    draft = written(tmp_path / "draft.json", policy())
    said = shell("policy", verb, draft)
    assert hidden_in(said.out + said.err) == set()
    assert SHOWN in said.out


def test_a_hostile_author_is_shown_escaped(shell: Shell) -> None:
    draft = json.dumps(policy())
    shell.done("policy", "propose", "-", "--by", HOSTILE, stdin=draft)
    said = shell("policy", "show", "Evil" + HOSTILE[4:])
    assert f"by {SHOWN}" in said.out
    assert hidden_in(said.out) == set()


def test_what_is_shown_before_approval_is_escaped_and_still_the_same_document(
    shell: Shell,
) -> None:
    made = shell.propose(policy())
    said = shell("policy", "approve", made["policy_id"])
    assert hidden_in(said.out + said.err) == set()
    document = json.loads(said.out.partition("The document\n")[2])
    assert document["states"] == policy()["states"]
    assert document["description"] == HOSTILE


def test_progress_end_and_notices_are_escaped(shell: Shell, policy_id: str) -> None:
    started = shell("run", "start", policy_id)
    assert started.code == 1
    assert rf"  {SHOWN[:40]}" in started.out
    assert f"reason  {SHOWN}: {SHOWN}" in started.out
    shown = shell("run", "show", "").out
    assert f"Notices\n  {SHOWN}\n" in shown
    assert f"{SHOWN} ended FAILED" in shown


@pytest.mark.parametrize("name", [HOSTILE, f"x{HOSTILE}"])
def test_problems_that_name_hostile_things_are_escaped(shell: Shell, name: str) -> None:
    shell.propose(policy())
    shell.propose(policy())
    broken = policy(start_at=name + "?") | {HOSTILE: 1}
    for said in (
        shell("policy", "validate", "-", stdin=json.dumps(broken)),
        shell("policy", "show", name),
        shell("run", "show", name),
    ):
        assert said.code == 1
        assert hidden_in(said.err) == set()


def test_json_gives_hostile_words_to_programs_as_they_are(shell: Shell, policy_id: str) -> None:
    assert shell.done("policy", "list")[0]["name"] == HOSTILE
    assert shell.done("policy", "show", policy_id)["document"]["description"] == HOSTILE
