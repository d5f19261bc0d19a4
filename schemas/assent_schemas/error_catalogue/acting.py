"""Codes of acting: homes, the store, policies, approvals, runs and the command line."""

from assent_schemas.error_catalogue.row import Row

HOMES = (
    Row(
        "home.missing",
        "There is nothing here yet",
        "There is no home of Assent at this place.",
        "Check --home, or begin with: assent policy propose",
    ),
    Row(
        "home.empty",
        "There is nothing here yet",
        "Nothing was proposed in this home yet.",
        "Begin with: assent policy propose",
    ),
    Row(
        "home.foreign",
        "No home of Assent",
        "The folder holds other things; Assent would not mix with them.",
        "Use an empty folder or another one with --home.",
    ),
    Row(
        "home.locked",
        "The home is in use",
        "Another process of Assent acts in this home; only one may.",
        "Wait until it ends, or stop it.",
    ),
    Row(
        "home.not_writable",
        "The home cannot be written",
        "The folder or the disk refuses to be written.",
        "Give yourself write access and space, or use another home with --home.",
    ),
    Row(
        "store.unusable",
        "The database cannot be used",
        "The file belongs to another program, to a newer version, or is damaged.",
        "Restore it from a backup, or use another home.",
    ),
    Row(
        "store.unreadable",
        "The database cannot be read",
        "It is damaged, or closed to you.",
        "Restore it from a backup, or use another home.",
    ),
    Row(
        "store.trouble",
        "Storage trouble",
        "The disk is full or busy; nothing of this was written, and it may be tried again.",
        "Make room on the disk, or end what holds the file; then: assent run resume",
    ),
    Row(
        "store.broken",
        "The store cannot be written",
        "Writing went wrong in a way that cannot be trusted; nothing further is acted upon.",
        "Check the disk, then start again: assent verify",
    ),
    Row(
        "backup.exists",
        "There is a file already",
        "A backup never overwrites a file.",
        "Name another file.",
    ),
    Row(
        "backup.not_written",
        "The backup cannot be written",
        "The place of the backup refuses to be written.",
        "Make room, or name another place.",
    ),
    Row(
        "backup.unusable",
        "No backup",
        "The file is no backup of Assent, or of another version.",
        "Name a file that assent backup has made.",
    ),
    Row(
        "backup.damaged",
        "The backup is damaged",
        "What is in the backup does not fit its own hashes or chains.",
        "Use another backup.",
    ),
    Row(
        "store.damaged",
        "The store is damaged",
        "A record in the database cannot be read back.",
        "Restore the home from a backup.",
    ),
)

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

