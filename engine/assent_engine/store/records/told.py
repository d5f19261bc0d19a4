"""What is told: notices for the owner, and audit entries of who did what."""

from dataclasses import dataclass
from typing import ClassVar

# What depends on other rows keeps its turn among the changes, as a plain INSERT does not.
_FAILING = (
    "WITH failing AS (SELECT failures FROM policies WHERE policy_id ="
    " (SELECT policy_id FROM workflow_executions WHERE id = :run_id))"
)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Something the owner should see; a key that stands already is kept as it is."""

    sql: ClassVar[str] = (
        "INSERT INTO notices VALUES (:key, :text, :level, :run_id, :at) ON CONFLICT DO NOTHING"
    )
    key: str
    text: str
    level: str
    run_id: str
    at: str


@dataclass(frozen=True, slots=True)
class FailureNotice:
    """A notice that is written only once so many runs of its policy in a row have failed."""

    sql: ClassVar[str] = (
        f"{_FAILING} INSERT INTO notices SELECT :key, :text, :level, :run_id, :at FROM failing"  # noqa: S608
        " WHERE failures >= :alert_after ON CONFLICT DO NOTHING"
    )
    key: str
    text: str
    level: str
    run_id: str
    at: str
    alert_after: int


@dataclass(frozen=True, slots=True)
class RecoveryNotice:
    """A notice that is written only where failures were told of; `text` ends with their number."""

    sql: ClassVar[str] = (
        f"{_FAILING} INSERT INTO notices SELECT :key, :text || failures ||"  # noqa: S608
        " iif(failures = 1, ' failure.', ' failures.'), :level, :run_id, :at FROM failing"
        " WHERE failures >= :alert_after ON CONFLICT DO NOTHING"
    )
    key: str
    text: str
    level: str
    run_id: str
    at: str
    alert_after: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which subject, refusals included."""

    sql: ClassVar[str] = (
        "INSERT INTO audit (at, who, action, subject, detail)"
        " VALUES (:at, :who, :action, :subject, :detail)"
    )
    at: str
    who: str
    action: str
    subject: str
    detail: str
