"""A frame: what a run is carried out within; that of a called one lies within its caller's."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from assent_engine.budget import Budget
from assent_engine.runner.activity import Activity
from assent_engine.runner.endings import AtEnd
from assent_engine.runner.permission import Permit


async def freely() -> None:
    """The permit of a run that nobody called."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`permit` is the caller's; `at_end` makes what the caller records with the run's end.

    `may_act` is the caller's permission without its time: what was done is reversed after that.
    """

    budget: Budget
    deadline: datetime | None
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    activity: Activity = field(default_factory=Activity)
    permit: Permit = freely
    at_end: AtEnd | None = None
    may_act: Permit = freely
