"""The pictures of the review page in docs/pictures: real pages, as Chromium draws them."""

import asyncio
import tempfile
from pathlib import Path

from service.review.chromium import Tab, chromium
from service.review.scenes import next_version, trading
from service.review.stages import stage

FOLDER = Path(__file__).parents[3] / "docs" / "pictures"
WIDE, NARROW = 760, 360


async def take() -> None:
    """A new version in both schemes and narrow; orders, before and after the decision."""
    await asyncio.to_thread(FOLDER.mkdir, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with chromium() as tab:
            async with stage(Path(folder) / "policy") as here:
                await tab.open(await here.address(await next_version(here)))
                await _version(tab)
            async with stage(Path(folder) / "orders") as here:
                await tab.open(await here.address(await here.asking(trading())))
                await _orders(tab)


async def _version(tab: Tab) -> None:
    await tab.shows("Your decision")
    await tab.looks(width=WIDE)
    await tab.picture(FOLDER / "review-version.webp", 1380)
    await tab.looks(width=NARROW, dark=True)
    await tab.picture(FOLDER / "review-narrow-dark.webp", 1380)


async def _orders(tab: Tab) -> None:
    await tab.shows("Your decision")
    await tab.looks(width=WIDE, dark=True)
    await tab.picture(FOLDER / "review-orders-dark.webp", 1380)
    await tab.looks(width=WIDE)
    await tab.click("button.yes")
    await tab.shows("Approved from the review page")
    await tab.picture(FOLDER / "review-decided.webp", 560)


if __name__ == "__main__":
    asyncio.run(take())
