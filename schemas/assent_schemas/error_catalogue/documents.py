"""Codes of documents: JSON that cannot be read, and policies that mean nothing that can be done."""

from assent_schemas.error_catalogue.row import Row, shared

JSON = (
    Row(
        "json.too_large",
        "Too large",
        "The text has more than 1 MiB; it was not read.",
        "Make it smaller. Data belongs into a file or a step, not into the policy.",
    ),
    Row(
        "json.too_deep",
        "Too deep",
        "Objects and lists nest deeper than 64 levels.",
        "Make it flatter.",
    ),
    Row(
        "json.too_many",
        "Too many values",
        "The document holds more than 50,000 values.",
        "Make it smaller, or split it into several policies.",
    ),
    Row(
        "json.text_too_long",
        "A text is too long",
        "A text or a key has more than 65,536 characters.",
        "Shorten it.",
    ),
    Row(
        "json.encoding",
        "Not UTF-8",
        "The bytes are not text in UTF-8.",
        "Save the file as UTF-8.",
    ),
    Row(
        "json.syntax",
        "Not JSON",
        "The text breaks the grammar of JSON at the line and column that are named.",
        "Correct it there: a comma, a quote or a bracket is usually missing or too many.",
    ),
    Row(
        "json.duplicate_key",
        "A key twice",
        "One object has the same key twice; readers would disagree about which one counts.",
        "Keep one of the two.",
    ),
    Row(
        "json.number",
        "No such number",
        "A number is NaN or Infinity, longer than 40 characters, or beyond 10 to the power of 40.",
        "Write a plain number of ordinary size, or a text.",
    ),
    Row(
        "json.surrogate",
        "Half a character",
        "A text holds half of a surrogate pair, which is no character.",
        "Write the whole character, or leave it out.",
    ),
)

FORM = tuple(
    shared(
        {
            "policy": "the policy",
            "input": "the input of the run",
            "parameters": "the parameters of the step",
            "steps": "the file of step results",
            "simulate": "the decisions of a simulation",
        },
        (
            Row(
                "unknown_key",
                "An unknown key",
                "There is a key in {it} that nothing reads; it is never just ignored.",
                "Correct its spelling, or remove it. The answer names the nearest key.",
            ),
            Row(
                "missing_key",
                "A key is missing",
                "Something that must be there is not in {it}.",
                "Add the key that is named.",
            ),
            Row(
                "exclusive_keys",
                "Keys that exclude each other",
                "Two keys stand together in {it} of which only one may be there.",
                "Keep the one that is meant.",
            ),
            Row(
                "wrong_type",
                "A value of the wrong type",
                "A value in {it} is a text where a number is needed, or the like.",
                "Write a value of the type that is named.",
            ),
            Row(
                "not_allowed",
                "A value that is not allowed",
                "A value in {it} is none of those that may stand there.",
                "Use one of the values that are listed.",
            ),
            Row(
                "wrong_form",
                "A text of the wrong form",
                "A text in {it} does not look as it must there.",
                "Write it in the form that is shown.",
            ),
            Row(
                "out_of_bounds",
                "A value out of bounds",
                "A value in {it} is too small, too large, too short, too long, or breaks a rule.",
                "Keep within the bound that is named.",
            ),
            Row(
                "too_costly",
                "Too costly to check",
                "Checking {it} against its schema would take too long, so it was given up.",
                "Simplify the schema, or give less.",
            ),
            Row(
                "schema_unusable",
                "A schema that cannot be used",
                "The schema for {it} refers to itself without end, or to what is not there.",
                "Correct the schema.",
            ),
        ),
    )
)

