"""The icon, drawn: a seal with a mark in it for each mood, in ink for light and dark panels."""

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from assent_tray.face import Face, Mood

if TYPE_CHECKING:
    from PIL.Image import Image

SIZES = (16, 22, 24, 32, 48, 64)
"""Pixels at which panels ask for it."""
_FINER = 8
"""It is drawn so many times larger, and then made small."""
_BLUE, _AMBER, _RED, _WHITE = "#2f7fd8", "#d9730d", "#d1333b", "#ffffff"
_MOST_COUNTED = 9
_CHECK = ((0.28, 0.52), (0.44, 0.68), (0.73, 0.35))


class Panel(StrEnum):
    """What the icon stands on."""

    LIGHT = "light"
    DARK = "dark"


_INK = {Panel.LIGHT: "#24292f", Panel.DARK: "#f0f3f6"}
_FAINT = {Panel.LIGHT: "#7a828c", Panel.DARK: "#9aa4af"}


@lru_cache(maxsize=64)
def drawn(face: Face, size: int, panel: Panel) -> "Image":
    """The icon of so many pixels a side, on nothing."""
    from PIL import Image

    pen = _Pen(size * _FINER)
    _DRAWINGS[face.mood](pen, face, panel)
    return pen.image.resize((size, size), Image.Resampling.LANCZOS)


class _Pen:
    """Draws in parts of the whole: 0 to 1 from the upper left."""

    def __init__(self, side: int) -> None:
        from PIL import Image, ImageDraw

        self.side = side
        self.image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)

    def ring(self, colour: str, width: float = 0.1) -> None:
        self._draw.ellipse(self._box(0.03), outline=colour, width=round(width * self.side))

    def arcs(self, colour: str, width: float = 0.1) -> None:
        """A ring in pieces."""
        for start in range(45, 405, 90):
            box, wide = self._box(0.03), round(width * self.side)
            self._draw.arc(box, start + 11, start + 79, fill=colour, width=wide)

    def disc(self, colour: str) -> None:
        self._draw.ellipse(self._box(0.02), fill=colour)

    def stroke(self, points: tuple[tuple[float, float], ...], colour: str, width: float) -> None:
        """A line with round ends and corners."""
        there = [(x * self.side, y * self.side) for x, y in points]
        self._draw.line(there, fill=colour, width=round(width * self.side), joint="curve")
        half = width * self.side / 2
        for x, y in there:
            self._draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)

    def area(self, points: tuple[tuple[float, float], ...], colour: str, soft: float) -> None:
        """A filled shape with round corners."""
        there = [(x * self.side, y * self.side) for x, y in points]
        self._draw.polygon(there, fill=colour)
        self.stroke((*points, points[0]), colour, soft)

    def word(self, text: str, colour: str, height: float) -> None:
        """A short text in the middle; `height` is that of its capitals, roughly."""
        from PIL import ImageFont

        font = ImageFont.load_default(size=height * self.side * 1.4)
        middle, heavy = self.side / 2, round(0.025 * self.side)
        where = (middle, middle)
        left, top, right, bottom = self._draw.textbbox(where, text, font=font, anchor="mm")
        at = (2 * middle - (left + right) / 2, 2 * middle - (top + bottom) / 2)
        self._draw.text(
            at, text, fill=colour, font=font, anchor="mm", stroke_width=heavy, stroke_fill=colour
        )

    def _box(self, inset: float) -> tuple[float, float, float, float]:
        near, far = inset * self.side, (1 - inset) * self.side
        return (near, near, far, far)


def _fine(pen: _Pen, _face: Face, panel: Panel) -> None:
    pen.ring(_INK[panel])
    pen.stroke(_CHECK, _INK[panel], 0.12)


def _working(pen: _Pen, _face: Face, _panel: Panel) -> None:
    pen.disc(_BLUE)
    pen.area(((0.41, 0.32), (0.41, 0.68), (0.70, 0.5)), _WHITE, 0.06)


def _needs_you(pen: _Pen, face: Face, _panel: Panel) -> None:
    pen.disc(_AMBER)
    many = face.count > _MOST_COUNTED
    pen.word(f"{_MOST_COUNTED}+" if many else str(face.count), _WHITE, 0.44 if many else 0.58)


def _paused(pen: _Pen, _face: Face, panel: Panel) -> None:
    pen.ring(_INK[panel])
    for x in (0.375, 0.625):
        pen.stroke(((x, 0.35), (x, 0.65)), _INK[panel], 0.14)


def _trouble(pen: _Pen, _face: Face, _panel: Panel) -> None:
    pen.area(((0.5, 0.11), (0.92, 0.87), (0.08, 0.87)), _RED, 0.14)
    pen.stroke(((0.5, 0.38), (0.5, 0.60)), _WHITE, 0.13)
    pen.stroke(((0.5, 0.80), (0.5, 0.80)), _WHITE, 0.14)


def _not_connected(pen: _Pen, _face: Face, panel: Panel) -> None:
    pen.arcs(_FAINT[panel], 0.12)
    pen.stroke(((0.37, 0.37), (0.63, 0.63)), _FAINT[panel], 0.12)
    pen.stroke(((0.63, 0.37), (0.37, 0.63)), _FAINT[panel], 0.12)


_DRAWINGS: dict[Mood, Callable[[_Pen, Face, Panel], None]] = {
    Mood.FINE: _fine,
    Mood.WORKING: _working,
    Mood.NEEDS_YOU: _needs_you,
    Mood.PAUSED: _paused,
    Mood.TROUBLE: _trouble,
    Mood.NOT_CONNECTED: _not_connected,
}
