"""Starting the service detached from the terminal, and stopping it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from assent_engine.home import SERVICE, Holder, Home
from assent_engine.refusals import refused
from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused
from assent_service.process.crashes import CrashLog

READY_WITHIN, GONE_WITHIN, LOOK_AGAIN = 60.0, 10.0, 0.05


def start(home: Home) -> dict[str, Any]:
    """What it said when it was ready; raises Refused with what it said where it is not."""
    command = [sys.executable, "-m", "assent_service", "service", "run", "--json"]
    process = subprocess.Popen(
        [*command, "--home", str(home.path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=Path(home.path.anchor),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    said = exact_json.decode(_first_words(process) or "{}")
    if "state" in said:
        # It lives on without us: nothing here may wait for it.
        process.returncode = 0
        return dict(said)
    process.kill()
    process.wait()
    raise Refused([Problem(**one) for one in said.get("problems", [])] or [_silent(home)])


def _first_words(process: "subprocess.Popen[bytes]") -> str:
    """Everything until it closes its standard output, which it does when it is ready."""
    said: list[bytes] = []
    out = process.stdout

    def read() -> None:
        if out is not None:
            with out:
                said.append(out.read())

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    reading.join(READY_WITHIN)
    return b"".join(said).decode()


def _silent(home: Home) -> Problem:
    detail = f"It ended, or was not ready within {READY_WITHIN:.0f} seconds, at {home.path}."
    remedy = "See why: assent service logs"
    return Problem("service.not_ready", "The service did not get ready", detail, remedy)


def patiently(ask: Callable[[], dict[str, Any]], *, while_: Collection[str]) -> dict[str, Any]:
    """The answer of a service that may still be opening its door, or why there is none.

    Raises Refused with a code that is not among these, or when the time is up.
    """
    until = time.monotonic() + GONE_WITHIN
    while True:
        try:
            return ask()
        except Refused as error:
            if error.problem.code not in while_ or time.monotonic() > until:
                raise
        time.sleep(LOOK_AGAIN)


def serving(home: Home) -> Holder | None:
    """The service that has the home."""
    holder = home.holder()
    return holder if holder and holder.what == SERVICE else None


def crashed(home: Home) -> datetime | None:
    """When a service was started that does not run any more, and had no end."""
    began = CrashLog(home.path).look().began
    return began if serving(home) is None else None


def stop(home: Home) -> Holder:
    """Ask the service to stop and wait until it has let go. Raises Refused."""
    holder = serving(home)
    if holder is None:
        raise refused("service.not_running", f"No service has the home {home.path}.")
    _ask_to_stop(holder.pid)
    until = time.monotonic() + GONE_WITHIN
    while serving(home) == holder:
        if time.monotonic() > until:
            detail = f"Process {holder.pid} has not stopped within {GONE_WITHIN:.0f} seconds."
            raise refused("service.not_stopped", detail)
        time.sleep(LOOK_AGAIN)
    return holder


def _ask_to_stop(pid: int) -> None:
    """One that is gone is left alone."""
    try:
        os.kill(pid, getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))
    except ProcessLookupError:
        return


def close_standard_output() -> None:
    """Let whoever waits for our words know that they are said."""
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
