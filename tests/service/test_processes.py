"""The installed script as a process: terminals, pipes, locks, and how little it loads."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.conftest import Furnished
from service.shell import HOSTILE, REBALANCE, SAMPLE, Shell, greeter, hidden_in, written

pytestmark = pytest.mark.process
ASSENT = str(Path(sysconfig.get_path("scripts")) / "assent")
PATIENCE = 30
IMPATIENCE = 1


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "ASSENT_HOME": str(home), "TERM": "xterm", **more}


@dataclass(slots=True)
class OnTerminal:
    """A process on a pseudo-terminal of its own."""

    process: subprocess.Popen[bytes]
    terminal: int
    text: str = ""

    def until(self, words: str) -> None:
        while words not in self.text:
            assert self._read(), self.text

    def answer(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def end(self) -> int:
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def interrupt(self) -> int:
        """Interrupt as a person does: again, where the first one fell between two system calls."""
        heard: list[int] = []
        while not heard:
            self.process.send_signal(signal.SIGINT)
            heard, _, _ = select.select([self.terminal], [], [], IMPATIENCE)
        return self.end()

    def _read(self) -> bool:
        ready, _, _ = select.select([self.terminal], [], [], PATIENCE)
        assert ready, f"silent after {self.text!r}"
        try:
            read = os.read(self.terminal, 65536)
        except OSError:
            # Linux's way to say that the other end is closed.
            return False
        self.text += read.decode()
        return bool(read)


@contextmanager
def on_terminal(home: Path, *words: str) -> Iterator[OnTerminal]:
    terminal, inner = pty.openpty()
    process = subprocess.Popen(
        [ASSENT, *words],
        stdin=inner,
        stdout=subprocess.PIPE if "--json" in words else inner,
        stderr=inner,
        env=environment(home),
        start_new_session=True,
    )
    os.close(inner)
    try:
        with process:
            try:
                yield OnTerminal(process, terminal)
            finally:
                process.kill()
    finally:
        os.close(terminal)


def test_who_says_yes_on_a_terminal_approves(shell: Shell) -> None:
    shell.propose(greeter())
    with on_terminal(shell.home, "policy", "approve", "Greeter") as approving:
        approving.until("[y/N]")
        assert '"hello"' in approving.text
        approving.answer("y\n")
        assert approving.end() == 0
    assert "Approved version 1.0.0" in approving.text
    assert shell.done("run", "start", "Greeter")["status"] == "COMPLETED"


@pytest.mark.parametrize("answer", ["n\n", "\n", "\x04"])
def test_who_does_not_say_yes_approves_nothing(shell: Shell, answer: str) -> None:
    shell.propose(greeter())
    with on_terminal(shell.home, "policy", "approve", "Greeter") as approving:
        approving.until("[y/N]")
        approving.answer(answer)
        assert approving.end() == 1
    assert "Approved" not in approving.text
    assert ("the request still waits" in approving.text) == (answer != "\x04")
    assert shell.done("policy", "show", "Greeter")["decision"] is None


def test_who_stops_at_the_question_approves_nothing(shell: Shell) -> None:
    shell.propose(greeter())
    with on_terminal(shell.home, "policy", "approve", "Greeter") as approving:
        approving.until("[y/N]")
        assert approving.interrupt() == 1
    assert "Stopped" in approving.text
    assert shell.done("policy", "show", "Greeter")["decision"] is None


def test_the_home_is_free_while_the_person_reads(shell: Shell) -> None:
    made = shell.propose(greeter())
    with on_terminal(shell.home, "policy", "approve", "Greeter") as approving:
        approving.until("[y/N]")
        shell.done("policy", "reject", made["policy_id"])
        approving.answer("y\n")
        assert approving.end() == 1
    assert shell.done("policy", "show", "Greeter")["decision"] == "rejected"


def test_yes_to_one_document_is_not_yes_to_a_newer_one(shell: Shell) -> None:
    made = shell.propose(greeter())
    with on_terminal(shell.home, "policy", "approve", "Greeter") as approving:
        approving.until("[y/N]")
        shell.propose(greeter(policy_id=made["policy_id"], description="newer"))
        approving.answer("y\n")
        assert approving.end() == 1
    assert "approval.other_document" in approving.text
    assert shell.done("policy", "list")[0]["active_version"] is None


def test_a_program_behind_a_terminal_gets_json_alone_on_standard_output(shell: Shell) -> None:
    shell.propose(greeter())
    with on_terminal(shell.home, "policy", "approve", "Greeter", "--json") as approving:
        approving.until("[y/N]")
        approving.answer("y\n")
        assert approving.process.stdout is not None
        assert json.loads(approving.process.stdout.read())["status"] == "approved"
        assert approving.end() == 0
    assert "The document" in approving.text


def test_the_question_shows_a_hostile_document_escaped(shell: Shell) -> None:
    made = shell.propose(greeter(HOSTILE, description=HOSTILE))
    with on_terminal(shell.home, "policy", "approve", made["policy_id"]) as approving:
        approving.until("[y/N]")
    assert "\x1b[31m[red]" not in approving.text
    assert hidden_in(approving.text) <= {"\x1b", "\r"}


@contextmanager
def held(home: Path) -> Iterator[int]:
    """Another process that holds the home; its pid."""
    code = (
        "import sys\nfrom assent_engine.home import Home\n"
        "with Home.find(sys.argv[1]).locked():\n    print('held', flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, home], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder.pid
        holder.communicate()


CHANGING = [
    "policy disable Greeter",
    "policy remove Greeter --yes",
    "policy rollback Greeter",
    "run start Greeter",
    "run resume",
    f"policy propose {REBALANCE}",
    f"portfolio import --prices {SAMPLE / 'prices.csv'}",
]


def test_a_home_in_use_is_refused_with_who_holds_it(furnished: Furnished) -> None:
    with held(furnished.shell.home) as pid:
        for command in CHANGING:
            said = furnished.shell(*command.split(), "--json")
            assert said.code == 1
            assert said.problem["code"] == "home.locked"
            assert f"process {pid}," in said.problem["detail"]
            assert "--home" in said.problem["remedy"]
    assert furnished.shell.done("policy", "list")[0]["status"] == "enabled"


def test_a_home_in_use_can_still_be_looked_at_and_simulated_on(furnished: Furnished) -> None:
    shell = furnished.shell
    with held(shell.home):
        assert shell.done("policy", "list")
        assert shell.done("policy", "show", "Greeter")
        assert shell.done("run", "list")
        assert shell.done("run", "show", furnished.run_id)
        assert shell.done("portfolio", "show")
        assert shell.done("policy", "simulate", REBALANCE)


def test_a_home_is_free_again_when_its_holder_is_killed(furnished: Furnished) -> None:
    with held(furnished.shell.home) as pid:
        os.kill(pid, signal.SIGKILL)
    assert furnished.shell("run", "start", "Greeter").code == 0


def loaded_by(*words: str) -> set[str]:
    """The modules that a command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", ASSENT, *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


