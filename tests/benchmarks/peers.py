"""The same machines here and in another engine, one after the other, each in its own process."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assent_engine import asl, simulate
from benchmarks import machines

TESTS = Path(__file__).parents[1]
ROUNDS = 4_000
ITEMS = 10_000
PATIENCE = 600


@dataclass(frozen=True, slots=True)
class Peer:
    """How many a second a peer did, or why it was not asked."""

    name: str
    rate: float | None
    reason: str = ""


def moto(what: str) -> Peer:
    """What moto's engine does of "loop" or "map", measured in a child process."""
    missing = [name for name in ("moto", "boto3", "antlr4") if find_spec(name) is None]
    if missing:
        return Peer("moto", None, f"not installed: {', '.join(missing)} (group bench)")
    command = [sys.executable, "-m", "benchmarks.peer_moto", what]
    done = subprocess.run(
        command, cwd=TESTS, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    if done.returncode:
        return Peer("moto", None, done.stderr.strip().splitlines()[-1])
    found = json.loads(done.stdout.splitlines()[-1])
    return Peer(found["peer"], found["rate"])


def loop() -> float:
    """Transitions a second of the counting loop here, trace included."""
    return 2 * ROUNDS / _seconds(machines.counting(ROUNDS), {"n": 0})


def mapped() -> float:
    """Items a second of a Map of 10,000 here."""
    return ITEMS / _seconds(machines.mapped(), {"items": list(range(ITEMS))})


def _seconds(machine: dict[str, Any], given: dict[str, Any]) -> float:
    policy = asl.import_machine(machine)
    began = time.perf_counter()
    result = simulate(policy, given, steps={})
    seconds = time.perf_counter() - began
    assert result.status == "COMPLETED", result.cause
    return seconds
