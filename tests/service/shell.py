"""A command line for tests: runs `assent` in this process, with its exit code and what it said."""

import json
import sqlite3
import sys
import unicodedata
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from click.testing import CliRunner

from assent_service.cli.main import main

SAMPLE = Path(str(files("assent_service").joinpath("sample")))
EXAMPLES = Path(str(files("assent_schemas").joinpath("examples")))
REBALANCE = EXAMPLES / "volatility-aware-rebalance.json"
HARVEST = EXAMPLES / "tax-loss-harvester.json"

# Control and bidirectional characters, rich's markup, a newline, and characters of no width.
HOSTILE = "Evil\x1b[31m[red]x[/red]\u202ecba\nnext\u200bline\U000e0041\u3164"


@dataclass(frozen=True, slots=True)
class Said:
    """What a command wrote, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON, fractions digit for digit."""
        return json.loads(self.out, parse_float=Decimal)

    @property
    def problem(self) -> dict[str, Any]:
        """The first problem of an answer in JSON."""
        problem: dict[str, Any] = self.json["problems"][0]
        return problem


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands on one home, through the same entry as the installed script."""

    home: Path

    def __call__(
        self, *args: str | Path, stdin: str = "", env: dict[str, str | None] | None = None
    ) -> Said:
        words = [str(arg) for arg in args]
        environment = {"ASSENT_HOME": str(self.home), "COLUMNS": "80"} | (env or {})
        streams = CliRunner().isolation(input=stdin, env=environment)
        with streams as (out, err, _), mock.patch.object(sys, "argv", ["assent", *words]):
            code = _exit_code()
            sys.stdout.flush()
        return Said(code, out.getvalue().decode(), err.getvalue().decode())

    def done(self, *args: str | Path, stdin: str = "") -> Any:
        """The answer in JSON of a command that must succeed."""
        said = self(*args, "--json", stdin=stdin)
        assert said.code == 0, said
        return said.json

    def propose(self, document: dict[str, Any]) -> Any:
        return self.done("policy", "propose", "-", stdin=json.dumps(document))

    def approve(self, made: Any) -> None:
        version = ("--version", made["version"])
        self.done("policy", "approve", made["policy_id"], *version, "--hash", made["hash"])

    def approved(self, document: dict[str, Any]) -> str:
        """The id of a policy that was proposed and approved."""
        made = self.propose(document)
        self.approve(made)
        return str(made["policy_id"])

    def change_store(self, sql: str, *values: object) -> None:
        """Write into the database behind the engine's back."""
        with closing(sqlite3.connect(self.home / "assent.sqlite")) as connection:
            connection.execute(sql, values)
            connection.commit()


def _exit_code() -> int:
    with pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    assert isinstance(code, int)
    return code


def greeter(name: str = "Greeter", **more: Any) -> dict[str, Any]:
    """A policy that tells the owner something."""
    tell = {"type": "Task", "resource": "notify.user", "parameters": {"msg": "hello"}, "end": True}
    return {"name": name, "start_at": "Tell", "states": {"Tell": tell}, **more}


def waiter(name: str = "Waiter") -> dict[str, Any]:
    """A policy that waits for longer than any test."""
    wait = {"type": "Wait", "timestamp": "2099-01-01T00:00:00Z", "end": True}
    return {"name": name, "start_at": "Wait", "states": {"Wait": wait}}


def failing(name: str = "Failing") -> dict[str, Any]:
    """A policy that ends FAILED."""
    fail = {"type": "Fail", "error": "Broken", "cause": "on purpose"}
    return {"name": name, "start_at": "Fail", "states": {"Fail": fail}}


def telling(name: str = "Telling", **more: Any) -> dict[str, Any]:
    """A policy that tells the owner something and then ends FAILED."""
    tell = {"type": "Task", "resource": "notify.user", "parameters": {"msg": "x"}, "next": "Fail"}
    fail = {"type": "Fail", "error": "Broken", "cause": "on purpose"}
    return {"name": name, "start_at": "Tell", "states": {"Tell": tell, "Fail": fail}, **more}


def waiting_run(shell: Shell) -> str:
    """The id of a new run that waits."""
    return str(shell.done("run", "start", shell.approved(waiter()))["run_id"])


def undecided(shell: Shell, **more: Any) -> str:
    """The id of a new case: a run failed, and its policy leaves the rest to the owner."""
    policy_id = shell.approved(telling(on_failure="intervene", **more))
    said = shell("run", "start", policy_id, "--json")
    assert said.json["status"] == "NEEDS_OWNER", said
    return str(said.json["interventions"][0])


def written(path: Path, document: Any) -> Path:
    """The path, with the document in it."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def hidden_in(text: str) -> set[str]:
    """Characters of a text that a reader would not see or that would move what they see."""
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return {char for char in text if unicodedata.category(char) in hidden or char == "\u3164"} - {
        "\n"
    }


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder; not what SQLite itself puts beside a database that is read."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }
