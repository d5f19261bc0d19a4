"""Telling: what was committed becomes events, as far as a client may want to see it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assent_engine.requests import kind_told
from assent_engine.store import Reader
from assent_engine.store.records import (
    FailureNotice,
    InterventionDecided,
    InterventionsWithdrawn,
    NewIntervention,
    NewNotice,
    NewRequest,
    NewVersion,
    PauseBegun,
    PauseEnded,
    PolicyChange,
    Record,
    RecoveryNotice,
    RequestDecided,
    RequestsWithdrawn,
    RequestTimedOut,
    VersionDecided,
)
from assent_schemas.errors import AssentError
from assent_service.desk.hub import Hub

_LOG = logging.getLogger(__name__)
Told = tuple[str, dict[str, Any]]


def _wanted(one: NewVersion) -> Told:
    return "approval.wanted", {"kind": "policy", "id": one.policy_id, "version": one.version}


def _asked(one: NewRequest) -> Told:
    about = {"id": one.id, "run_id": one.run_id, "title": one.title, "until": one.deadline}
    return "approval.wanted", {"kind": kind_told(one.kind, one.shown), **about}


def _judged(one: VersionDecided) -> Told:
    about = {"id": one.policy_id, "version": one.version, "decision": str(one.status)}
    return "approval.decided", {"kind": "policy", **about}


def _answered(one: RequestDecided) -> Told:
    about = {"id": one.id, "decision": one.status, "by": one.decided_by, "how": one.decided_how}
    return "approval.decided", about


def _timed_out(one: RequestTimedOut) -> Told:
    return "approval.decided", {"id": one.id, "decision": "timed_out"}


def _settled(one: InterventionDecided) -> Told:
    about = {"id": one.id, "choice": one.choice, "by": one.decided_by, "how": one.decided_how}
    return "case.decided", about


def _changed(one: PolicyChange) -> Told:
    about = {"status": str(one.status), "active_version": one.active_version}
    return "policy.changed", {"policy_id": one.policy_id, "name": one.name, **about}


def _paused(one: PauseBegun) -> Told:
    return "pause.changed", {"subject": one.subject, "paused": True, "until": one.until}


def _resumed(one: PauseEnded) -> Told:
    return "pause.changed", {"subject": one.subject, "paused": False, "until": None}


_AT_ONCE: dict[type[Any], Callable[[Any], Told]] = {
    NewVersion: _wanted,
    NewRequest: _asked,
    VersionDecided: _judged,
    RequestDecided: _answered,
    RequestTimedOut: _timed_out,
    InterventionDecided: _settled,
    PolicyChange: _changed,
    PauseBegun: _paused,
    PauseEnded: _resumed,
}
_AFTER_A_LOOK = (
    NewNotice,
    FailureNotice,
    RecoveryNotice,
    NewIntervention,
    InterventionsWithdrawn,
    RequestsWithdrawn,
)
"""What may have changed nothing: only the store tells."""


@dataclass(slots=True)
class Telling:
    """Hears what a store has committed, and tells the hub; to be run beside it."""

    hub: Hub
    read: Reader
    _unsure: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)

    def hear(self, records: Sequence[Record]) -> None:
        """What was committed; never waits."""
        for one in records:
            if (made := _AT_ONCE.get(type(one))) is not None:
                self.hub.publish(*made(one))
            elif isinstance(one, _AFTER_A_LOOK):
                self._unsure.put_nowait(one)

    async def run(self) -> None:
        """Look at what may have changed nothing, and tell of what has; until it is cancelled."""
        while True:
            one = await self._unsure.get()
            try:
                told = await self._looked(one)
            except AssentError:
                _LOG.exception("what happened could not be read")
                self.hub.begin_anew()
                continue
            for kind, data in told:
                self.hub.publish(kind, data)

    async def _looked(self, one: Any) -> list[Told]:
        match one:
            case NewIntervention():
                return await self._opened(one)
            case InterventionsWithdrawn():
                return await self._withdrawn_cases(one)
            case RequestsWithdrawn():
                return await self._withdrawn_requests(one)
            case _:
                return await self._posted(one)

    async def _posted(self, one: NewNotice) -> list[Told]:
        """A notice is single, and some are only written after so many failures."""
        found = await self.read.notice(one.key)
        if found is None or await self.read.noticed_at(one.key) != one.at:
            return []
        about = {"key": one.key, "text": found.text, "level": str(found.level)}
        return [("notice.posted", {**about, "run_id": one.run_id, "at": one.at})]

    async def _opened(self, one: NewIntervention) -> list[Told]:
        """While a case about the same subject is open, that one stands."""
        found = await self.read.intervention(one.id)
        about = {"id": one.id, "run_id": one.run_id, "code": one.code, "text": one.text}
        return [] if found is None else [("case.opened", about)]

    async def _withdrawn_cases(self, one: InterventionsWithdrawn) -> list[Told]:
        rows = await self.read.interventions(one.run_id)
        gone = [row for row in rows if row.status == "withdrawn" and row.closed_at == one.at]
        return [("case.withdrawn", {"id": row.id, "run_id": row.run_id}) for row in gone]

    async def _withdrawn_requests(self, one: RequestsWithdrawn) -> list[Told]:
        rows = await self.read.requests(one.run_id)
        gone = [row for row in rows if row.status == "withdrawn" and row.closed_at == one.at]
        return [("approval.withdrawn", {"id": row.id, "run_id": row.run_id}) for row in gone]
