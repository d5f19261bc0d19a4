"""The home: private, held by one process at a time, and of no use where it cannot be written."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from assent_engine.home import Home
from assent_schemas.errors import Refused, StoreError
from engine.durable.worlds import Bench

TRY_TO_OPEN = """
import asyncio, sys
from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.registry import StepRegistry, World
from assent_schemas.errors import AssentError
from pathlib import Path

async def main():
    try:
        async with Engine.open(Home(Path(sys.argv[1])), registry=StepRegistry(), world=World()):
            print("open", flush=True)
            sys.stdin.read()
    except AssentError as error:
        print(error.problem.code, error.problem.detail, error.problem.remedy, sep="|")

asyncio.run(main())
"""


def program(home: Path) -> list[str]:
    return [sys.executable, "-c", TRY_TO_OPEN, str(home)]


def tried(home: Path, *prefix: str) -> list[str]:
    """What another process is told that opens the home."""
    done = subprocess.run(
        [*prefix, *program(home)],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.strip().split("|")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_home_is_private_to_its_owner(bench: Bench) -> None:
    async with bench.open():
        assert mode(bench.path) == 0o700
        assert mode(bench.home.database) == 0o600
        assert mode(bench.path / "lock") == 0o600


def test_a_home_that_was_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.path.mkdir(mode=0o755)
    home.prepare()
    assert mode(home.path) == 0o700


def test_nothing_is_touched_before_a_home_is_opened(tmp_path: Path) -> None:
    assert Home.find(tmp_path / "home").database == tmp_path / "home" / "assent.sqlite"
    assert list(tmp_path.iterdir()) == []


def test_the_home_given_comes_before_the_environment_and_that_before_the_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_HOME", str(tmp_path / "environment"))
    assert Home.find(tmp_path / "given").path == tmp_path / "given"
    assert Home.find().path == tmp_path / "environment"
    monkeypatch.delenv("ASSENT_HOME")
    assert Home.find().path.name == "assent"


async def test_a_home_is_opened_once_at_a_time_in_one_process_too(bench: Bench) -> None:
    async with bench.open():
        with pytest.raises(Refused) as told:
            async with bench.open():
                pass
        assert str(os.getpid()) in told.value.problem.detail
    async with bench.open():
        pass


async def test_a_failure_while_a_home_is_open_frees_it(bench: Bench) -> None:
    with pytest.raises(RuntimeError):
        async with bench.open():
            raise RuntimeError
    async with bench.open():
        pass


def test_a_home_where_a_file_stands_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError) as told:
        Home(tmp_path / "home").prepare()
    assert told.value.problem.code == "home.not_writable"
    assert told.value.problem.remedy


@pytest.mark.process
async def test_a_second_process_is_refused_and_told_who_holds_the_home(bench: Bench) -> None:
    async with bench.open():
        code, detail, remedy = tried(bench.path)
    assert code == "home.locked"
    assert f"process {os.getpid()}," in detail
    assert "--home" in remedy


@pytest.mark.process
def test_the_home_is_free_as_soon_as_its_holder_is_killed(bench: Bench) -> None:
    holder = subprocess.Popen(program(bench.path), stdout=subprocess.PIPE, stdin=subprocess.PIPE)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        assert str(holder.pid) in tried(bench.path)[1]
        holder.send_signal(signal.SIGKILL)
    assert tried(bench.path) == ["open"]


@pytest.mark.process
async def test_a_home_that_cannot_be_written_is_one_clear_error_and_stays_as_it_is(
    bench: Bench,
) -> None:
    prefix = as_a_mortal()
    async with bench.open():
        pass
    before = {path.name: path.read_bytes() for path in bench.path.iterdir() if path.is_file()}
    bench.path.chmod(0o500)
    try:
        told = tried(bench.path, *prefix)
        assert mode(bench.path) == 0o500
    finally:
        bench.path.chmod(0o700)
    assert told[0] == "home.not_writable"
    assert {
        path.name: path.read_bytes() for path in bench.path.iterdir() if path.is_file()
    } == before


def as_a_mortal() -> list[str]:
    """A prefix under which permission bits count also for root."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root ignores permission bits, and there is no setpriv to drop that right")
    return [setpriv, "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]


def test_a_folder_that_holds_other_things_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").touch()
    tmp_path.chmod(0o755)
    with pytest.raises(StoreError) as told:
        Home(tmp_path).prepare()
    assert told.value.problem.code == "home.foreign"
    assert mode(tmp_path) == 0o755
    assert [one.name for one in tmp_path.iterdir()] == ["letters.txt"]


def test_an_empty_folder_is_no_home_and_one_with_other_things_or_a_file_is_refused(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path / "home")
    assert not home.is_made()
    home.path.mkdir()
    assert not home.is_made()
    (home.path / "lock").touch()
    assert home.is_made()
    (tmp_path / "file").touch()
    for path, code in ((tmp_path, "home.foreign"), (tmp_path / "file", "home.not_writable")):
        with pytest.raises(StoreError) as told:
            Home(path).is_made()
        assert told.value.problem.code == code


LOOKING = """
import sys
from assent_engine.home import Home
from assent_schemas.errors import StoreError
from pathlib import Path
try:
    print(Home(Path(sys.argv[1])).is_made())
except StoreError as error:
    print(error.problem.code)
"""


@pytest.mark.process
def test_a_folder_that_is_closed_is_not_said_to_be_a_home(tmp_path: Path) -> None:
    command, home = [*as_a_mortal(), sys.executable, "-c", LOOKING], tmp_path / "home"
    home.mkdir(mode=0)
    try:
        said = subprocess.run([*command, home], capture_output=True, check=True).stdout
    finally:
        home.chmod(0o700)
    assert said == b"home.not_writable\n"
