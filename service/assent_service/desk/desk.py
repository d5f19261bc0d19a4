"""The desk: one way to ask for any operation, whether through the door or in this process."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from assent_schemas.wire import operations as ops
from assent_schemas.wire.operations import Operation
from assent_service.desk import (
    approvals,
    clients,
    forking,
    happenings,
    hooks,
    http,
    inbox,
    outside,
    policies,
    policy_reading,
    records,
    run_reading,
    runs,
    triggers,
)
from assent_service.desk.room import Caller, Room

Question = TypeVar("Question", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)
Handler = Callable[[Room, Question, Caller], Awaitable[Reply]]

_HANDLERS: dict[str, Handler[Any, Any]] = {}


def _on(operation: Operation[Question, Reply], handler: Handler[Question, Reply]) -> None:
    _HANDLERS[operation.name] = handler


_on(ops.HELLO, records.hello)
_on(ops.STATUS, records.status)
_on(ops.LIST_POLICIES, policy_reading.list_policies)
_on(ops.SHOW_POLICY, policy_reading.show_policy)
_on(ops.READ_POLICY, policy_reading.read_policy)
_on(ops.PROPOSE_POLICY, policies.propose_policy)
_on(ops.APPROVE_POLICY, policies.approve_policy)
_on(ops.REJECT_POLICY, policies.reject_policy)
_on(ops.DISABLE_POLICY, policies.disable_policy)
_on(ops.ENABLE_POLICY, policies.enable_policy)
_on(ops.ROLL_BACK_POLICY, policies.roll_back_policy)
_on(ops.REMOVE_POLICY, policies.remove_policy)
_on(ops.LIST_APPROVALS, approvals.list_approvals)
_on(ops.SHOW_APPROVAL, approvals.show_approval)
_on(ops.OPEN_REVIEW, approvals.open_review)
_on(ops.APPROVE, approvals.approve)
_on(ops.REJECT, approvals.reject)
_on(ops.LIST_RUNS, run_reading.list_runs)
_on(ops.SHOW_RUN, run_reading.show_run)
_on(ops.LIST_HAPPENINGS, run_reading.list_happenings)
_on(ops.START_RUN, runs.start_run)
_on(ops.RESUME_RUN, runs.resume_run)
_on(ops.RESUME_RUNS, runs.resume_runs)
_on(ops.REDRIVE_RUN, runs.redrive_run)
_on(ops.CANCEL_RUN, runs.cancel_run)
_on(ops.SHOW_FORK_POINT, forking.show_fork_point)
_on(ops.LIST_CASES, inbox.list_cases)
_on(ops.SHOW_CASE, inbox.show_case)
_on(ops.RESOLVE_CASE, inbox.resolve_case)
_on(ops.LIST_PAUSES, policy_reading.list_pauses)
_on(ops.PAUSE, policies.pause)
_on(ops.UNPAUSE, policies.unpause)
_on(ops.EMIT_EVENT, happenings.emit_event)
_on(ops.LIST_CLIENTS, clients.list_clients)
_on(ops.ADD_CLIENT, clients.add_client)
_on(ops.GRANT_CLIENT, clients.grant_client)
_on(ops.REVOKE_CLIENT, clients.revoke_client)
_on(ops.AGENT_HTTP, http.agent_http)
_on(ops.SET_AGENT_HTTP, http.set_agent_http)
_on(ops.LIST_GAPS, clients.list_gaps)
_on(ops.LIST_HOOKS, hooks.list_hooks)
_on(ops.ADD_HOOK, hooks.add_hook)
_on(ops.ROTATE_HOOK, hooks.rotate_hook)
_on(ops.REVOKE_HOOK, hooks.revoke_hook)
_on(ops.SHOW_HOOK_LISTENER, hooks.show_listener)
_on(ops.SWITCH_HOOKS, hooks.switch_hooks)
_on(ops.ADOPT_FILES, outside.adopt_files)
_on(ops.LIST_TRIGGERS, triggers.list_triggers)
_on(ops.LIST_OCCURRENCES, triggers.list_occurrences)
_on(ops.FORECAST, triggers.forecast)
_on(ops.LIST_NOTICES, records.list_notices)
_on(ops.LIST_AUDIT, records.list_audit)


@dataclass(slots=True)
class Desk:
    """Carries operations out for whoever may ask; who that is was settled at the door."""

    room: Room

    async def call(
        self, operation: Operation[Question, Reply], asked: Question, caller: Caller
    ) -> Reply:
        """Carry one operation out; raises AssentError."""
        reply: Reply = await _HANDLERS[operation.name](self.room, asked, caller)
        return reply
