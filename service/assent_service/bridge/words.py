"""The words of `assent mcp`, read without the command line's own library where they are plain."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assent_schemas.clients import NAME

COMMAND = "mcp"
_OPTIONS = {"--home": "home", "--client": "client"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    home: str | None = None
    client: str | None = None


def asked(words: Sequence[str]) -> Asked | None:
    """What plain words ask for; None where the command line has to look at them itself."""
    if not words or words[0] != COMMAND:
        return None
    found: dict[str, Any] = {}
    left = iter(words[1:])
    for word in left:
        option, given, value = word.partition("=")
        name = _OPTIONS.get(option)
        value = value if given else next(left, "")
        if name is None or name in found or not value or value.startswith("-"):
            return None
        found[name] = value
    if "client" in found and re.fullmatch(NAME, found["client"]) is None:
        return None
    return Asked(**found)