MEANING = (
    Row(
        "reference.unknown_state",
        "No such state",
        "A start_at, next or default names a state that its machine does not have.",
        "Use the name of a state of the same machine; no transition leaves a Map or a branch.",
    ),
    Row(
        "state.unreachable",
        "A state that nothing leads to",
        "No way from the start of its machine reaches this state.",
        "Link it with a next, or remove it.",
    ),
    Row(
        "resource.unknown",
        "No such step",
        "A Task names a step or macro that is not installed.",
        "Use a name that is there; the answer names the nearest one.",
    ),
    Row(
        "retry.repeats_side_effects",
        "A retry would do things twice",
        "A retry stands on a Map, a Parallel or a macro in which something is done to the world.",
        "Put the retry on the Task that does it.",
    ),
    Row(
        "recovery.all_not_last",
        "States.ALL in the wrong place",
        "States.ALL stands with another name, or before another rule, which would never be used.",
        "Let it stand alone, in the last rule.",
    ),
    Row(
        "path.syntax",
        "No path",
        "A path cannot be read: it starts with $ and goes on with names, indexes and filters.",
        "Write it like $.orders[0].price",
    ),
    Row(
        "path.not_a_reference",
        "A path that names several places",
        "A path to write to must name one place in the data.",
        "Use names and indexes only.",
    ),
    Row(
        "path.never_written",
        "A path that nothing writes",
        "Warning: no state before, no default and no declared input gives what this path reads.",
        "Write it before, or declare it in input_schema.",
    ),
    Row(
        "intrinsic.syntax",
        "No intrinsic function",
        "A text that starts like a function cannot be read, or there is no such function.",
        "Write it like States.Format('{} shares', $.quantity)",
    ),
    Row(
        "template.not_a_path",
        "A template key without a path",
        "A key that ends in .$ has a value that is no path and no function.",
        "Give it a path, or remove .$ from the key.",
    ),
    Row(
        "template.literal_path",
        "A path that is only a text",
        "A text in a template looks like a path, but without .$ its key takes it as a text.",
        "Add .$ to the key, or leave it if the text itself is meant.",
    ),
    Row(
        "map.not_a_list",
        "A Map over no list",
        "What stands at items_path is known to be no list; the state would fail.",
        "Name a list.",
    ),
    Row(
        "policy.is_asl",
        "A machine, not a policy",
        "The document is an Amazon States Language machine, whose fields begin with capitals.",
        "Import it first: assent policy import FILE",
    ),
    Row(
        "template.duplicate_key",
        "Two template keys for one",
        "A template has a key with and without .$; both give the same key.",
        "Keep one of the two.",
    ),
    Row(
        "variable.bad_name",
        "No name for a variable",
        "assign sets a variable whose name could not be read back.",
        "Use letters, digits and _.",
    ),
    Row(
        "variable.outer_scope",
        "A variable of an outer machine",
        "A machine inside a Map or Parallel assigns to a variable of the machine around it.",
        "Give it another name, and hand the value back in the result.",
    ),
    Row(
        "wait.bad_timestamp",
        "No moment",
        "The timestamp of a Wait is no time of RFC 3339 with its offset.",
        "Write it like 2026-01-31T09:00:00+01:00",
    ),
    Row(
        "concurrency.bad_key",
        "No concurrency key",
        "The key begins as a path, and names no single value of the run's data.",
        "Name one value: $.account",
    ),
    Row(
        "trigger.bad_cron",
        "No crontab expression",
        "A cron trigger cannot be read, or is never due.",
        "Five fields: minute, hour, day of month, month, day of week. See docs/time.md.",
    ),
    Row(
        "trigger.bad_time",
        "No moment",
        "The time of a trigger is no time of RFC 3339 with its offset.",
        "Write it like 2026-01-31T09:00:00+01:00",
    ),
    Row(
        "trigger.unknown_zone",
        "No such time zone",
        "A trigger names a zone that the time zone database does not know.",
        "Use an IANA name: Europe/Zurich.",
    ),
    Row(
        "input_schema.invalid",
        "An input_schema that cannot be used",
        "It is no JSON Schema, reaches outside itself, uses patterns, or costs too much to check.",
        "Correct it as the answer says.",
    ),
    Row(
        "input.not_an_object",
        "An input that is no object",
        "The input of a run is a list, a text or a number.",
        "Give an object: {}",
    ),
    Row(
        "input.undeclared",
        "An input that nothing declares",
        "Warning: the policy reads from its input what no input_schema describes.",
        "Add an input_schema.",
    ),
    Row(
        "choice.no_default",
        "A Choice without a default",
        "Warning: where no rule holds, the run fails with States.NoChoiceMatched.",
        "Add a default.",
    ),
    Row(
        "catch.nothing_to_reverse",
        "Nothing to reverse",
        "Warning: a catcher compensates, and nothing in its state has a side effect.",
        "Leave compensate out, or put it on the state that acts.",
    ),
    Row(
        "approval.unknown_state",
        "No such Approval",
        "A Task requires an Approval that is not in its machine or around it.",
        "Use the name of an Approval state in sight.",
    ),
    Row(
        "approval.not_shown",
        "An Approval that does not show this call",
        "A Task requires an Approval whose effects do not list what the Task calls.",
        "List the resource in the effects of the Approval.",
    ),
    Row(
        "approval.not_required",
        "An effect that nothing is held to",
        "An Approval shows an effect, and no Task requires the answer.",
        "Give the Task that calls it requires_approval.",
    ),
    Row(
        "cycle.endless",
        "A cycle without a way out",
        "Once in this cycle of states, a run never comes to an end.",
        "Let one of its states lead to an end.",
    ),
    Row(
        "cycle.unbounded",
        "A cycle without a bound",
        "A policy with a cycle must say how many states a run may enter in all.",
        "Add max_transitions.",
    ),
    Row(
        "map.over_budget",
        "A Map that no run can finish",
        "The items of a Map alone need more transitions than a run may make.",
        "Raise max_transitions, or give it fewer items.",
    ),
    Row(
        "map.near_budget",
        "A Map that may be too wide",
        "Warning: with as many items as may come, a Map needs more transitions than a run has.",
        "Raise max_transitions if so many items do come.",
    ),
    Row(
        "call.not_written_out",
        "A call of a policy that is not named",
        "policy.run must say which policy runs: that is part of what is approved.",
        "Write the policy's name or id into its parameters.",
    ),
    Row(
        "call.unknown_parameter",
        "No such parameter of a call",
        "policy.run takes policy and input.",
        "Remove the parameter, or correct its spelling.",
    ),
    Row(
        "call.unknown_policy",
        "No such policy to run",
        "policy.run names a policy that is not approved here.",
        "Propose and approve it first: assent policy propose",
    ),
    Row(
        "call.cycle",
        "A policy that calls itself",
        "Policies that call each other in a ring would never end.",
        "Call another policy, or use a loop of states.",
    ),
    Row(
        "variable.reserved",
        "A reserved name",
        "assign sets a variable of a name that the language itself uses.",
        "Give it another name.",
    ),
    Row(
        "parameters.type_mismatch",
        "A path to a value that never fits",
        "A parameter's path leads to a value whose type the step never takes.",
        "Name a value that fits.",
    ),
    Row(
        "path.not_in_result",
        "A path that the result never holds",
        "Warning: what a step gives never has what this path reads.",
        "Correct the path; the answer names the nearest one.",
    ),
    Row(
        "choice.never_holds",
        "A test that never holds",
        "Warning: a value of this type never meets the comparison.",
        "Compare by its own type.",
    ),
    Row(
        "variable.never_assigned",
        "A variable that nothing assigns",
        "Warning: no state before sets the variable that is read here.",
        "Assign it before.",
    ),
    Row(
        "language.not_ours",
        "JSONata in a policy",
        "A policy speaks JSONPath; JSONata is only for machines that were imported.",
        "Remove query_language, and use parameters, result_path and output_path.",
    ),
)

