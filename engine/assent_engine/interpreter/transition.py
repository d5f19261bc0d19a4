"""Where a state leads: the next state's name, or the end of its scope, and the data."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Transition:
    """`next` is None at the end of the scope; `value` goes on."""

    next: str | None
    value: Any
