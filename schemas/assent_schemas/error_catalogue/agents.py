"""Codes of the agent door: what a tool does not do for a client."""

from assent_schemas.error_catalogue.row import Row

ROWS = (
    Row(
        "call.scope",
        "Not granted",
        "The tool needs a scope that the client does not have; without any it only reads.",
        "The owner grants scopes: assent clients grant NAME SCOPE",
    ),
    Row(
        "call.too_many",
        "Too many calls",
        "A client may call so many tools a minute, and fewer that change something.",
        "Wait a minute, then go on.",
    ),
    Row(
        "call.too_much",
        "Too much to tell",
        "The answer is larger than a tool sends.",
        "Ask for less at once: a smaller limit, or one item.",
    ),
    Row(
        "call.too_slow",
        "Too slow",
        "The tool took longer than a call may. A change goes on all the same.",
        "Look at what became of it before you call again.",
    ),
    Row(
        "call.path",
        "No paths here",
        "A step's tool takes values as they are; a key that ends in .$ would be read as a path.",
        "Give the value itself, or write a policy.",
    ),
    Row(
        "call.step_failed",
        "The step failed",
        "A reading step was called, and failed with the error that is named.",
        "See what the error says; describe_step tells what the step takes.",
    ),
    Row(
        "call.which",
        "Which policy?",
        "The tool works on a document or on a policy of the owner's; it was given neither or both.",
        "Give one of the two.",
    ),
    Row(
        "guide.unknown",
        "No such page",
        "The guide has no page of that topic.",
        "Call guide without a topic: it lists them.",
    ),
    Row(
        "job.unknown",
        "No such job",
        "There is no such work of this client; jobs are forgotten 15 minutes after their end, and"
        " when the service stops.",
        "Call the tool again.",
    ),
    Row(
        "job.too_many",
        "Too many jobs",
        "As much work of this client is under way as may be.",
        "Wait for some of it to end.",
    ),
    Row(
        "prompt.incomplete",
        "Something is missing",
        "The prompt needs an argument that was not given.",
        "Give it: prompts/list names the arguments.",
    ),
    Row(
        "prompt.unknown",
        "No such prompt",
        "There is no prompt of that name.",
        "List them: prompts/list",
    ),
    Row(
        "proposal.too_many",
        "Enough is waiting",
        "As many proposals of this client wait for the owner as may.",
        "Wait for a decision, or take one back: withdraw_proposal.",
    ),
    Row(
        "proposal.not_yours",
        "Not your proposal",
        "Only who has proposed a version can take it back.",
        "Leave it to the owner.",
    ),
    Row(
        "resource.not_found",
        "No such resource",
        "Nothing is to be read at that address.",
        "List them: resources/list and resources/templates/list",
    ),
    Row(
        "run.no_agent_input",
        "No input from agents",
        "The approval of the policy does not let agents say what a run starts with.",
        "Start it without input: it runs on its context_defaults.",
    ),
    Row(
        "simulate.too_slow",
        "Given up",
        "The simulation took longer than it may for an agent.",
        "Try fewer items, or let canned steps answer.",
    ),
)