ITEM_FILES = (
    Row(
        "item_files.unknown_resource",
        "No such resource",
        "An item_reader or result_writer names a resource that is not there.",
        "Use the one that is named.",
    ),
    Row(
        "item_files.no_path",
        "No path of a file",
        "The parameters name no file.",
        "Give path, or path.$.",
    ),
    Row(
        "item_files.unknown_parameter",
        "No such parameter",
        "A reader or writer takes path and path.$ only.",
        "Remove it.",
    ),
    Row(
        "item_files.bad_path",
        "No path beneath the home",
        "The path leads out of the home's folder, or is none.",
        "Write it like prices/today.csv, beneath the home's folder files.",
    ),
    Row(
        "item_files.no_headers",
        "Headers that are not there",
        "csv_header_location says GIVEN, and there are no csv_headers.",
        "Add csv_headers.",
    ),
    Row(
        "item_files.duplicate_header",
        "A header twice",
        "A header stands twice, so it names no column.",
        "Rename one of them.",
    ),
    Row(
        "item_files.negative",
        "A negative number of items",
        "max_items is less than zero.",
        "Write 0 to take all.",
    ),
)

TESTS = (
    Row(
        "test.duplicate_name",
        "Two tests of one name",
        "A test of the policy has the name of another one.",
        "Rename one of them.",
    ),
    Row(
        "test.bad_time",
        "No moment",
        "The time at which a test plays is no time of RFC 3339 with its offset.",
        "Write it like 2026-01-31T09:00:00+01:00",
    ),
    Row(
        "test.unknown_step",
        "An answer that nobody asks for",
        "A test answers for a name that is no state's and no step's.",
        "Use the name of a Task or of its resource; the answer names the nearest one.",
    ),
    Row(
        "test.not_a_step",
        "An answer for a state that calls a macro",
        "A macro is answered by its own name, or by those of its steps.",
        "Name the macro, or its steps.",
    ),
    Row(
        "test.no_result",
        "A step without an answer",
        "A test came to a step for which it has no canned answer.",
        "Give it one, by the resource or the state's name.",
    ),
    Row(
        "test.failed",
        "A test of the policy failed",
        "The run of a test did not come out as the policy expects.",
        "Correct the policy, or what the test expects.",
    ),
    Row(
        "test.refused",
        "A test cannot start",
        "The input of a test breaks the policy's own input_schema, or the like.",
        "Correct the input of the test.",
    ),
    Row(
        "test.too_slow",
        "A test took too long",
        "A test, or all of them together, took too long and was given up.",
        "Test it on less data or with fewer rounds.",
    ),
)

ROWS = (*JSON, *FORM, *MEANING, *ITEM_FILES, *TESTS)
