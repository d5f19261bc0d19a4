"""Time and peak memory of a Map by its length, each length in a process of its own."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from assent_engine import simulate

TESTS = Path(__file__).parents[1]
LENGTHS = (1_000, 10_000, 100_000)
KIB = 1024


def measured(length: int) -> dict[str, float]:
    """{items, seconds, peak_mib, base_mib} of one Map, measured in a child process."""
    command = [sys.executable, "-m", "benchmarks.growth", str(length)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def peak() -> float:
    """The most memory of this process so far, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage tells on Linux begins with the memory of whoever started the process.
        lines = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) / KIB
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / KIB / (KIB if sys.platform == "darwin" else 1)


def _policy() -> dict[str, Any]:
    """A Map whose results are dropped: an imported machine could not hold so many items."""
    iterator = {"start_at": "One", "states": {"One": {"type": "Pass", "end": True}}}
    items = {"type": "Map", "items_path": "$.items", "iterator": iterator, "end": True}
    selected = {**items, "item_selector": {"item.$": "$$.map.item.value"}, "result_path": None}
    return {"name": "map", "start_at": "Items", "states": {"Items": selected}}


def main(length: int) -> None:
    policy = _policy()
    simulate(policy, {"items": [1]}, steps={})
    base, given = peak(), {"items": list(range(length))}
    began = time.perf_counter()
    result = simulate(policy, given, steps={})
    seconds = time.perf_counter() - began
    assert result.status == "COMPLETED", result.cause
    found = {"items": length, "seconds": seconds, "peak_mib": peak(), "base_mib": base}
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
