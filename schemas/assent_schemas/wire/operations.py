"""Every operation of the owner door in one table: service, client and OpenAPI are made from it.

A field of the question that stands in braces in the path goes there; the others go into the
query of a GET, or into the JSON body.
"""

import re
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from assent_schemas.wire import (
    approvals,
    clients,
    happenings,
    hooks,
    inbox,
    policies,
    portfolio,
    runs,
    service,
    triggers,
)
from assent_schemas.wire.frame import Nothing, Page, PageAsked

Question = TypeVar("Question", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Operation(Generic[Question, Reply]):
    """One thing that can be asked of the service."""

    name: str
    verb: Literal["GET", "POST"]
    path: str
    asks: type[Question]
    answers: type[Reply]
    summary: str

    @property
    def changes(self) -> bool:
        """Whether it changes something, and so is audited and needs the engine."""
        return self.verb == "POST"

    @property
    def in_path(self) -> list[str]:
        """The fields of the question that stand in the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def subject(self) -> str | None:
        """The field that names what it is about."""
        names = [name for name in _SUBJECTS if name in self.asks.model_fields]
        return names[0] if names else None


_SUBJECTS = ("approval", "case", "client", "run", "policy", "hook")

HELLO = Operation("hello", "GET", "/hello", Nothing, service.Hello, "Who answers")
STATUS = Operation("status", "GET", "/status", Nothing, service.Status, "How the service stands")

LIST_POLICIES = Operation(
    "list_policies",
    "GET",
    "/policies",
    PageAsked,
    Page[policies.PolicySummary],
    "All policies, with what is in force and what waits",
)
SHOW_POLICY = Operation(
    "show_policy",
    "GET",
    "/policies/{policy}",
    policies.PolicyAsked,
    policies.PolicyDetail,
    "The exact document of one version, and what was decided",
)
READ_POLICY = Operation(
    "read_policy",
    "GET",
    "/policies/{policy}/reading",
    policies.PolicyAsked,
    policies.PolicyReading,
    "What one version does, in plain words, at worst too",
)
PROPOSE_POLICY = Operation(
    "propose_policy",
    "POST",
    "/policies",
    policies.Proposing,
    policies.Proposed,
    "Put a document before the owner",
)
APPROVE_POLICY = Operation(
    "approve_policy",
    "POST",
    "/policies/{policy}/approve",
    policies.ApprovingPolicy,
    policies.PolicyChanged,
    "The owner's yes to exactly one document",
)
REJECT_POLICY = Operation(
    "reject_policy",
    "POST",
    "/policies/{policy}/reject",
    policies.RejectingPolicy,
    policies.PolicyChanged,
    "The owner's no to a proposal",
)
DISABLE_POLICY = Operation(
    "disable_policy",
    "POST",
    "/policies/{policy}/disable",
    policies.PolicyNamed,
    policies.PolicyChanged,
    "Let no run of a policy start or go on",
)
ENABLE_POLICY = Operation(
    "enable_policy",
    "POST",
    "/policies/{policy}/enable",
    policies.PolicyNamed,
    policies.PolicyChanged,
    "Undo disable",
)
ROLL_BACK_POLICY = Operation(
    "roll_back_policy",
    "POST",
    "/policies/{policy}/rollback",
    policies.RollingBack,
    policies.PolicyChanged,
    "Bring an earlier approved version back into force",
)
REMOVE_POLICY = Operation(
    "remove_policy",
    "POST",
    "/policies/{policy}/remove",
    policies.PolicyNamed,
    policies.PolicyChanged,
    "Take a policy out of use for good",
)

LIST_APPROVALS = Operation(
    "list_approvals",
    "GET",
    "/approvals",
    PageAsked,
    Page[approvals.Approval],
    "What waits for a yes or no, the soonest to expire first",
)
SHOW_APPROVAL = Operation(
    "show_approval",
    "GET",
    "/approvals/{approval}",
    approvals.ApprovalAsked,
    approvals.ApprovalDetail,
    "Exactly what is decided on",
)
OPEN_REVIEW = Operation(
    "open_review",
    "POST",
    "/approvals/{approval}/review",
    approvals.ApprovalAsked,
    approvals.ReviewOpened,
    "A page for a browser of this computer that shows it whole",
)
APPROVE = Operation(
    "approve",
    "POST",
    "/approvals/{approval}/approve",
    approvals.Approving,
    approvals.Decided,
    "The owner's yes to exactly what was shown",
)
REJECT = Operation(
    "reject",
    "POST",
    "/approvals/{approval}/reject",
    approvals.Rejecting,
    approvals.Decided,
    "The owner's no",
)

LIST_RUNS = Operation(
    "list_runs", "GET", "/runs", runs.RunsAsked, Page[runs.RunSummary], "Runs, as they were started"
)
SHOW_RUN = Operation(
    "show_run",
    "GET",
    "/runs/{run}",
    runs.RunAsked,
    runs.RunDetail,
    "Where a run stands, and what it did to the outside",
)
LIST_HAPPENINGS = Operation(
    "list_happenings",
    "GET",
    "/runs/{run}/journal",
    runs.JournalAsked,
    Page[runs.Happening],
    "The journal of a run, in order",
)
START_RUN = Operation(
    "start_run",
    "POST",
    "/runs",
    runs.Starting,
    runs.RunSummary,
    "Run a policy's version in force; answered once it is under way",
)
RESUME_RUN = Operation(
    "resume_run",
    "POST",
    "/runs/{run}/resume",
    runs.RunAsked,
    runs.RunSummary,
    "Go on with what a crash, a stop or a wait left",
)
RESUME_RUNS = Operation(
    "resume_runs",
    "POST",
    "/resume",
    Nothing,
    runs.Resumed,
    "Go on with every run that can go on by itself",
)
REDRIVE_RUN = Operation(
    "redrive_run",
    "POST",
    "/runs/{run}/redrive",
    runs.RunAsked,
    runs.RunSummary,
    "Go on with a run that failed, from where it failed",
)
CANCEL_RUN = Operation(
    "cancel_run",
    "POST",
    "/runs/{run}/cancel",
    runs.Cancelling,
    runs.RunSummary,
    "End a run and reverse what it did, the latest first",
)
SHOW_FORK_POINT = Operation(
    "show_fork_point",
    "GET",
    "/runs/{run}/fork-point",
    runs.ForkPointAsked,
    runs.ForkPoint,
    "What a run stood with at one of its states, to try how it would have gone on",
)

LIST_CASES = Operation(
    "list_cases",
    "GET",
    "/inbox",
    inbox.CasesAsked,
    Page[inbox.Case],
    "The cases that only the owner can settle",
)
SHOW_CASE = Operation(
    "show_case",
    "GET",
    "/inbox/{case}",
    inbox.CaseAsked,
    inbox.CaseDetail,
    "The call in question, and what each choice means",
)
RESOLVE_CASE = Operation(
    "resolve_case",
    "POST",
    "/inbox/{case}/resolve",
    inbox.Resolving,
    inbox.Resolved,
    "Decide a case, once and for good",
)

LIST_PAUSES = Operation(
    "list_pauses", "GET", "/pauses", PageAsked, Page[policies.Pause], "The pauses in force"
)
PAUSE = Operation(
    "pause",
    "POST",
    "/pauses",
    policies.Pausing,
    policies.Pause,
    "Let nothing of a policy, or of all, start or go on",
)
UNPAUSE = Operation(
    "unpause",
    "POST",
    "/pauses/end",
    policies.Unpausing,
    runs.Resumed,
    "End a pause, and go on with the runs that it stopped",
)

EMIT_EVENT = Operation(
    "emit_event",
    "POST",
    "/happenings",
    happenings.Emitting,
    happenings.Emitted,
    "Tell of an event, and start what waits for it",
)

LIST_HOOKS = Operation(
    "list_hooks",
    "GET",
    "/hooks",
    PageAsked,
    Page[hooks.HookTold],
    "The webhooks, with what waits for them and when they were called",
)
ADD_HOOK = Operation(
    "add_hook",
    "POST",
    "/hooks",
    hooks.AddingHook,
    hooks.HookMade,
    "Make a webhook; its secret is told this once",
)
ROTATE_HOOK = Operation(
    "rotate_hook",
    "POST",
    "/hooks/{hook}/rotate",
    hooks.HookNamed,
    hooks.HookMade,
    "Give a webhook another secret, told this once",
)
REVOKE_HOOK = Operation(
    "revoke_hook",
    "POST",
    "/hooks/{hook}/revoke",
    hooks.HookNamed,
    hooks.HookRevoked,
    "Let a webhook be called no more",
)
SHOW_HOOK_LISTENER = Operation(
    "show_hook_listener",
    "GET",
    "/hook-listener",
    Nothing,
    hooks.HookListener,
    "Whether webhooks are listened to, and where",
)
SWITCH_HOOKS = Operation(
    "switch_hooks",
    "POST",
    "/hook-listener",
    hooks.SwitchingHooks,
    hooks.HookListener,
    "Have webhooks listened to, or not",
)
ADOPT_FILES = Operation(
    "adopt_files",
    "POST",
    "/portfolio",
    portfolio.Adopting,
    portfolio.Portfolio,
    "Take the owner's holdings and prices in",
)

LIST_TRIGGERS = Operation(
    "list_triggers",
    "GET",
    "/triggers",
    triggers.TriggersAsked,
    Page[triggers.TriggerTold],
    "The triggers in force, with what is due next",
)
LIST_OCCURRENCES = Operation(
    "list_occurrences",
    "GET",
    "/occurrences",
    triggers.OccurrencesAsked,
    Page[triggers.OccurrenceTold],
    "What became of every due time",
)
FORECAST = Operation(
    "forecast",
    "GET",
    "/forecast",
    triggers.ForecastAsked,
    triggers.Forecast,
    "What will be due, in the order of time",
)

LIST_CLIENTS = Operation(
    "list_clients",
    "GET",
    "/clients",
    PageAsked,
    Page[clients.ClientTold],
    "The MCP clients, what each may do, and when it was last used",
)
ADD_CLIENT = Operation(
    "add_client",
    "POST",
    "/clients",
    clients.Adding,
    clients.Added,
    "Make a client; its token is told here, and never again",
)
GRANT_CLIENT = Operation(
    "grant_client",
    "POST",
    "/clients/{client}/grant",
    clients.Granting,
    clients.ClientTold,
    "Let a client do more, from its next call on; it keeps its token and its scopes",
)
REVOKE_CLIENT = Operation(
    "revoke_client",
    "POST",
    "/clients/{client}/revoke",
    clients.ClientAsked,
    clients.ClientTold,
    "Cut a client off, from its next call on",
)
AGENT_HTTP = Operation(
    "agent_http",
    "GET",
    "/agent-http",
    Nothing,
    clients.HttpTold,
    "Whether MCP clients may come by HTTP, and where",
)
SET_AGENT_HTTP = Operation(
    "set_agent_http",
    "POST",
    "/agent-http",
    clients.HttpAsked,
    clients.HttpTold,
    "Let MCP clients come by HTTP on the loopback interface, or no more",
)
LIST_GAPS = Operation(
    "list_gaps", "GET", "/gaps", PageAsked, Page[clients.Gap], "The tools that agents lack"
)

LIST_NOTICES = Operation(
    "list_notices",
    "GET",
    "/notices",
    service.NoticesAsked,
    Page[service.NoticeTold],
    "What the owner should see",
)
LIST_AUDIT = Operation(
    "list_audit", "GET", "/audit", PageAsked, Page[service.AuditLine], "Who did what, and when"
)

OPERATIONS: dict[str, Operation[Any, Any]] = {
    one.name: one for one in list(globals().values()) if isinstance(one, Operation)
}
"""Every operation by its name. A new resource is a row above and a handler in the service."""
