"""Runs every benchmark and reports medians."""

import json
import platform
import statistics
import subprocess
from collections.abc import Callable
from pathlib import Path

from benchmarks import commands, durable, interpreter

REPORT = Path(__file__).parents[2] / "build" / "benchmarks.json"
ROUNDS = 5
BENCHMARKS: dict[str, tuple[str, str, Callable[[], float]]] = {
    "assent --help": ("s", "0.3", commands.help_text),
    "assent demo, warm": ("s", "15", commands.demo),
    "Pass and Choice in memory": ("transitions/s", "50000", interpreter.pass_and_choice),
    "Task echo in memory": ("transitions/s", "", interpreter.task_echo),
    "Map of 10,000 in memory": ("items/s", "", interpreter.map_of_items),
    "durable read-only steps": ("steps/s", "", durable.read_only_steps),
    "durable side effects": ("steps/s", "", durable.side_effects),
    "durable Map of 1,000 side effects": ("items/s", "", durable.map_of_side_effects),
}


def commit() -> str:
    """The commit that was measured, marked where the tree has changes."""
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def main() -> None:
    samples: dict[str, list[float]] = {name: [] for name in BENCHMARKS}
    for _ in range(ROUNDS):
        for name, (_, _, measure) in BENCHMARKS.items():
            samples[name].append(measure())
    rows = []
    for name, (unit, aim, _) in BENCHMARKS.items():
        median = statistics.median(samples[name])
        rows.append({"name": name, "median": median, "unit": unit, "aim": aim or None})
        print(f"{name:36} {median:12,.3f} {unit:14} {f'aim {aim}' if aim else ''}")  # noqa: T201
    about = {"commit": commit(), "python": platform.python_version(), "rounds": ROUNDS}
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps({**about, "figures": rows}, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
