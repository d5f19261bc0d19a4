"""Carrying out an attack in a process of its own, and measuring what it cost."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HANG = 60
"""Seconds after which an attack has got through by taking for ever."""
TESTS = Path(__file__).parents[2]
_FRAME = """
import json, sys, tracemalloc
sys.path.insert(0, {tests!r})
{before}
def attack():
{body}
tracemalloc.start()
said = attack()
print(json.dumps([tracemalloc.get_traced_memory()[1] >> 20, said]))
"""


@dataclass(frozen=True, slots=True)
class Damage:
    """Memory in MiB that the attack added at its peak, and what it was answered."""

    mebibytes: int
    said: str


def carried_out(before: str, body: str) -> Damage:
    """Run `body`, which returns a text, after the imports and the warming up in `before`."""
    indented = "\n".join(f"    {line}" for line in body.strip().splitlines())
    code = _FRAME.format(tests=str(TESTS), before=before, body=indented)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return Damage(*json.loads(done.stdout))
