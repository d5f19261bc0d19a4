"""The table of tools: what an agent can call, in the order in which it needs them."""

from typing import Any

from assent_schemas.gaps import GapReport
from assent_schemas.wire.policies import PolicyDetail
from assent_schemas.wire.runs import RunDetail, RunSummary
from assent_service.agent_door.tool import Tool
from assent_service.agent_door.tools import (
    around,
    authoring,
    guidance,
    policies,
    proposals,
    runs,
    steps,
)

_ROWS: tuple[Tool[Any, Any], ...] = (
    Tool(
        "guide",
        "How to write policies",
        "Read this first: what a policy is, how it is written, and how it comes to run. "
        "Without a topic it tells the way from an idea to an approved policy.",
        guidance.Guiding,
        guidance.Guide,
        guidance.guide,
    ),
    Tool(
        "list_steps",
        "List steps",
        "The steps and macros that a Task state can name as its resource.",
        steps.ListingSteps,
        steps.StepList,
        steps.list_steps,
    ),
    Tool(
        "describe_step",
        "Describe a step",
        "What one step takes and gives as JSON Schema, what it does to the outside, and a Task "
        "state that calls it; of a macro also its document.",
        steps.DescribingStep,
        steps.StepDescribed,
        steps.describe_step,
    ),
    Tool(
        "validate_policy",
        "Validate a policy",
        "Every problem of a policy document at once: where it is (JSON Pointer), what is wrong, "
        "and where there is one obvious repair, a JSON Patch. Its tests are carried out, too.",
        authoring.Validating,
        authoring.Validated,
        authoring.validate_policy,
        long=True,
    ),
    Tool(
        "simulate_policy",
        "Simulate a policy",
        "Carry a policy out in virtual time on a copy of the owner's data: nothing is stored and "
        "nothing leaves. With steps, canned answers take the place of all calls.",
        authoring.Simulating,
        authoring.Simulated,
        authoring.simulate_policy,
        long=True,
    ),
    Tool(
        "explain_policy",
        "Explain a policy",
        "A document, or a policy of the owner's, in plain words, with its worst case and risk.",
        authoring.Explaining,
        authoring.Explained,
        authoring.explain_policy,
        long=True,
    ),
    Tool(
        "propose_policy",
        "Propose a policy",
        "Put a document before the owner, who alone decides; until then it does not run. Give it "
        "the policy_id of a policy to propose a new version of it. The answer tells what the "
        "owner is asked.",
        proposals.Proposing,
        proposals.ProposalTold,
        proposals.propose_policy,
        scope="propose",
        changes=True,
        idempotent=False,
    ),
    Tool(
        "withdraw_proposal",
        "Withdraw a proposal",
        "Take back a proposal of yours that the owner has not decided.",
        proposals.Withdrawing,
        proposals.Withdrawn,
        proposals.withdraw_proposal,
        scope="propose",
        changes=True,
        destroys=True,
    ),
    Tool(
        "list_policies",
        "List policies",
        "All policies with their versions, what is in force and what waits for the owner.",
        policies.Listing,
        policies.PolicyList,
        policies.list_policies,
    ),
    Tool(
        "get_policy",
        "Get a policy",
        "The exact document of one version, its hash, and what the owner decided about it.",
        policies.Getting,
        PolicyDetail,
        policies.get_policy,
    ),
    Tool(
        "diff_policy",
        "Compare versions",
        "What another version, or a draft of yours, changes of the version in force: the risk "
        "first, then every field.",
        policies.Comparing,
        policies.Difference,
        policies.diff_policy,
    ),
    Tool(
        "start_run",
        "Start a run",
        "Run the version of a policy that the owner approved; answered once it is under way. It "
        "runs on the policy's own context_defaults.",
        runs.Starting,
        RunSummary,
        runs.start_run,
        scope="run",
        changes=True,
        destroys=True,
        idempotent=False,
        open_world=True,
    ),
    Tool(
        "get_run",
        "Get a run",
        "Where a run stands, its output, and what it did to the outside.",
        runs.Getting,
        RunDetail,
        runs.get_run,
    ),
    Tool(
        "list_runs",
        "List runs",
        "Runs, the newest first, of one policy or of all.",
        runs.Listing,
        runs.RunList,
        runs.list_runs,
    ),
    Tool(
        "explain_run",
        "Explain a run",
        "Why a run stands where it stands, in plain words, with its trace from the journal.",
        runs.Explaining,
        runs.RunExplained,
        runs.explain_run,
    ),
    Tool(
        "cancel_run",
        "Cancel a run",
        "End a run that you started and that has done nothing to the outside. For any other, the "
        "owner is told that you ask for it.",
        runs.Cancelling,
        runs.Cancelled,
        runs.cancel_run,
        scope="run",
        changes=True,
        destroys=True,
    ),
    Tool(
        "forecast",
        "Forecast",
        "What will start by itself in the coming days, in the order of time.",
        around.Foreseeing,
        around.Foreseen,
        around.forecast,
    ),
    Tool(
        "emit_event",
        "Emit an event",
        "Tell of something that has happened; approved policies that wait for it start.",
        around.Emitting,
        around.Emitted,
        around.emit_event,
        scope="emit",
        changes=True,
        destroys=True,
        idempotent=False,
        open_world=True,
    ),
    Tool(
        "report_tool_gap",
        "Report a missing tool",
        "Say which tool or step is missing for what no policy can do yet, what was looked at "
        "instead, and which MCP server might have it. The owner sees it.",
        GapReport,
        around.GapNoted,
        around.report_tool_gap,
        changes=True,
    ),
    Tool(
        "status",
        "Status",
        "How the service stands, what you may do, and with job what came of work that took long.",
        around.StatusAsked,
        around.StatusTold,
        around.status,
    ),
)

TOOLS: dict[str, Tool[Any, Any]] = {one.name: one for one in _ROWS}
"""Every fixed tool by its name on the wire."""
