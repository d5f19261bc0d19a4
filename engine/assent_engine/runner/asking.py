"""Asking: performs the questions of one run to its owner, and counts what each yes is used for."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from assent_engine.admission import Admitted
from assent_engine.clock import Clock
from assent_engine.effects import Claim, Ok, Outcome, WaitDecision, outcome_from_json
from assent_engine.moments import later, moment, timestamp
from assent_engine.notices import NoticeLevel
from assent_engine.ports import Listener, Progress
from assent_engine.requests import Requests
from assent_engine.runner.halts import NeedsOwner, Parked
from assent_engine.runner.permission import Permit
from assent_engine.runner.recorder import Recorder
from assent_engine.runner.standing_by import StandingBy
from assent_engine.store.records import NewNotice, RequestsWithdrawn
from assent_engine.tally import Tally
from assent_schemas import exact_json
from assent_schemas.errors import Refused

ASKED = "asked"
ANSWERED = "answered"
CLAIMED = "claim"


@dataclass(slots=True)
class Asking:
    """Performs WaitDecision and Claim of one run; past `until` the run may not go on."""

    requests: Requests
    recorder: Recorder
    clock: Clock
    permit: Permit
    tally: Tally
    standing_by: StandingBy
    admitted: Admitted
    until: datetime | None
    tell: Listener

    async def ask(self, question: WaitDecision, path: str) -> Outcome:
        """The recorded answer, or the one that the owner gives now; raises Parked."""
        asked = self.recorder.replay(path, question.key, ASKED)
        if asked is None:
            asked = await self._open(question, path)
        elif exact_json.digest(self._shown(question, path, asked["until"])) != asked["hash"]:
            raise NeedsOwner("journal.diverged", "the question is not the one that was asked.")
        answer = self.recorder.replay(path, question.key, ANSWERED)
        if answer is None:
            answer = await self._answer(asked)
            await self.recorder.commit(path, question.key, ANSWERED, answer)
        return Ok(answer)

    def claim(self, claim: Claim, path: str) -> Outcome:
        """Whether a yes still covers a call. Queued before the call's intent, so never lost."""
        recorded = self.recorder.replay(path, claim.key, CLAIMED)
        if recorded is not None:
            return outcome_from_json(recorded)
        outcome = self.tally.answer(claim, path, self.clock.now())
        use = {"given": claim.given, "effect": claim.effect, "call": f"{path}{claim.call}"}
        self.recorder.enqueue(path, claim.key, CLAIMED, {**use, **outcome.as_json()})
        return outcome

    def withdrawn(self, path: str) -> RequestsWithdrawn:
        """The record that what scopes under a path asked needs no answer any more."""
        return RequestsWithdrawn(self.recorder.run_id, path, self.recorder.now())

    async def _open(self, question: WaitDecision, path: str) -> dict[str, Any]:
        await self.permit()
        due = later(self.clock.now(), question.deadline)
        until = timestamp(due if self.until is None else min(due, self.until))
        shown = self._shown(question, path, until)
        row = self.requests.question(self.recorder.run_id, f"{path}{question.key}", shown, until)
        asked = {"request": row.id, "hash": row.hash, "until": until}
        text = (
            f"{self.admitted.policy.name} asks you: {row.title}"
            f" Decide until {until}: assent approvals show {row.id}"
        )
        notice = NewNotice(f"{row.run_id}/ask/{row.id}", text, NoticeLevel.INFO, row.run_id, row.at)
        await self.recorder.commit(path, question.key, ASKED, asked, row, notice)
        self.tell(Progress("question.asked", row.run_id, path, question.key, {**asked, **shown}))
        return asked

    def _shown(self, question: WaitDecision, path: str, until: str) -> dict[str, Any]:
        """Exactly what is decided on: who asks what, for which calls, until when."""
        admitted = self.admitted
        policy = {
            "policy_id": admitted.policy_id,
            "name": admitted.policy.name,
            "version": admitted.version,
            "hash": admitted.hash,
        }
        asked_at = f"{path}{question.key}"
        where = {"run": self.recorder.run_id, "asked_at": asked_at, "policy": policy}
        shown = {**where, **question.request, "until": until}
        return exact_json.plain(shown)  # type: ignore[no-any-return]

    async def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        request_id, until = asked["request"], moment(asked["until"])
        while True:
            await self.permit()
            woken = asyncio.get_running_loop().create_future()
            # Watched before it is looked up: no decision falls between the two.
            with self.requests.watched(request_id, partial(self.standing_by.activity.wake, woken)):
                if (answer := await self._answered(asked)) is not None:
                    return answer
                if not woken.done():
                    await self.standing_by.wait(woken, Parked(until, "your answer"))

    async def _answered(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return await self.requests.answered(asked["request"], asked["hash"])
        except Refused as refusal:
            raise NeedsOwner("request.tampered", refusal.problem.detail) from refusal
