"""Notifying the owner: a notice on the board, once per call."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from assent_engine.notices import Notice, NoticeBoard, NoticeLevel
from assent_engine.registry import (
    Done,
    NotDone,
    Reconciled,
    StepContext,
    Unsure,
    World,
    WorldPartMissing,
    step,
)


class NoticeInput(BaseModel):
    """What to tell the owner."""

    msg: Annotated[str, Field(min_length=1, max_length=2000)]
    level: NoticeLevel = NoticeLevel.INFO


@dataclass(frozen=True, slots=True)
class Recorded:
    """The notice stands on the board under this key."""

    key: str
    recorded: Literal[True] = True


def board_of(world: World) -> NoticeBoard:
    """The world's notice board; raises WorldPartMissing."""
    return world.get(NoticeBoard)  # type: ignore[type-abstract]  # ports are looked up by protocol


async def look_up(context: StepContext) -> Reconciled:
    """Ask the board whether the notice of this call stands there."""
    try:
        notice = await board_of(context.world).find(context.idempotency_key)
    except WorldPartMissing as error:
        return Unsure(str(error))
    return Done({"key": notice.key, "recorded": True}) if notice else NotDone()


@step(
    "notify.user",
    "Tells the owner something; shown in the tray and the CLI.",
    version="1",
    side_effect=True,
    irreversible="What the owner has read cannot be unread.",
    reconcile=look_up,
)
async def notify(given: NoticeInput, context: StepContext) -> Recorded:
    notice = Notice(context.idempotency_key, given.msg, given.level, context.run_id)
    await board_of(context.world).post(notice)
    return Recorded(context.idempotency_key)
