"""What every error code means and what to do about it: the one source of docs/errors.md.

A new code gets a row in the module of its kind; a test names each code that has none.
"""

from assent_schemas.error_catalogue import (
    acting,
    agents,
    documents,
    doors,
    files,
    machines,
    outcomes,
    reviews,
)
from assent_schemas.error_catalogue.row import Row

__all__ = ["CATALOGUE", "SECTIONS", "Row"]

SECTIONS = {
    "Documents and policies": documents.ROWS,
    "Imported machines": machines.ROWS,
    "Files of yours": files.ROWS,
    "Homes, policies, runs and commands": acting.ROWS,
    "The service and its doors": doors.ROWS,
    "Agents and their tools": agents.ROWS,
    "The review page": reviews.ROWS,
    "Errors inside a run": outcomes.ROWS,
}
"""The rows by the heading that they stand under."""

CATALOGUE = {row.code: row for rows in SECTIONS.values() for row in rows}
"""Every row by its code."""
