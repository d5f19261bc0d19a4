"""Codes of acting: runs and the command line; with homes and the owner's decisions, all of it."""

from assent_schemas.error_catalogue.decisions import INBOX, POLICIES
from assent_schemas.error_catalogue.homes import HOMES
from assent_schemas.error_catalogue.row import Row

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
        "run.ending",
        "The run is being ended",
        "Its end has begun, or what it did is being reversed: another word comes too late.",
        "See what becomes of it: assent run show",
    ),
    Row(
        "policy.remove_declined",
        "Not removed",
        "You were asked whether to remove the policy and said no.",
        "Nothing to do; the policy stays as it was.",
    ),
    Row(
        "backup.restore_declined",
        "Not restored",
        "You were asked whether to go back to a backup and said no.",
        "Nothing to do; the home stays as it was.",
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
        "run.deadlock",
        "The run would wait for itself",
        "A called run would wait for a place that is left only when its caller has ended.",
        "Share one key among policies that call.",
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
        "trigger.replaced",
        "The trigger is gone",
        "The version in force has no such trigger: what it had queued is skipped.",
        "See what is in force: assent trigger list",
    ),
    Row(
        "event.too_large",
        "An event that brings too much",
        "What an event brings is larger than the engine keeps with an occurrence.",
        "Put it into a file, and name the file.",
    ),
    Row(
        "calendar.unknown",
        "Beyond the calendar",
        "The exchange's sessions are not known that far, and are not guessed.",
        "Give a time, or update Assent.",
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
        "run.dropped",
        "A run stands where it was",
        "It could not be gone on with, for a reason that nobody foresaw; the others went on.",
        "See why in the log, then: assent run resume",
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
        "doctor.unknown",
        "No such check",
        "No installed part offers a check of this name.",
        "See them all: assent doctor",
    ),
    Row(
        "errors.unknown",
        "No such error code",
        "The catalogue has no row for this code; a policy's Fail states make up their own.",
        "See them all: assent errors",
    ),
)

ROWS = (*HOMES, *POLICIES, *RUNS, *INBOX, *COMMANDS)
