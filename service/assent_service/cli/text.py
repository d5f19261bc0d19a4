"""Values and documents in visible text, for the terminal."""

from typing import Any

from assent_schemas import exact_json
from assent_schemas.visible import LONGEST, shown, visible

__all__ = ["shown", "shown_document", "shown_json"]


def shown_json(value: Any, longest: int = LONGEST) -> str:
    """A JSON value in one line."""
    return shown(exact_json.encode(exact_json.plain(value)).decode(), longest)


def shown_document(text: str) -> str:
    """A JSON document of several lines, whole and equal, with nothing hidden in it."""
    return "\n".join(visible(line) for line in text.split("\n"))
