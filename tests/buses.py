"""Private buses for tests: one of a session, and one of the system."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

CONFIGURATION = """<busconfig>
  <type>{kind}</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@asynccontextmanager
async def _bus(kind: str, folder: Path) -> AsyncIterator[str]:
    """A bus of its own -> its address; the same one each time for the same folder."""
    file, socket = folder / f"{kind}.conf", folder / f"{kind}-bus"
    socket.unlink(missing_ok=True)
    file.write_text(CONFIGURATION.format(kind=kind, socket=socket))
    command = ["dbus-daemon", f"--config-file={file}", "--nofork", "--print-address"]
    bus = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert bus.stdout is not None
    try:
        await bus.stdout.readline()
        yield f"unix:path={socket}"
    finally:
        bus.terminate()
        await bus.wait()


session_bus, system_bus = partial(_bus, "session"), partial(_bus, "system")
