"""Words from outside made safe to show: no control, bidirectional or invisible characters."""

from typing import Any

from assent_schemas import exact_json
from assent_service.visible import visible

LONGEST = 200


def shown(text: object, longest: int = LONGEST) -> str:
    """One line of visible text; what is cut or hidden is said."""
    seen = visible(str(text))
    if len(seen) <= longest:
        return seen
    return f"{seen[:longest]}... ({len(seen) - longest} more characters)"


def shown_json(value: Any, longest: int = LONGEST) -> str:
    """A JSON value in one line."""
    return shown(exact_json.encode(exact_json.plain(value)).decode(), longest)


def shown_document(text: str) -> str:
    """A JSON document of several lines, whole and equal, with nothing hidden in it."""
    return "\n".join(visible(line) for line in text.split("\n"))
