"""What a symbol may look like, for policies and files alike."""

import re
from typing import Annotated

from pydantic import Field

PATTERN = r"^[A-Za-z0-9.^=/-]{1,32}$"
_SYMBOL = re.compile(r"[A-Za-z0-9.^=/-]{1,32}")

Symbol = Annotated[str, Field(pattern=PATTERN, examples=["AAPL", "^VIX"])]
"""1 to 32 of A-Z a-z 0-9 . ^ - = /; case counts."""


def is_symbol(text: str) -> bool:
    """Whether a text is a symbol."""
    return _SYMBOL.fullmatch(text) is not None
