"""Runs every benchmark and reports medians."""

import json
import platform
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import agents, bridge, commands, durable, growth, interpreter, peers, service, tray

REPORT = Path(__file__).parents[2] / "build" / "benchmarks.json"
ROUNDS = 5
LOOP = "counting loop of an imported machine"
MAPPED = "Map of 10,000, imported machine"
PEER_AIM = 100
BENCHMARKS: dict[str, tuple[str, str, Callable[[], float]]] = {
    "assent --help": ("s", "0.3", commands.help_text),
    "assent demo, warm": ("s", "15", commands.demo),
    "Pass and Choice in memory": ("transitions/s", "50000", interpreter.pass_and_choice),
    "Task echo in memory": ("transitions/s", "", interpreter.task_echo),
    "Map of 10,000 in memory": ("items/s", "", interpreter.map_of_items),
    LOOP: ("transitions/s", "", peers.loop),
    MAPPED: ("items/s", "", peers.mapped),
    "durable read-only steps": ("steps/s", "", durable.read_only_steps),
    "durable side effects": ("steps/s", "", durable.side_effects),
    "service, start to ready": ("s", "", service.start_to_ready),
    "service, idle memory": ("MiB", "60", service.idle_memory),
    "service, idle processor": ("%", "0.1", service.idle_processor),
    "service, start with 10,048 triggers": ("s", "2", service.loaded_triggers),
    "service, p99 of 1,000 due times": ("ms", "250", service.lateness),
    "service, answer of the door": ("ms", "", service.answer),
    "service, idle wake-ups": ("switches/min", "20", service.idle_switches),
    "bridge, start to first answer": ("ms", "80", bridge.start),
    "bridge, memory": ("MiB", "22", bridge.memory),
    "bridge, usual call": ("ms", "1.5", bridge.usual),
    "bridge, slow call of 100": ("ms", "", bridge.slow),
    "tray, start to icon": ("s", "1", tray.start_to_icon),
    "tray, memory": ("MiB", "50", tray.memory),
    "tray, idle processor": ("%", "", tray.idle_processor),
    "durable Map of 1,000 side effects": ("items/s", "", durable.map_of_side_effects),
}


def commit() -> str:
    """The commit that was measured, marked where the tree has changes."""
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def beside(median_of: dict[str, float]) -> list[dict[str, Any]]:
    """Our medians beside what a peer does of the same machines, or why it was not asked."""
    rows = []
    for what, name in (("loop", LOOP), ("map", MAPPED)):
        peer = peers.moto(what)
        ratio = None if peer.rate is None else median_of[name] / peer.rate
        found = peer.reason if ratio is None else f"{peer.rate:,.0f}/s; {ratio:,.0f} times"
        print(f"{name:36} beside {peer.name}: {found}")  # noqa: T201
        rows.append({"name": name, "ratio": ratio, "aim": PEER_AIM, **asdict(peer)})
    print(f"{'Task echo in memory':36} beside moto: it runs a Task in a container")  # noqa: T201
    return rows


def grown() -> list[dict[str, float]]:
    """Maps of growing length: seconds and memory over that of a Map of one."""
    rows = [growth.measured(length) for length in growth.LENGTHS]
    for row in rows:
        extra = row["peak_mib"] - row["base_mib"]
        each = row["seconds"] / row["items"] * 1e6
        figures = f"{row['seconds']:8.3f} s {each:8.1f} us/item {extra:8.1f} MiB more"
        print(f"Map of {row['items']:>9,.0f} in memory {figures}")  # noqa: T201
    return rows


def main() -> None:
    samples: dict[str, list[float]] = {name: [] for name in BENCHMARKS}
    for _ in range(ROUNDS):
        for name, (_, _, measure) in BENCHMARKS.items():
            samples[name].append(measure())
    rows: list[dict[str, Any]] = []
    for name, (unit, aim, _) in BENCHMARKS.items():
        median = statistics.median(samples[name])
        rows.append({"name": name, "median": median, "unit": unit, "aim": aim or None})
        print(f"{name:36} {median:12,.3f} {unit:14} {f'aim {aim}' if aim else ''}")  # noqa: T201
    about = {"commit": commit(), "python": platform.python_version(), "rounds": ROUNDS}
    REPORT.parent.mkdir(exist_ok=True)
    medians = {str(row["name"]): float(row["median"]) for row in rows}
    report = {**about, "figures": rows, "peers": beside(medians), "growth": grown()}
    report["agents"] = agents.measured()
    REPORT.write_text(json.dumps(report, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
