"""Reading the parts of what the tray knows from the service, whole and within bounds."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from assent_schemas import exact_json
from assent_schemas.wire import operations as ops
from assent_schemas.wire.approvals import Approval, ApprovalAsked
from assent_schemas.wire.frame import Nothing, PageAsked
from assent_schemas.wire.inbox import CaseAsked, CasesAsked
from assent_schemas.wire.policies import PolicyAsked
from assent_schemas.wire.runs import RunsAsked
from assent_tray.state import Brief, Part, State

if TYPE_CHECKING:
    from assent_client.client import Client

MOST_LISTED = 200
MOST_CASES = 20
"""Each is read whole; the menu shows fewer."""
_MOST_EFFECTS = 5
Change = Callable[[State], State]


async def read(part: Part, client: "Client") -> Change:
    """One part as it is now, as the change that it makes. Raises Refused."""
    return await _READERS[part](client)


async def brief_of(one: Approval, client: "Client") -> Brief | None:
    """What exactly this would do, in short; None where it is not there any more as listed.

    Raises Refused.
    """
    if one.version is not None:
        asked = PolicyAsked(policy=one.id, version=one.version)
        reading = await client.call(ops.READ_POLICY, asked)
        brief = Brief(reading.hash, (reading.brief,), reading.acts)
    else:
        shown = await client.call(ops.SHOW_APPROVAL, ApprovalAsked(approval=one.id))
        # Whatever a run asks, it does something with the yes.
        brief = Brief(shown.hash, _question(shown.shown), acts=True)
    return brief if brief.hash == one.hash else None


def _question(shown: dict[str, object]) -> tuple[str, ...]:
    """The calls that a yes to a run's question covers."""
    effects = shown.get("effects")
    if not isinstance(effects, list) or not effects:
        return ("A run goes on with your yes.",)
    said = [_effect(one) for one in effects[:_MOST_EFFECTS]]
    rest = len(effects) - _MOST_EFFECTS
    return ("A yes covers exactly:", *said, *([f"and {rest} more"] if rest > 0 else []))


def _effect(one: object) -> str:
    if not isinstance(one, dict):
        return "?"
    given = exact_json.encode(exact_json.plain(one.get("input"))).decode()
    return f"{one.get('resource')} {given}"


async def _status(client: "Client") -> Change:
    found = await client.call(ops.STATUS, Nothing())
    return lambda state: replace(state, status=found)


async def _approvals(client: "Client") -> Change:
    page = await client.call(ops.LIST_APPROVALS, PageAsked(limit=MOST_LISTED))
    return lambda state: replace(state, approvals=tuple(page.items))


async def _cases(client: "Client") -> Change:
    page = await client.call(ops.LIST_CASES, CasesAsked(limit=MOST_CASES))
    asked = [CaseAsked(case=one.intervention_id) for one in page.items]
    found = tuple([await client.call(ops.SHOW_CASE, one) for one in asked])
    return lambda state: replace(state, cases=found)


async def _runs(client: "Client") -> Change:
    page = await client.call(ops.LIST_RUNS, RunsAsked(limit=MOST_LISTED, newest=True))
    return lambda state: replace(state, runs=tuple(page.items))


async def _pauses(client: "Client") -> Change:
    page = await client.call(ops.LIST_PAUSES, PageAsked(limit=MOST_LISTED))
    return lambda state: replace(state, pauses=tuple(page.items))


_READERS: dict[Part, Callable[["Client"], Awaitable[Change]]] = {
    Part.STATUS: _status,
    Part.APPROVALS: _approvals,
    Part.CASES: _cases,
    Part.RUNS: _runs,
    Part.PAUSES: _pauses,
}
