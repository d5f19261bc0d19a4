"""The unknown: side effects that may have happened, and are kept, as nobody could tell."""

from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Failed
from assent_engine.store import Reader
from assent_schemas import exact_json

_MARK = "unknown"


@dataclass(frozen=True, slots=True)
class Unknown(Failed):
    """How a call is recorded that the owner ended the run over, undecided: what it called."""

    resource: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"error": self.error, "cause": self.cause, _MARK: self.resource}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A call that may have happened: the step, and where in its run."""

    resource: str
    scope: str
    key: str


async def doubts(read: Reader, run_id: str) -> list[Doubt]:
    """What a run may have done, in order; of called runs each says so itself."""
    entries = await read.marked(run_id, _MARK)
    return [Doubt(exact_json.decode(one.data)[_MARK], one.scope, one.key) for one in entries]


def may_have(open_: list[Doubt]) -> str:
    """In words, with a space before them; nothing of nothing."""
    names = ", ".join(f"{one.resource} ({one.scope}{one.key})" for one in open_)
    return f" It may have happened, and is kept: {names}." if open_ else ""
