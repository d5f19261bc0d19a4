"""The review page in a real browser: read, clicked, typed, gone back to, and attacked."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assent_schemas.statuses import VersionStatus
from service.review.chromium import Tab, chromium, program
from service.review.scenes import next_version, trading
from service.review.stages import Stage, stage
from service.shell import HOSTILE, greeter, hidden_in
from service.test_hostile_names import policy

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        sys.platform != "linux" and program() is None, reason="there is no Chromium here"
    ),
]
BLOCKED = "chrome-error://chromewebdata/"
"""What Chromium puts in the place of what may not be framed."""
CONTRAST = """(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (text) => {
    const [r, g, b] = parse(text).slice(0, 3).map((one) => {
      const part = one / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const found = getComputedStyle(at).backgroundColor;
      if (!found.endsWith(', 0)')) return found;
    }
    return 'rgb(255, 255, 255)';
  };
  const bad = [];
  for (const one of document.querySelectorAll('main *')) {
    const own = [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim());
    if (!own || !one.offsetParent) continue;
    const pair = [getComputedStyle(one).color, behind(one)].map(light).sort((a, b) => b - a);
    const found = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (found < 4.5) bad.push(`${one.className || one.tagName}: ${found.toFixed(2)}`);
  }
  return bad.join('; ');
})()"""


async def opened(here: Stage, tab: Tab, approval: str) -> None:
    await tab.open(await here.address(approval))
    await tab.shows("Your decision")


async def status(here: Stage, policy_id: str, version: str = "1.0.0") -> VersionStatus:
    row = await here.engine.store.read.version(policy_id, version)
    assert row is not None
    return row.status


async def test_it_is_read_and_approved_with_a_click_and_what_comes_of_it_is_said(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path / "home") as here, chromium() as tab:
        policy_id = await next_version(here)
        await opened(here, tab, policy_id)
        text = await tab.value("document.body.innerText")
        for words in ("Riskier: it may do more than before", "At worst, in one run", "my-agent"):
            assert words in text
        await tab.click("button.yes")
        await tab.shows("Approved from the review page")
        await tab.shows("its next run starts by itself when it is due")
        assert await status(here, policy_id, "1.1.0") is VersionStatus.APPROVED


async def test_a_keyboard_alone_is_enough(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, chromium() as tab:
        policy_id = await here.propose(greeter())
        await opened(here, tab, policy_id)
        while await tab.value("document.activeElement.textContent") != "Reject":
            await tab.press("Tab", 9)
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert await tab.value(outline) == "solid"
        await tab.press("Enter", 13, "\r")
        await tab.shows("Rejected from the review page")
        assert await status(here, policy_id) is VersionStatus.REJECTED


async def test_neither_back_nor_reload_decides_anything_again(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, chromium() as tab:
        request = await here.asking(trading())
        await opened(here, tab, request)
        await tab.click("button.no")
        await tab.shows("Rejected from the review page")
        await tab.call("Page.reload")
        await tab.shows("Rejected from the review page")
        await tab.value("history.back()")
        await tab.until("location.href && document.readyState === 'complete'")
        audit = await here.engine.store.read.audit()
        assert [one.action for one in audit].count("door.reject") == 1


async def test_nothing_of_an_agent_runs_and_nothing_is_fetched(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, chromium() as tab:
        attack = "</pre></style><script>document.title='owned'</script><img src=x onerror=alert(1)>"
        policy_id = await here.propose(policy(name=attack, description=HOSTILE + attack), attack)
        await opened(here, tab, policy_id)
        assert await tab.value("document.title") == "Assent: A policy asks for your approval"
        assert await tab.value("document.querySelectorAll('script, img').length") == 0
        assert await tab.value("performance.getEntriesByType('resource').length") == 0
        assert hidden_in(await tab.value("document.body.textContent")) == set()


@pytest.mark.parametrize("dark", [False, True])
async def test_everything_can_be_read_in_light_and_dark_and_at_360_dots(
    tmp_path: Path, dark: bool
) -> None:
    async with stage(tmp_path / "home") as here, chromium() as tab:
        for approval in (await here.asking(trading()), await next_version(here)):
            await tab.looks(width=360, dark=dark)
            await opened(here, tab, approval)
            assert await tab.value("document.documentElement.scrollWidth") == 360
            assert await tab.value(CONTRAST) == ""
            await tab.looks(width=900, dark=dark)
            assert await tab.value(CONTRAST) == ""


@asynccontextmanager
async def other_page(content: str) -> AsyncIterator[str]:
    """Another program's page on this computer."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = content.encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_another_page_can_neither_send_the_form_nor_frame_the_page(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here, chromium() as tab:
        policy_id = await here.propose(greeter())
        await opened(here, tab, policy_id)
        # As if it had learned all that stands on the page.
        address = await tab.value("location.href")
        secrets = {
            name: await tab.value(f"document.querySelector('[name={name}]').value")
            for name in ("ticket", "hash")
        }
        fields = "".join(f"<input name={key} value={one}>" for key, one in secrets.items())
        attack = (
            f"<form method=post action='{address}decide'>{fields}"
            "<button name=decision value=approve>Prize</button></form>"
            f"<iframe src='{address}'></iframe>"
        )
        async with other_page(attack) as url:
            await tab.open(url)
            await tab.until("document.readyState === 'complete'")
            tree = (await tab.call("Page.getFrameTree"))["frameTree"]
            assert [one["frame"]["url"] for one in tree["childFrames"]] == [BLOCKED]
            await tab.click("button")
            await tab.shows("It comes from another page.")
        assert await status(here, policy_id) is VersionStatus.PROPOSED
