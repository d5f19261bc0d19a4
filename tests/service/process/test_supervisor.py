"""What a supervisor hears, on a real datagram socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assent_service.process.supervisor import Supervisor


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.bind(str(tmp_path / "notify"))
        one.settimeout(10)
        yield one


def test_a_supervisor_hears_that_it_is_ready_what_goes_on_and_that_it_ends(
    ear: socket.socket,
) -> None:
    one = Supervisor.of({"NOTIFY_SOCKET": ear.getsockname(), "WATCHDOG_USEC": "20000000"})
    one.ready("3 policies\nin force")
    one.status("catches up")
    one.alive()
    one.stopping()
    heard = [ear.recv(1000).decode().splitlines() for _ in range(4)]
    assert heard == [
        ["READY=1", "STATUS=3 policies in force", f"MAINPID={os.getpid()}"],
        ["STATUS=catches up"],
        ["WATCHDOG=1"],
        ["STOPPING=1"],
    ]


def test_an_abstract_socket_is_a_supervisors_too() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0assent-{os.getpid()}")
        ear.settimeout(10)
        Supervisor.of({"NOTIFY_SOCKET": f"@assent-{os.getpid()}"}).stopping()
        assert ear.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_fed_only_where_it_waits_for_this_process(
    environment: dict[str, str], seconds: float | None
) -> None:
    assert Supervisor.of(environment).watchdog == seconds


def test_a_supervisor_that_is_not_there_or_has_gone_is_no_reason_to_stop(tmp_path: Path) -> None:
    Supervisor.of({}).ready("")
    Supervisor.of({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready("")
