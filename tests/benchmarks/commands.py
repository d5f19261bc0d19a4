"""How long whole commands take, process start included."""

import subprocess
import sysconfig
import time
from pathlib import Path

ASSENT = str(Path(sysconfig.get_path("scripts")) / "assent")


def _seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([ASSENT, *arguments], capture_output=True, check=True)
    return time.perf_counter() - start


def help_text() -> float:
    """Seconds for `assent --help`."""
    return _seconds("--help")


def demo() -> float:
    """Seconds for `assent demo`, its files in the cache."""
    return _seconds("demo")
