"""Codes of what the owner decides: policies, approvals and the cases of the inbox."""

from assent_schemas.error_catalogue.row import Row

POLICIES = (
    Row(
        "policy.unknown",
        "No such policy",
        "No policy has this name or id.",
        "List them: assent policy list",
    ),
    Row(
        "policy.ambiguous",
        "Several policies of this name",
        "The name or the beginning of an id fits several policies.",
        "Name it by its id: assent policy list",
    ),
    Row(
        "policy.no_such_version",
        "No such version",
        "The policy has no version of this number, or none that fits.",
        "See its versions: assent policy list",
    ),
    Row(
        "policy.version_exists",
        "The version exists",
        "The policy has this version already.",
        "Give the document another version.",
    ),
    Row(
        "policy.not_approved",
        "Not approved",
        "The owner has not approved this version, so it does not run.",
        "Look at it and decide: assent policy approve",
    ),
    Row(
        "policy.disabled",
        "Switched off",
        "The owner has disabled the policy.",
        "Switch it on again: assent policy enable",
    ),
    Row(
        "policy.removed",
        "Removed",
        "The owner has removed the policy.",
        "Propose it anew, without its policy_id: assent policy propose",
    ),
    Row(
        "policy.invalid",
        "No longer acceptable",
        "The approved document does not pass the checks of this version of Assent.",
        "Correct it and propose it again.",
    ),
    Row(
        "policy.tampered",
        "Not the approved document",
        "The document in the database is not the one that was approved.",
        "Somebody changed the database. Propose the policy again and look at it closely.",
    ),
    Row(
        "policy.too_many_callees",
        "Too many called policies",
        "The policy calls too many others, itself or through them.",
        "Split it, or call fewer.",
    ),
    Row(
        "approval.declined",
        "Not approved",
        "You said no when you were asked.",
        "Nothing to do; the proposal still waits. To be rid of it: assent policy reject",
    ),
    Row(
        "approval.decided",
        "Decided already",
        "A decision on this request was given before.",
        "A decision is given once. To change it, propose a new version.",
    ),
    Row(
        "approval.expired",
        "The request expired",
        "Nobody decided in time, which means no.",
        "Propose the policy again; a run that asked goes on without your yes.",
    ),
    Row(
        "approval.unknown",
        "No such request",
        "Nothing that waits or was decided has this id.",
        "List what waits: assent approvals list",
    ),
    Row(
        "approval.ambiguous",
        "More than one request",
        "The beginning of the id fits several requests.",
        "Give more of the id: assent approvals list",
    ),
    Row(
        "approval.withdrawn",
        "The request was withdrawn",
        "The run that asked has ended, or no longer needs an answer.",
        "There is nothing left to decide.",
    ),
    Row(
        "approval.note",
        "The note is too long",
        "A note with a decision has at most 4096 characters.",
        "Shorten it.",
    ),
    Row(
        "approval.tampered",
        "The request was altered",
        "What stands in the store is not what the run asked, or not what its hash was made of.",
        "Somebody changed the database: end the run, and restore a backup.",
    ),
    Row(
        "run.called",
        "The run was called by another",
        "It is ended with the run that called it; and a run that called one which did not "
        "complete cannot be redriven.",
        "End or look at the run that called it: assent run show",
    ),
    Row(
        "run.called_needs_owner",
        "A called run needs you",
        "A run that this one called waits for a decision of yours.",
        "Settle its case, then: assent run resume",
    ),
    Row(
        "request.tampered",
        "A question was altered",
        "The question that stands in the store is not the one that the run asked.",
        "End the run, and restore a backup.",
    ),
    Row(
        "approval.other_document",
        "Another document than was shown",
        "The document to be decided on is not the one whose hash was given.",
        "Look at it again, then decide.",
    ),
    Row(
        "approval.lapsed",
        "The approval lapsed",
        "A step that the policy uses has changed since it was approved.",
        "Look at the policy and approve it anew.",
    ),
)

INBOX = (
    Row(
        "intervention.unknown",
        "No such case",
        "No intervention has this id.",
        "List them: assent inbox list",
    ),
    Row(
        "intervention.ambiguous",
        "Several such cases",
        "The beginning of an id fits several interventions.",
        "Give more of the id: assent inbox list",
    ),
    Row(
        "intervention.decided",
        "Decided already",
        "A decision on this case was given before.",
        "Nothing to do; a decision is given once.",
    ),
    Row(
        "intervention.withdrawn",
        "It settled itself",
        "The case was settled before a decision came.",
        "There is nothing left to decide.",
    ),
    Row(
        "intervention.no_choice",
        "No such choice",
        "The decision is none of the choices of this case.",
        "Choose one of those that are listed.",
    ),
    Row(
        "intervention.note",
        "A note that does not do",
        "A note is too long, or missing where it must be.",
        "Say in a few words how you know.",
    ),
    Row(
        "intervention.result",
        "A result that does not fit",
        "The result of what was done is not what its step declares.",
        "Give the result of the step: assent inbox show",
    ),
)
