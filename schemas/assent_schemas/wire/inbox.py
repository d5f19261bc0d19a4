"""Cases that only the owner can settle, on the wire."""

from typing import Annotated, Any

from pydantic import Field

from assent_schemas.wire.frame import Answer, Asked, Note, PageAsked, Reference
from assent_schemas.wire.runs import RunSummary


class Case(Answer):
    """A case and, where it was decided, by whom and how."""

    intervention_id: str
    run_id: str
    policy: str
    code: str
    subject: str
    text: str
    resource: str | None = None
    choices: list[str]
    status: str
    choice: str | None
    note: str | None
    result: Any
    decided_by: str | None
    decided_how: str | None
    opened_at: str
    closed_at: str | None


class CaseDetail(Case):
    """A case with the call in question, and what can be said."""

    about: dict[str, Any]
    meanings: dict[str, str]
    result_schema: dict[str, Any] | None = None
    """Of what the result for `done` must be; None where none is asked for."""


class CasesAsked(PageAsked):
    """The cases that are open, or with `settled` all."""

    settled: bool = False


class CaseAsked(Asked):
    """One case, by id or how that begins."""

    case: Reference


class Resolving(CaseAsked):
    """The owner's word on a case."""

    choice: Annotated[str, Field(min_length=1, max_length=32)]
    note: Note | None = None
    result: Any = None
    later: bool = False
    """Only record the decision; the run stays as it is."""


class Resolved(Answer):
    """What was decided, and the run that goes on with it."""

    intervention_id: str
    run_id: str
    choice: str
    run: RunSummary | None
