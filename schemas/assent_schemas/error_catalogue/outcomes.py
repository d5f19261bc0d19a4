"""Names of errors inside a run: what a retry or catch names, and what a run fails with."""

from assent_schemas.error_catalogue.row import Row

LANGUAGE = (
    Row(
        "States.ALL",
        "Any error",
        "In a rule: every error but States.Runtime and States.DataLimitExceeded.",
        "Let it stand alone, in the last rule.",
    ),
    Row(
        "States.TaskFailed",
        "Any failure of a step",
        "In a rule: every failure of a Task but a timeout.",
        "Use it where the reason does not matter.",
    ),
    Row(
        "States.Timeout",
        "Out of time",
        "A step or a whole run took longer than its timeout_seconds.",
        "Give it more time, or retry it.",
    ),
    Row(
        "States.HeartbeatTimeout",
        "No sign of life",
        "A step was silent for longer than its heartbeat_seconds.",
        "Give it more time, or retry it.",
    ),
    Row(
        "States.Runtime",
        "The data does not fit",
        "A path found nothing, or a value has the wrong type; no catch takes it.",
        "Correct the path, or test with is_present before.",
    ),
    Row(
        "States.ResultPathMatchFailure",
        "No place for the result",
        "A result_path cannot be written into the data.",
        "Write to a place in an object.",
    ),
    Row(
        "States.NoChoiceMatched",
        "No rule holds",
        "No rule of a Choice holds, and it has no default.",
        "Add a default.",
    ),
    Row(
        "States.QueryEvaluationError",
        "JSONata failed",
        "A JSONata expression of an imported machine failed, or took too long.",
        "Correct the expression.",
    ),
    Row(
        "States.ExceedToleratedFailureThreshold",
        "Too many failures",
        "More items of a Map failed than it tolerates.",
        "Tolerate more, or look at why they fail.",
    ),
    Row(
        "States.DataLimitExceeded",
        "Too much data",
        "A value, a result or the data of a scope grew beyond its limit of size.",
        "Keep less: select what is needed with result_selector or output_path.",
    ),
    Row(
        "States.Cancelled",
        "Stopped with its siblings",
        "A branch or item was stopped, because another one failed.",
        "Look at the one that failed first.",
    ),
    Row(
        "Run.TransitionLimitExceeded",
        "Too many transitions",
        "A machine went from state to state without coming to an end.",
        "End its loop, or raise the policy's limit.",
    ),
    Row(
        "Approval.Rejected",
        "The owner said no",
        "An Approval without on_reject was answered with no.",
        "Lead somewhere with on_reject, or catch it.",
    ),
    Row(
        "Approval.TimedOut",
        "Nobody answered",
        "An Approval without on_timeout was not answered in time, which means no.",
        "Lead somewhere with on_timeout, or give more time.",
    ),
    Row(
        "Approval.NotCovered",
        "Not what was approved",
        "A call differs from what the owner was shown, or was approved fewer times.",
        "Show the owner exactly what will be called.",
    ),
    Row(
        "Policy.Failed",
        "A called policy failed",
        "The policy that policy.run started ended with an error that nothing may catch.",
        "Look at the run of the called policy.",
    ),
    Row(
        "Policy.NotStarted",
        "A called policy was not started",
        "Its concurrency key has no place left and it skips such runs, or would wait for itself.",
        "Catch it, or let the policy wait.",
    ),
    Row(
        "Policy.InvalidInput",
        "A called policy was given what it does not take",
        "The input of policy.run breaks the input_schema of the policy.",
        "Correct the input.",
    ),
    Row(
        "States.ItemReaderFailed",
        "A file of items cannot be read",
        "The file that a Map goes over is not there, too large, or of the wrong form.",
        "Look at the file, beneath the home's folder files.",
    ),
    Row(
        "States.ResultWriterFailed",
        "The results cannot be written",
        "The file of a Map's results cannot be written.",
        "Make room, or write to another place.",
    ),
    Row(
        "Owner.Skipped",
        "The owner skipped it",
        "The owner settled a doubtful side effect by leaving it out.",
        "Catch it, if the policy can go on without.",
    ),
    Row(
        "Saga.NoReversal",
        "Nothing reverses it",
        "A side effect that should be undone has no reversal.",
        "Settle it yourself; the case is in the inbox.",
    ),
    Row(
        "Run.Cancelled",
        "Cancelled",
        "The owner cancelled the run.",
        "Start a new one: assent run start",
    ),
    Row(
        "Step.InvalidInput",
        "A step was given what it does not take",
        "The parameters of a Task do not fit its step.",
        "Correct the parameters.",
    ),
    Row(
        "Step.InvalidOutput",
        "A step gave what it did not declare",
        "The result of a step does not fit its own declaration.",
        "This is a fault of the step: report it.",
    ),
    Row(
        "Step.NotAvailable",
        "The step is not there",
        "The step, or the part of the world that it works on, is not installed.",
        "Install it, or set it up.",
    ),
)

STEPS = (
    Row("UnknownSymbol", "No such symbol", "The price file has no such symbol.", "Add its prices."),
    Row("NoPrices", "No prices", "The home has no price file.", "Import one."),
    Row("BadPrices", "Bad prices", "The price file cannot be read.", "Correct it."),
    Row(
        "UnsupportedInterval",
        "No such interval",
        "Only daily closes are known.",
        "Ask for daily prices.",
    ),
    Row(
        "BrokerUnreachable",
        "The broker cannot be reached",
        "The broker gave no answer; nothing was ordered.",
        "Try again later, or retry it in the policy.",
    ),
    Row(
        "InsufficientFunds",
        "Too little cash",
        "An order costs more than there is.",
        "Order less.",
    ),
    Row(
        "InsufficientShares",
        "Too few shares",
        "An order sells more than there is.",
        "Sell less.",
    ),
    Row("OrderTooLarge", "The order is too large", "Its value is out of bounds.", "Order less."),
    Row("OrderTooSmall", "The order is too small", "Its value is under a cent.", "Order more."),
    Row(
        "PriceMoved",
        "The price moved",
        "At today's price the order is worth more than it was allowed to be.",
        "Plan it anew.",
    ),
)

ROWS = (*LANGUAGE, *STEPS)
