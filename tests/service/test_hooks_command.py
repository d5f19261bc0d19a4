"""assent hooks, and where its owner sees that a trigger waits for a webhook in vain."""

import socket
from pathlib import Path
from typing import Any

from assent_engine.home import SERVICE, Home
from service.shell import Shell, greeter

WAITS = greeter(triggers=[{"type": "webhook", "name": "bank"}])


def check(shell: Shell) -> Any:
    (found,) = shell("doctor", "--only", "hooks", "--json").json["checks"]
    return found


def test_a_secret_is_shown_once_with_the_line_that_calls_the_webhook(shell: Shell) -> None:
    said = shell("hooks", "add", "bank").out
    made = shell.done("hooks", "rotate", "bank")
    assert "shown this once" in said
    assert "curl -sS -X POST http://127.0.0.1:27736/hooks/bank" in said
    assert f"Authorization: Bearer {made['secret']}" in made["curl"]
    assert "Switch them on: assent hooks on" in said
    assert made["secret"] not in shell("hooks", "list").out + shell("hooks", "list", "--json").out


def test_it_is_off_at_first_and_stays_as_it_was_set(shell: Shell) -> None:
    shell.done("hooks", "add", "bank")
    first = shell.done("hooks", "status")
    assert (first["on"], first["listening"], first["port"]) == (False, False, 27736)
    assert "switched off" in shell("hooks", "status").out
    shell.done("hooks", "on", "--port", "2000")
    shell.done("hooks", "off")
    assert shell.done("hooks", "on")["port"] == 2000
    assert "No service runs: assent service start" in shell("hooks", "status").out


def test_proposing_and_approving_warn_of_a_webhook_that_nobody_can_call(shell: Shell) -> None:
    made = shell.propose(WAITS)
    (warning,) = made["warnings"]
    assert (warning["code"], warning["remedy"]) == ("hook.deaf", "Make it: assent hooks add bank")
    said = shell("policy", "approve", made["policy_id"], "--hash", made["hash"]).out
    assert "Warning hook.deaf: There is no webhook bank" in said
    shell.done("hooks", "add", "bank")
    assert "webhooks are switched off" in shell.propose(WAITS)["warnings"][0]["detail"]
    shell.done("hooks", "on")
    assert shell.propose(WAITS)["warnings"] == []


def test_the_triggers_of_a_revoked_webhook_say_so(shell: Shell) -> None:
    shell.approved(WAITS)
    shell.done("hooks", "add", "bank")
    shell.done("hooks", "on")
    assert [one["deaf"] for one in shell.done("trigger", "list")] == [None]
    assert shell.done("forecast")["warnings"] == []
    assert shell.done("hooks", "revoke", "bank") == {"revoked": "bank", "waiting": 1}
    assert "revoked at" in shell.done("trigger", "list")[0]["deaf"]["detail"]
    assert "never: The webhook bank was revoked" in shell("trigger", "list").out
    assert "Warning hook.deaf: The webhook bank was revoked" in shell("forecast").out
    assert shell.done("forecast")["warnings"][0]["code"] == "hook.deaf"
    assert "revoked" in shell("hooks", "list").out


def test_the_doctor_says_what_waits_in_vain(shell: Shell) -> None:
    assert check(shell)["verdict"] == "ok"
    shell.approved(WAITS)
    found = check(shell)
    assert (found["verdict"], found["remedy"]) == ("warn", "Make it: assent hooks add bank")
    shell.done("hooks", "add", "bank")
    shell.done("hooks", "on")
    assert check(shell)["finding"] == "1 webhooks, listened to at port 27736."


def test_the_doctor_finds_secrets_that_are_lost_or_open_to_others(shell: Shell) -> None:
    shell.done("hooks", "add", "hub", "--signed")
    (file,) = (shell.home / "hooks").iterdir()
    file.chmod(0o644)
    found = check(shell)
    assert (found["verdict"], "open to other users" in found["finding"]) == ("fail", True)
    file.unlink()
    found = check(shell)
    assert (found["verdict"], found["remedy"]) == (
        "fail",
        "Give it another one: assent hooks rotate hub",
    )


def test_the_doctor_misses_the_listener_of_a_service_that_runs(shell: Shell) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        shell.done("hooks", "on", "--port", str(probe.getsockname()[1]))
        with Home(shell.home).locked(SERVICE):
            found = check(shell)
            assert (found["verdict"], found["remedy"]) == ("fail", "See why: assent hooks status")
            probe.listen()
            assert check(shell)["verdict"] == "ok"


def test_the_secret_of_a_signer_is_not_wrapped_on_a_terminal(shell: Shell, tmp_path: Path) -> None:
    lines = shell("hooks", "add", "hub", "--signed").out.splitlines()
    (line,) = [one for one in lines if "curl" in one]
    assert line.endswith("-d '{}'")


def test_a_secret_that_was_given_is_not_shown_again(shell: Shell, tmp_path: Path) -> None:
    secret = "whsec_" + "y" * 32
    (tmp_path / "secret").write_text(f"{secret}\n")
    said = shell("hooks", "add", "pay", "--signed", "--secret-from", tmp_path / "secret")
    assert (said.code, secret in said.out) == (0, False)
    assert "has the secret that you gave" in said.out
    (kept,) = (shell.home / "hooks").iterdir()
    assert kept.read_text() == secret
    (tmp_path / "secret").write_bytes(b"\xff" * 2000)
    unread = shell("hooks", "add", "b", "--signed", "--secret-from", tmp_path / "secret", "--json")
    assert unread.problem["code"] == "hook.secret"
    refused = shell("hooks", "add", "b", "--secret-from", "-", "--json", stdin=secret)
    assert refused.problem["code"] == "hook.secret"
