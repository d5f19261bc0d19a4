"""Every icon on one sheet, for the documentation; the argument is the file to write."""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from assent_tray.face import Face, Mood
from assent_tray.icon import SIZES, Panel, drawn

_GROUND = {Panel.LIGHT: "#e8eaed", Panel.DARK: "#24272c"}
_WORDS = {Panel.LIGHT: "#24292f", Panel.DARK: "#f0f3f6"}
_ROW, _NAMES, _GAP = 72, 132, 14
FACES = (
    Face(Mood.FINE),
    Face(Mood.WORKING),
    Face(Mood.NEEDS_YOU, 1),
    Face(Mood.NEEDS_YOU, 3),
    Face(Mood.NEEDS_YOU, 12),
    Face(Mood.PAUSED),
    Face(Mood.TROUBLE),
    Face(Mood.NOT_CONNECTED),
)


def sheet() -> Image.Image:
    """A row for each face, on a light and on a dark panel, at each size."""
    width = _NAMES + sum(SIZES) + _GAP * (len(SIZES) + 1)
    whole = Image.new("RGB", (2 * width, _ROW * len(FACES)))
    for at, panel in enumerate(Panel):
        whole.paste(_half(panel, width), (at * width, 0))
    return whole.quantize(64, dither=Image.Dither.NONE)


def _half(panel: Panel, width: int) -> Image.Image:
    half = Image.new("RGB", (width, _ROW * len(FACES)), _GROUND[panel])
    draw = ImageDraw.Draw(half)
    for row, face in enumerate(FACES):
        middle = row * _ROW + _ROW // 2
        name = f"{face.mood} ({face.count})" if face.count else str(face.mood)
        font = ImageFont.load_default(size=14)
        draw.text((_GAP, middle), name, fill=_WORDS[panel], font=font, anchor="lm")
        left = _NAMES
        for size in SIZES:
            icon = drawn(face, size, panel)
            half.paste(icon, (left, middle - size // 2), icon)
            left += size + _GAP
    return half


if __name__ == "__main__":
    sheet().save(Path(sys.argv[1]), optimize=True)