RUNS = (
    Row("run.unknown", "No such run", "No run has this id.", "List them: assent run list"),
    Row(
        "run.ambiguous",
        "Several such runs",
        "The beginning of an id fits several runs.",
        "Give more of the id: assent run list",
    ),
    Row(
        "run.ended",
        "The run has ended",
        "It cannot be resumed.",
        "Start a new one: assent run start",
    ),
    Row(
        "run.cancel_declined",
        "Not cancelled",
        "You were asked whether to end the run and said no.",
        "Nothing to do; the run stays as it was.",
    ),
    Row(
        "run.under_way",
        "The run is under way",
        "It is being carried out at this moment.",
        "Wait for it to stop.",
    ),
    Row(
        "run.skipped",
        "The run was not started",
        "Its concurrency key has no place left, and the policy skips such runs.",
        "Start it when they have ended: assent run list",
    ),
    Row(
        "run.no_key",
        "No concurrency key",
        "The run's data has no single short value where the policy takes the key from.",
        "Give it in the run's input.",
    ),
    Row(
        "run.timed_out",
        "The run's time is up",
        "The whole run took longer than its timeout_seconds.",
        "Give it more time in the policy.",
    ),
    Row(
        "run.out_of_transitions",
        "The run's budget is spent",
        "The run has entered as many states as max_transitions allows.",
        "End its loop, or raise max_transitions in the policy.",
    ),
    Row(
        "run.cancelled",
        "The run was cancelled",
        "The owner cancelled it.",
        "Start a new one: assent run start",
    ),
    Row(
        "pause.over",
        "The pause would be over",
        "The time until which to pause has gone by.",
        "Give a time to come.",
    ),
    Row(
        "pause.none",
        "There is no pause",
        "What is to go on is not paused.",
        "See what is: assent policy list",
    ),
    Row(
        "run.not_there",
        "The run was never there",
        "A run is forked from a state that its root came to, and it did not come to this one.",
        "Look where it was: assent run show",
    ),
    Row(
        "run.not_failed",
        "The run did not fail",
        "Only a run that did not end well can go on from where it failed.",
        "Start a new one: assent run start",
    ),
    Row(
        "run.reversed",
        "The run was reversed",
        "What it had done was taken back, so there is nothing to go on from.",
        "Start a new one: assent run start",
    ),
    Row(
        "run.thinned",
        "The run's details are gone",
        "Its journal was thinned, or the items that it read from a file are no longer kept.",
        "Start a new one: assent run start",
    ),
    Row(
        "run.not_recorded",
        "The journal says no more",
        "A run was looked at from its journal alone, and more would have had to happen.",
        "Resume it: assent run resume",
    ),
    Row(
        "policy.paused",
        "Paused",
        "You paused this policy, or all of them: nothing starts and nothing goes on.",
        "Go on with: assent resume",
    ),
    Row(
        "run.failed",
        "The run failed",
        "It ended with an error, which is named beside it.",
        "Look at it: assent run show",
    ),
    Row(
        "run.waiting",
        "The run waits",
        "A Wait lasts longer than a run is kept in memory for.",
        "Nothing to do; once its time has come: assent run resume",
    ),
    Row(
        "effect.unsure",
        "Nobody knows whether it was done",
        "A side effect was started, and its end was never heard of.",
        "Look outside whether it happened; it is never repeated by itself.",
    ),
    Row(
        "compensation.unsure",
        "Nobody knows whether it was undone",
        "An undoing was started, and its end was never heard of.",
        "Look outside whether it happened, and say so in the inbox.",
    ),
    Row(
        "compensation.failed",
        "It could not be undone",
        "A side effect of the run should be undone, and that failed.",
        "Settle it yourself, and say so in the inbox.",
    ),
    Row(
        "items.snapshot_changed",
        "Not the items that the run began with",
        "The copy of a Map's items is not what was recorded.",
        "Somebody changed the home. Start a new run.",
    ),
    Row(
        "items.snapshot_missing",
        "The run's items are gone",
        "The copy of a Map's items is not in the home any more.",
        "Restore a backup, or start a new run.",
    ),
    Row(
        "journal.broken",
        "The journal does not fit together",
        "The records of the run are not those that were written.",
        "Restore a backup; the run is not carried on.",
    ),
    Row(
        "journal.diverged",
        "The journal tells of another way",
        "Replaying the run asks for something else than was recorded.",
        "Report it; the run is not carried on by guessing.",
    ),
    Row(
        "simulate.too_many_policies",
        "Too much to simulate",
        "A simulation was given too many policies to call.",
        "Give only those that are called.",
    ),
    Row(
        "simulate.unknown_decision",
        "No such decision",
        "A simulation was given a decision for an Approval state that there is not.",
        "Name a state of the policy, or leave the decision out.",
    ),
    Row(
        "portfolio.exists",
        "There is a portfolio with orders",
        "The paper broker has filled orders; new holdings would wipe them out.",
        "Use another home for the new holdings, or keep the portfolio that is there.",
    ),
    Row(
        "portfolio.unusable",
        "The portfolio cannot be used",
        "The paper broker's file cannot be read, or has the form of a newer release.",
        "Restore the file, or import your holdings into another home.",
    ),
    Row(
        "portfolio.unwritable",
        "The portfolio cannot be written",
        "The home refuses to be written.",
        "Check who owns the folder and whether the disk is full.",
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

COMMANDS = (
    Row(
        "usage",
        "The command cannot be understood",
        "An argument or option is missing, unknown or of the wrong form.",
        "See the command's --help.",
    ),
    Row(
        "stopped",
        "Stopped",
        "You stopped the command; what was done until then is recorded.",
        "A run that was under way goes on with: assent run resume",
    ),
    Row(
        "internal",
        "Something unexpected happened",
        "This is a fault of Assent itself.",
        "For its details set ASSENT_TRACEBACK=1, and report it.",
    ),
    Row(
        "file.unreadable",
        "The file cannot be read",
        "There is no such file, or it is closed to you.",
        "Check the name and its rights.",
    ),
    Row(
        "demo.folder_in_use",
        "The folder is in use",
        "The demonstration wants an empty folder.",
        "Give it another one.",
    ),
    Row(
        "errors.unknown",
        "No such error code",
        "The catalogue has no row for this code; a policy's Fail states make up their own.",
        "See them all: assent errors",
    ),
)

ROWS = (*HOMES, *POLICIES, *RUNS, *INBOX, *COMMANDS)
