"""Where a state leads: the next state's name, or the end of its scope, and the data."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Transition:
    """`next` is None at the end of the scope; `value` goes on, `assigned` are new variables.

    `weight` is an upper bound of the value's size in bytes of canonical JSON. `approved` is what
    the owner's answer covers, by the name of the state that asked.
    `weight` is an upper bound of the value's size in bytes of canonical JSON. With `compensates`
    what the state did to the outside is reversed first.
    """

    next: str | None
    value: Any
    assigned: dict[str, Any] | None = None
    weight: int = 0
    approved: dict[str, Any] | None = None
    compensates: bool = False
