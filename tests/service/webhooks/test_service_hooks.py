"""Webhooks of the real service, by real commands and a real HTTP client."""

import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from service.process.served import ended, served, words
from service.shell import Shell, greeter
from service.webhooks.stages import free_port, waits_for

pytestmark = pytest.mark.process
LONG = 30


@pytest.fixture
def port() -> int:
    return free_port()


@contextmanager
def listening(shell: Shell, port: int) -> Iterator[Any]:
    """The service of a home that listens to webhooks; it is stopped cleanly."""
    shell.done("hooks", "on", "--port", str(port))
    with served(shell.home) as service:
        assert words(service)["state"] == "ready"
        yield service
        assert ended(service) == 0


def post(port: int, name: str, secret: str, delivery: str = "") -> int:
    to = http.client.HTTPConnection("127.0.0.1", port, timeout=LONG)
    given = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    given |= {"Idempotency-Key": delivery} if delivery else {}
    to.request("POST", f"/hooks/{name}", b"{}", given)
    answer = to.getresponse()
    answer.read()
    to.close()
    return answer.status


def runs_that_ended(shell: Shell, events: "subprocess.Popen[str]", count: int) -> list[str]:
    """The statuses of so many runs, once the service has told that they ended."""
    assert events.stdout is not None
    seen = 0
    for line in events.stdout:
        seen += '"run.ended"' in line
        if seen == count:
            break
    return [str(one["status"]) for one in shell.done("run", "list")]


FOLLOW = """
import asyncio, sys
from pathlib import Path
from assent_client.client import connected

async def follow():
    async with connected(Path(sys.argv[1]), "test/1.0") as client, client.events() as events:
        print("following", flush=True)
        async for event in events:
            print(f'"{event.type}"', flush=True)

asyncio.run(follow())
"""


@contextmanager
def followed(home: Path) -> Iterator["subprocess.Popen[str]"]:
    """What the service tells, in lines; from when this begins."""
    command = [sys.executable, "-c", FOLLOW, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as told:
        assert told.stdout is not None
        assert told.stdout.readline() == "following\n"
        try:
            yield told
        finally:
            told.kill()


def test_a_call_starts_a_run_and_a_second_delivery_of_it_none(shell: Shell, port: int) -> None:
    shell.approved(greeter(triggers=[waits_for("bank")]))
    secret = shell.done("hooks", "add", "bank")["secret"]
    with listening(shell, port), followed(shell.home) as told:
        assert post(port, "bank", secret, "1") == HTTPStatus.ACCEPTED
        assert runs_that_ended(shell, told, 1) == ["COMPLETED"]
        assert post(port, "bank", secret, "1") == HTTPStatus.OK
        assert post(port, "bank", "wrong") == HTTPStatus.UNAUTHORIZED
        (listed,) = shell.done("hooks", "list")
        assert (listed["calls"], listed["triggers"]) == (1, 1)
        assert listed["called_at"] is not None
        (record,) = shell.done("trigger", "history")
        assert (record["status"], record["trigger"].partition("-")[0]) == ("ran", "webhook")


@pytest.mark.skipif(
    not {"curl", "openssl"} <= {name for name in ("curl", "openssl") if shutil.which(name)},
    reason="needs curl and openssl",
)
def test_the_line_that_is_shown_calls_the_webhook(shell: Shell, port: int) -> None:
    with listening(shell, port):
        for more in ((), ("--signed",)):
            made = shell.done("hooks", "add", f"hook{len(more)}", *more)
            assert made["listening"]
            line = f"{made['curl']} -w ' %{{http_code}}'"
            assert subprocess.check_output(["/bin/bash", "-c", line]).endswith(b" 202")
        assert [one["calls"] for one in shell.done("hooks", "list")] == [1, 1]


def test_off_means_that_nobody_answers_and_on_that_the_service_does(
    shell: Shell, port: int
) -> None:
    secret = shell.done("hooks", "add", "bank")["secret"]
    with served(shell.home) as service:
        words(service)
        with pytest.raises(ConnectionRefusedError):
            post(port, "bank", secret)
        assert shell.done("hooks", "on", "--port", str(port))["listening"]
        assert post(port, "bank", secret) == HTTPStatus.ACCEPTED
        assert not shell.done("hooks", "off")["listening"]
        with pytest.raises(ConnectionRefusedError):
            post(port, "bank", secret)
        assert ended(service) == 0


def test_what_was_taken_before_a_kill_runs_after_it_and_once(shell: Shell, port: int) -> None:
    shell.approved(greeter(triggers=[waits_for("bank", overlap="buffer_all")]))
    secret = shell.done("hooks", "add", "bank")["secret"]
    shell.done("hooks", "on", "--port", str(port))
    with served(shell.home) as service:
        words(service)
        taken = [post(port, "bank", secret, str(at)) for at in range(5)]
        service.kill()
        service.wait()
    assert taken == [HTTPStatus.ACCEPTED] * 5
    with served(shell.home) as service:
        words(service)
        again = [post(port, "bank", secret, str(at)) for at in range(5)]
        assert again == [HTTPStatus.OK] * 5
        records = shell.done("trigger", "history")
        assert len(records) == 5
        assert {one["status"] for one in records} <= {"ran", "queued"}
        assert ended(service) == 0


def test_held_it_takes_nothing_and_says_when_to_come_again(shell: Shell, port: int) -> None:
    secret = shell.done("hooks", "add", "bank")["secret"]
    shell.done("hooks", "on", "--port", str(port))
    for _ in range(5):
        with served(shell.home) as service:
            words(service)
    with served(shell.home) as service:
        assert words(service)["state"] == "held"
        assert post(port, "bank", secret) == HTTPStatus.SERVICE_UNAVAILABLE
        assert post(port, "bank", "wrong") == HTTPStatus.UNAUTHORIZED


def test_no_secret_is_in_the_log_the_audit_the_store_or_a_backup(
    shell: Shell, port: int, tmp_path: Path
) -> None:
    with listening(shell, port):
        secrets = [
            shell.done("hooks", "add", "bank")["secret"],
            shell.done("hooks", "add", "hub", "--signed")["secret"],
        ]
        for name, secret in zip(("bank", "hub"), secrets, strict=True):
            post(port, name, secret)
            post(port, "nobody", secret)
        shell.done("backup", tmp_path / "backup")
        audit = shell("hooks", "list", "--json").out
    texts = {"list": audit.encode(), "backup": (tmp_path / "backup").read_bytes()}
    kept = shell.home / "hooks"
    for one in shell.home.rglob("*"):
        if one.is_file() and one.parent != kept:
            texts[os.fspath(one)] = one.read_bytes()
    found = [(name, at) for name, text in texts.items() for at in secrets if at.encode() in text]
    assert found == []
    assert [json.dumps(one.read_text()) for one in kept.iterdir()] == [json.dumps(secrets[1])]
