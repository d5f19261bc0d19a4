"""Codes of a person's files: holdings and prices."""

from assent_schemas.error_catalogue.row import Row, shared

_TABLE = (
    Row(
        "unreadable", "It cannot be read", "There is no {it}, or it is closed to you.", "Check it."
    ),
    Row("too_large", "Too large", "There is too much text in {it}.", "Split or shorten it."),
    Row("too_many_rows", "Too many rows", "There are too many rows in {it}.", "Shorten it."),
    Row("too_long", "A cell too long", "A cell in {it} is too long.", "Shorten it."),
    Row("empty", "Nothing in it", "There is no row in {it}.", "Add rows under the header."),
    Row("bad_encoding", "Not UTF-8", "There is no UTF-8 text in {it}.", "Save it as UTF-8."),
    Row("bad_csv", "Not CSV", "A row of {it} cannot be read as CSV.", "Correct its quotes."),
    Row(
        "bad_row",
        "A row of another width",
        "A row of {it} has more or fewer cells than the header.",
        "Correct the row.",
    ),
    Row(
        "unknown_column",
        "An unknown column",
        "The header of {it} names a column that nothing reads.",
        "Use the columns that are listed.",
    ),
    Row(
        "duplicate_column",
        "A column twice",
        "The header of {it} names a column twice.",
        "Keep one of them.",
    ),
    Row(
        "missing_column",
        "A column is missing",
        "The header of {it} lacks a column.",
        "Add the column that is named.",
    ),
    Row(
        "bad_symbol",
        "No symbol",
        "A cell of {it} is no symbol.",
        "Use 1 to 32 of A-Z a-z 0-9 . ^ - = /",
    ),
    Row(
        "bad_number",
        "No number",
        "A cell of {it} is no plain number, or out of bounds.",
        "Write plain digits with a point.",
    ),
    Row("bad_date", "No date", "A cell of {it} is no ISO date.", "Write it like 2026-01-31."),
    Row(
        "duplicate",
        "A row twice",
        "A row of {it} says again what another one says.",
        "Keep one of the two.",
    ),
)

ROWS = (
    *shared({"holdings": "the file of holdings", "prices": "the file of prices"}, _TABLE),
    Row(
        "holdings.bad_weight",
        "A target weight that cannot be",
        "A weight is more than 1, stands where it means nothing, or all of them exceed 1.",
        "Give each symbol one weight from 0 to 1, and at most 1 together.",
    ),
)
