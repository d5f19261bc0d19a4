"""The real service, and files that change while it is stopped."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from service.process.served import PATIENCE, ended, served, words
from service.shell import Shell, greeter

pytestmark = pytest.mark.process
TRIGGER = {"type": "file", "path": "in", "overlap": "allow"}


def seen(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "assent.sqlite")) as connection:
        return [path for (path,) in connection.execute("SELECT path FROM files_seen")]


def serve_until(shell: Shell, done: Callable[[], bool]) -> None:
    with served(shell.home) as service:
        words(service)
        until = monotonic() + PATIENCE
        while not done():
            assert monotonic() < until, "it never was done"
        assert ended(service) == 0


def test_a_file_that_changed_while_it_was_stopped_starts_its_trigger_once(shell: Shell) -> None:
    shell.approved(greeter(triggers=[TRIGGER]))
    folder = shell.home / "files" / "in"
    folder.mkdir(parents=True)
    (folder / "old").write_text("x")
    serve_until(shell, lambda: set(seen(shell.home)) == {"", "in/old"})
    assert shell.done("trigger", "history") == []
    (folder / "new").write_text("x")
    for _ in range(2):
        serve_until(shell, lambda: "in/new" in seen(shell.home))
        (one,) = shell.done("trigger", "history")
        assert one["status"] in ("queued", "ran", "caught_up")
