"""The icon: every mood is another picture at every size, on light and dark panels."""

from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from assent_tray.face import Face, Mood
from assent_tray.icon import SIZES, Panel, drawn
from assent_tray.icon_sheet import FACES, sheet

ROOT = Path(__file__).parents[2]
DIFFERENT = 12
"""Mean difference, of 255, over all pixels and colours: far more than an eye needs."""


def on_a_panel(face: Face, size: int, panel: Panel) -> Image.Image:
    ground = Image.new("RGB", (size, size), "#ffffff" if panel is Panel.LIGHT else "#000000")
    icon = drawn(face, size, panel)
    ground.paste(icon, (0, 0), icon)
    return ground


def difference(one: Image.Image, other: Image.Image) -> float:
    found = ImageChops.difference(one, other).convert("L")
    return sum(found.tobytes()) / (found.width * found.height)


@pytest.mark.parametrize("panel", Panel)
def test_moods_can_be_told_apart_at_the_smallest_size(panel: Panel) -> None:
    pictures = {mood: on_a_panel(Face(mood, 2), min(SIZES), panel) for mood in Mood}
    for one, other in combinations(Mood, 2):
        assert difference(pictures[one], pictures[other]) > DIFFERENT, (one, other)


@pytest.mark.parametrize("panel", Panel)
@pytest.mark.parametrize("mood", Mood)
def test_every_mood_is_seen_on_its_panel(mood: Mood, panel: Panel) -> None:
    empty = Image.new("RGB", (16, 16), "#ffffff" if panel is Panel.LIGHT else "#000000")
    assert difference(on_a_panel(Face(mood, 1), 16, panel), empty) > DIFFERENT


@pytest.mark.parametrize("size", SIZES)
def test_an_icon_has_its_size_and_nothing_in_its_corners(size: int) -> None:
    for face in FACES:
        icon = drawn(face, size, Panel.DARK)
        assert icon.size == (size, size)
        assert icon.getpixel((0, 0)) == (0, 0, 0, 0)


def test_the_count_is_drawn_up_to_nine() -> None:
    def needing(count: int) -> bytes:
        return drawn(Face(Mood.NEEDS_YOU, count), 16, Panel.DARK).tobytes()

    assert len({needing(count) for count in range(1, 11)}) == 10
    assert needing(10) == needing(10**9)


def test_the_sheet_in_the_documentation_shows_every_face() -> None:
    kept = Image.open(ROOT / "docs" / "pictures" / "tray-icons.png").convert("RGB")
    now = sheet().convert("RGB")
    assert kept.size == now.size
    assert difference(kept, now) < 1
