"""The doctor: each check says what it found, and what to do where it is not well."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from assent_engine.home import SERVICE, Home
from assent_schemas.checks import Verdict
from assent_service.doctor import homes
from assent_service.process.crashes import MOST, CrashLog
from service.shell import Shell


def test_every_check_answers_and_what_needs_doing_has_a_remedy(shell: Shell) -> None:
    found = shell("doctor", "--json").json["checks"]
    names = [one["check"] for one in found]
    assert {"python", "sqlite", "home", "sockets", "lock", "clock", "disk", "last_crash"} <= {
        *names
    }
    assert all(one["finding"] for one in found)
    assert all(one["remedy"] for one in found if one["verdict"] != "ok")
    assert shell("doctor").err == ""
    assert not shell.home.exists()


def test_a_home_that_is_open_to_others_fails(shell: Shell) -> None:
    shell.home.mkdir(mode=0o755)
    said = shell("doctor", "--only", "home", "--json")
    assert said.code == 1
    assert "chmod 700" in said.json["checks"][0]["remedy"]


def test_who_has_the_home_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    with home.locked(SERVICE):
        assert "a service" in homes.lock(home.path).finding
    assert homes.lock(home.path).finding == "Nobody has the home."


@pytest.mark.parametrize(
    ("free", "verdict"), [(10 * homes.LITTLE, "ok"), (homes.LITTLE - 1, "warn"), (1, "fail")]
)
def test_a_full_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, verdict: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    assert homes.disk(tmp_path / "not" / "yet").verdict == verdict


def test_a_path_too_long_for_a_socket_is_told(tmp_path: Path) -> None:
    assert homes.sockets(tmp_path / ("x" * 120)).verdict == Verdict.WARN


def test_too_many_crashes_are_told_with_the_reason(tmp_path: Path) -> None:
    assert homes.last_crash(tmp_path).verdict == Verdict.OK
    for _ in range(MOST + 1):
        CrashLog(tmp_path).begin(datetime(2026, 5, 4, tzinfo=UTC))
    found = homes.last_crash(tmp_path)
    assert found.verdict == Verdict.FAIL
    assert CrashLog(tmp_path).look().reason in found.finding
