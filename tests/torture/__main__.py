"""The long tortures: python -m torture NAME [--cases N]; stopped, it goes on where it was.

The progress stands in build/torture/NAME.json, with --first N in NAME-N.json, with seed, commit
and source; another state of the folders that are tried starts anew. The cases work beside it, or
in another folder, such as one in memory where the disk is not tried.
"""

import argparse
import hashlib
import importlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torture.nursery import Measured

ROOT = Path(__file__).parents[2]
PROGRESS = ROOT / "build" / "torture"
SUITES = {"due-times": "tests/engine/due"}
"""Tortures that are tests of their own, run in full."""
TRIED = ("engine", "schemas", "tests/torture", "tests/simulation", "tests/engine/durable")
"""The folders that decide what a torture finds; a change anywhere else starts none anew."""
FUZZ = "fuzz"
"""The torture that is guided by what the code does; it needs atheris and says so."""


def _git(*words: str) -> str:
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def commit() -> str:
    return _git("describe", "--always", "--dirty")


def source(more: Sequence[str] = ()) -> str:
    """What is tried: a hash over git's trees of it, marked where it differs from them."""
    folders = (*TRIED, *more)
    trees = _git("rev-parse", *(f"HEAD:{folder}" for folder in folders))
    changed = _git("status", "--porcelain", "--", *folders)
    return hashlib.sha256(trees.encode()).hexdigest()[:16] + ("-dirty" if changed else "")


def begun(file: Path, seed: str | None, first: int = 0, more: Sequence[str] = ()) -> dict[str, Any]:
    """The progress so far of this source, or a new one from the first case on.

    `more` are folders that are tried beside those that every torture tries.
    """
    present = source(more)
    if file.exists():
        progress: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if progress.get("source") == present and seed in (None, progress["seed"]):
            return {**progress, "commit": commit()}
    new = {"commit": commit(), "source": present, "seed": seed or secrets.token_hex(8)}
    return {**new, "done": first, "answers": {}, "broken": [], "seconds": 0.0}


def _keep(file: Path, progress: dict[str, Any]) -> None:
    """Write the progress at once, so that a kill never leaves half of it."""
    part = file.with_suffix(".part")
    part.write_text(json.dumps(progress, indent=1), encoding="utf-8")
    part.replace(file)


def _note(progress: dict[str, Any], said: Mapping[str, int] | str | Measured | None) -> None:
    """Count an answer, and what was measured: kills, and the slowest resumption in seconds."""
    if isinstance(said, Measured):
        progress["kills"] = progress.get("kills", 0) + said.kills
        progress["slowest"] = max(progress.get("slowest", 0.0), said.seconds)
        progress["busiest"] = max(progress.get("busiest", 0.0), said.busy)
        said = said.answer
    answers = progress["answers"]
    for answer, count in (said if isinstance(said, Mapping) else {said or "held": 1}).items():
        answers[answer] = answers.get(answer, 0) + count


def torment(name: str, cases: int | None, seed: str | None, folder: Path, first: int = 0) -> int:
    """Run the cases from `first` up to the number wanted; returns 1 where any is broken."""
    torture = importlib.import_module(f"torture.{name.replace('-', '_')}")
    file = PROGRESS / (f"{name}-{first}.json" if first else f"{name}.json")
    for one in (folder, PROGRESS):
        one.mkdir(parents=True, exist_ok=True)
    progress = begun(file, seed, first, getattr(torture, "TRIED_TOO", ()))
    wanted = cases or (torture.cases(folder) if hasattr(torture, "cases") else torture.CASES)
    at = f"commit {progress['commit']}, source {progress['source']}"
    print(f"{name}: seed {progress['seed']}, {at}, from {progress['done']}", flush=True)  # noqa: T201
    last = time.monotonic()
    while progress["done"] < wanted:
        try:
            _note(progress, torture.case(progress["done"], progress["seed"], folder))
        except Exception as error:  # noqa: BLE001 - all are wanted, not only the first
            progress["broken"].append([progress["done"], repr(error)[:2000]])
        progress["done"] += 1
        if progress["done"] == wanted or time.monotonic() - last > 1:
            progress["seconds"] += time.monotonic() - last
            last = time.monotonic()
            _keep(file, progress)
    summary = {key: value for key, value in progress.items() if key != "broken"}
    print(json.dumps(summary))  # noqa: T201
    print(f"{len(progress['broken'])} broken", *progress["broken"][:5], sep="\n")  # noqa: T201
    return 1 if progress["broken"] else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="torture")
    parser.add_argument("name")
    parser.add_argument("--cases", type=int, help="number of the last case; for fuzz: seconds")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", help="processes that share a torture need the same one")
    parser.add_argument("--folder", type=Path, default=PROGRESS)
    told = parser.parse_args()
    if suite := SUITES.get(told.name):
        environment = {**os.environ, "ASSENT_FULL": "1"}
        return subprocess.run(
            [sys.executable, "-m", "pytest", suite], cwd=ROOT, env=environment, check=False
        ).returncode
    if told.name == FUZZ:
        command = [sys.executable, "-m", "fuzz", *([str(told.cases)] if told.cases else [])]
        return subprocess.run(command, cwd=ROOT / "tests", check=False).returncode
    folder = told.folder / (f"{told.name}-{told.first}" if told.first else told.name)
    return torment(told.name, told.cases, told.seed, folder, told.first)


if __name__ == "__main__":
    sys.exit(main())