@pytest.mark.parametrize("words", [("--help",), ("policy", "--help"), ("--version",)])
def test_help_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    loaded = loaded_by(*words)
    tops = {name.partition(".")[0] for name in loaded}
    assert "assent_service.cli.main" in loaded
    heavy = {"pydantic", "rich", "aiosqlite", "jsonschema", "msgspec", "sqlite3"}
    assert not tops & (heavy | {"assent_engine", "assent_steps"})


def run(home: Path, *words: str | Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [ASSENT, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(home, **more),
        check=False,
    )


def test_the_script_exits_with_0_1_and_2(shell: Shell) -> None:
    codes = [run(shell.home, *words.split()).returncode for words in ("-h", "run list", "run x")]
    assert codes == [0, 1, 2]


def test_a_stream_that_lacks_a_character_gets_its_escape(shell: Shell, tmp_path: Path) -> None:
    draft = written(tmp_path / "draft.json", greeter("Größe"))
    done = run(shell.home, "policy", "validate", draft, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (0, b"Gr\\xf6\\xdfe: no problems found.\n")


def test_json_is_utf_8_whatever_the_stream_says(shell: Shell, tmp_path: Path) -> None:
    draft = written(tmp_path / "draft.json", greeter("Größe 🚀"))
    done = run(shell.home, "policy", "validate", draft, "--json", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout.decode())["name"] == "Größe 🚀"


def test_a_reader_that_goes_away_is_no_traceback(furnished: Furnished) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for words in ("policy show Greeter", "demo"):
        done = subprocess.run(
            [ASSENT, *words.split()],
            stdout=writer,
            stderr=subprocess.PIPE,
            env=environment(furnished.shell.home),
            check=False,
        )
        assert done.returncode == 1
        assert b"Traceback" not in done.stderr
    os.close(writer)
