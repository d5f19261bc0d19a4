"""Codes of documents: JSON that cannot be read, and policies that mean nothing that can be done."""

from assent_schemas.error_catalogue.meaning import MEANING
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
            "call": "the arguments of the tool",
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
