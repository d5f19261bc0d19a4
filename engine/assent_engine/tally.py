"""How often each yes of the owner was used in a run: never for more calls than it covers."""

from dataclasses import dataclass, field
from datetime import datetime

from assent_engine.effects import Claim, Failed, Ok, Outcome
from assent_engine.interpreter.faults import NOT_COVERED
from assent_engine.moments import moment


@dataclass(slots=True)
class Tally:
    """The calls that used a yes, by question and hash; across all scopes of one run."""

    _used: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def answer(self, claim: Claim, path: str, now: datetime) -> Outcome:
        """Ok, noting the call, or why this yes covers it no more. A call counts once."""
        if now >= moment(claim.until):
            return Failed(NOT_COVERED, f"The yes to {claim.given} ended at {claim.until}.")
        calls = self._calls(claim.given, claim.effect)
        call = f"{path}{claim.call}"
        if call not in calls and len(calls) >= claim.count:
            return Failed(NOT_COVERED, f"The yes to {claim.given} was used for this call before.")
        calls.add(call)
        return Ok(None)

    def recall(self, given: str, effect: str, call: str) -> None:
        """Count a call that used a yes before, by its scope's path and its key."""
        self._calls(given, effect).add(call)

    def _calls(self, given: str, effect: str) -> set[str]:
        return self._used.setdefault((given, effect), set())
