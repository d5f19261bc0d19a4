"""A real headless Chromium, driven over its own protocol: pages, clicks, keys and pictures."""

import asyncio
import base64
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 60
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-port=0",
)  # fmt: skip
Json = dict[str, Any]


def program() -> str | None:
    """Where Chromium is, if it is anywhere."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(slots=True)
class Tab:
    """One page, as a person sees and uses it."""

    socket: ClientConnection
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def call(self, method: str, **params: Any) -> Json:
        """One command of the protocol, and its answer; what else comes in between is left."""
        number = next(self._ids)
        await self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        async with asyncio.timeout(PATIENCE):
            while (said := json.loads(await self.socket.recv())).get("id") != number:
                continue
        assert "error" not in said, said
        found: Json = said["result"]
        return found

    async def value(self, expression: str) -> Any:
        """What an expression gives in the page, or None while the page is another one."""
        said = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return said["result"].get("value")

    async def until(self, expression: str) -> Any:
        """Ask until an expression gives something true."""
        async with asyncio.timeout(PATIENCE):
            while not (found := await self.value(expression)):
                continue
        return found

    async def shows(self, text: str) -> None:
        """Wait until a loaded page shows a text."""
        wanted = json.dumps(text)
        ready = "document.readyState === 'complete'"
        await self.until(f"{ready} && document.body.innerText.includes({wanted})")

    async def open(self, url: str) -> None:
        await self.call("Page.navigate", url=url)

    async def click(self, selector: str) -> None:
        """Move the mouse there and press it."""
        place = (
            f"(() => {{ const one = document.querySelector({json.dumps(selector)});"
            " one.scrollIntoView({block: 'center'}); const at = one.getBoundingClientRect();"
            " return [at.x + at.width / 2, at.y + at.height / 2]; })()"
        )
        x, y = await self.value(place)
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
            )

    async def press(self, key: str, code: int, text: str = "") -> None:
        """One key of the keyboard."""
        about = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **about)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    async def looks(self, *, width: int, height: int = 900, dark: bool = False) -> None:
        """How wide the window is, and whether its owner likes it dark."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        await self.call("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def picture(self, path: Path, most: int = 20_000) -> None:
        """The whole page, or its first `most` lines of dots."""
        size = (await self.call("Page.getLayoutMetrics"))["cssContentSize"]
        clip = {
            "x": 0, "y": 0, "width": size["width"], "height": min(size["height"], most), "scale": 1,
        }  # fmt: skip
        form: Json = {"format": path.suffix[1:]} | (
            {"quality": 82} if path.suffix != ".png" else {}
        )
        said = await self.call(
            "Page.captureScreenshot", clip=clip, captureBeyondViewport=True, **form
        )
        await asyncio.to_thread(path.write_bytes, base64.b64decode(said["data"]))


@asynccontextmanager
async def chromium() -> AsyncIterator[Tab]:
    """A browser with nothing in it, and its one tab."""
    found = program()
    assert found is not None, "run .ci/system-packages"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            found, *FLAGS, f"--user-data-dir={folder}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            address = await _tab(await _listening(process))
            async with connect(address, max_size=None) as socket:
                yield Tab(socket)
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _listening(process: asyncio.subprocess.Process) -> str:
    """Where it listens for the protocol, as it says itself."""
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            _, marked, address = line.partition("DevTools listening on ws://")
            if marked:
                return f"ws://{address.strip()}"
    raise AssertionError("Chromium did not start")


async def _tab(browser: str) -> str:
    async with connect(browser, max_size=None) as socket:
        await socket.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
        targets = json.loads(await socket.recv())["result"]["targetInfos"]
    (found,) = (one["targetId"] for one in targets if one["type"] == "page")
    return f"{browser.partition('/devtools/')[0]}/devtools/page/{found}"
