"""What is wrong with a database: pages, chains, documents and references, each check by itself."""

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assent_engine.chain import GENESIS, entry_hash
from assent_engine.journal import Diverged, Journal
from assent_engine.refusals import intact
from assent_engine.store import tables
from assent_engine.store.records import JournalEntry, LedgerEntry
from assent_engine.store.rows import VersionRow
from assent_schemas import exact_json
from assent_schemas.errors import Refused
from assent_schemas.statuses import RunStatus, VersionStatus

MOST = 1000
"""Findings of one check beyond which it is given up: the store is damaged in any case."""
_ENDED = ", ".join(f"'{status}'" for status in RunStatus if status.ended)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written."""

    check: str
    subject: str
    detail: str


@dataclass(slots=True)
class Report:
    """How many things each check looked at, and what was found."""

    examined: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, check: str, faults: Iterable[tuple[str, str] | None]) -> None:
        """Go through a check's answers: None for each thing that is whole."""
        count = self.examined.get(check, 0)
        for fault in faults:
            count += 1
            if fault is not None:
                self.findings.append(Finding(check, *fault))
            if len(self.findings) >= MOST:
                break
        self.examined[check] = count


Answers = Iterator[tuple[str, str] | None]
Check = Callable[[sqlite3.Connection], Answers]


def brief(connection: sqlite3.Connection, *, pages: bool) -> Report:
    """What must hold before anything acts: the ledger, every end in it, every open run's chain."""
    first: list[tuple[str, Check]] = [("pages", _quick)] if pages else []
    return _examined(connection, [*first, ("ledger", _ledger), ("ends", _ends), ("runs", _open)])


def whole(connection: sqlite3.Connection) -> Report:
    """Everything that can be told from the database alone."""
    checks: list[tuple[str, Check]] = [
        ("pages", _integrity),
        ("ledger", _ledger),
        ("ends", _ends),
        ("runs", _all_runs),
        ("documents", _documents),
        ("references", _references),
    ]
    return _examined(connection, checks)


def _examined(connection: sqlite3.Connection, checks: list[tuple[str, Check]]) -> Report:
    """The same, all of it on one state of the database."""
    connection.execute("BEGIN")
    report = looked_at(connection, checks)
    connection.execute("ROLLBACK")
    return report


def looked_at(connection: sqlite3.Connection, checks: list[tuple[str, Check]]) -> Report:
    """What each of some checks looked at and found; one that cannot go on is a finding itself."""
    report = Report()
    for name, check in checks:
        try:
            report.add(name, check(connection))
        except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise
            report.findings.append(Finding(name, "the database", str(error)))
    return report


def _quick(connection: sqlite3.Connection) -> Answers:
    return _pages(connection.execute("PRAGMA quick_check(20)"))


def _integrity(connection: sqlite3.Connection) -> Answers:
    return _pages(connection.execute("PRAGMA integrity_check(100)"))


def _pages(said: sqlite3.Cursor) -> Answers:
    for (line,) in said:
        yield None if line == "ok" else ("the database", line)


def _ledger(connection: sqlite3.Connection) -> Answers:
    previous = GENESIS
    rows = connection.execute("SELECT * FROM ledger ORDER BY seq")
    for at, row in enumerate(rows, start=1):
        one = LedgerEntry(*row)
        digest = entry_hash(at, one.run_id, one.run_hash, previous)
        whole_entry = (one.seq, one.previous_hash, one.hash) == (at, previous, digest)
        yield None if whole_entry else (f"entry {at}", "the ledger's chain is broken")
        previous = one.hash


def _ends(connection: sqlite3.Connection) -> Answers:
    """Every ended run stands in the ledger, at last with the hash of its journal's last entry.

    One that was redriven has stood there before, and an earlier end lies in its journal.
    """
    missing = (
        "SELECT id FROM workflow_executions"  # noqa: S608 - the words are our own
        f" WHERE status IN ({_ENDED}) AND id NOT IN (SELECT run_id FROM ledger)"
    )
    for (run_id,) in connection.execute(missing):
        yield run_id, "the run has ended but does not stand in the ledger"
    last = (
        "SELECT l.run_id, r.status, j.data, EXISTS (SELECT 1 FROM journal a"
        "  WHERE a.run_id = l.run_id AND a.seq > j.seq),"
        " EXISTS (SELECT 1 FROM journal a"
        "  WHERE a.run_id = l.run_id AND a.seq = j.seq + 1 AND a.kind = 'redrive')"
        " FROM ledger l LEFT JOIN workflow_executions r ON r.id = l.run_id"
        " LEFT JOIN journal j ON j.run_id = l.run_id AND j.kind = 'end' AND j.hash = l.run_hash"
        " WHERE l.seq = (SELECT max(seq) FROM ledger WHERE run_id = l.run_id)"
    )
    for row in connection.execute(last):
        yield _end_fault(*row)


def _end_fault(
    run_id: str, status: str, data: str | None, goes_on: int, redriven: int
) -> tuple[str, str] | None:
    if data is None or (goes_on and not redriven):
        return run_id, "the journal's end is not the one in the ledger"
    ended = exact_json.decode(data)["status"]
    if redriven:
        open_again = not RunStatus(status).ended
        return None if open_again else (run_id, "it was redriven, and its new end is missing")
    return None if ended == status else (run_id, f"it stands as {status} but ended {ended}")


def _open(connection: sqlite3.Connection) -> Answers:
    where = f"WHERE status NOT IN ({_ENDED})"
    return _chains(connection, where)


def _all_runs(connection: sqlite3.Connection) -> Answers:
    return _chains(connection, "")


def _chains(connection: sqlite3.Connection, where: str) -> Answers:
    thinned = "thinned_at IS NOT NULL" if _form(connection) > 1 else "0"
    columns = f"id, policy_hash, cursor_seq, {thinned}"
    runs = connection.execute(f"SELECT {columns} FROM workflow_executions {where}")  # noqa: S608
    for run_id, policy_hash, cursor_seq, is_thinned in runs:
        sql = "SELECT * FROM journal WHERE run_id = ? ORDER BY seq"
        entries = (JournalEntry(*row) for row in connection.execute(sql, (run_id,)))
        try:
            _check_thinned(run_id, entries) if is_thinned else _check(run_id, entries, cursor_seq)
            _check_start(connection, run_id, policy_hash)
        except Diverged as error:
            yield run_id, str(error)
        else:
            yield None


def _check(run_id: str, entries: Iterable[JournalEntry], cursor_seq: int) -> None:
    seq = Journal.load(run_id, entries, after=sys.maxsize).seq
    if seq < max(cursor_seq, 1):
        raise Diverged("the journal's end is missing")


def _check_start(connection: sqlite3.Connection, run_id: str, policy_hash: str) -> None:
    sql = "SELECT data FROM journal WHERE run_id = ? AND seq = 1"
    (data,) = connection.execute(sql, (run_id,)).fetchone()
    if exact_json.decode(data)["policy_hash"] != policy_hash:
        raise Diverged("the run began with another document")


def _check_thinned(run_id: str, entries: Iterable[JournalEntry]) -> None:
    """Only the ends of the chain are left: each is whole, and the ledger holds the last one."""
    kept = list(entries)
    Journal.load(run_id, kept[:1])
    for one in kept[1:]:
        following = Journal(run_id, one.seq - 1, one.previous_hash)
        following.verify(one)
    if len(kept) not in (1, 2) or kept[-1].kind != "end":
        raise Diverged("the thinned journal does not end")


def _documents(connection: sqlite3.Connection) -> Answers:
    columns = "policy_id, version, hash, document, status, proposed_by, proposed_at, expires_at"
    for row in connection.execute(f"SELECT {columns} FROM policy_versions"):  # noqa: S608
        policy_id, name, digest, document, status, *rest = row
        version = VersionRow(policy_id, name, digest, document, VersionStatus(status), *rest)
        key = (version.policy_id, version.version)
        sql = "SELECT hash FROM approvals WHERE kind = 'policy' AND policy_id = ? AND version = ?"
        decided = connection.execute(sql, key).fetchone()
        yield _document_fault(version, decided[0] if decided else None)


def _document_fault(version: VersionRow, approved: str | None) -> tuple[str, str] | None:
    subject = f"{version.policy_id} {version.version}"
    if approved is None and version.status is not VersionStatus.PROPOSED:
        return subject, "it was decided upon, but the decision is gone"
    try:
        intact(version, approved)
    except Refused as refusal:
        return subject, refusal.problem.detail
    return None


_REFERENCES = {
    "a run of an unknown version": (
        "SELECT id FROM workflow_executions r WHERE NOT EXISTS (SELECT 1 FROM policy_versions v"
        " WHERE (v.policy_id, v.version) = (r.policy_id, r.policy_version))"
    ),
    "a version of an unknown policy": (
        "SELECT policy_id FROM policy_versions WHERE policy_id NOT IN"
        " (SELECT policy_id FROM policies)"
    ),
    "an approval of an unknown version": (
        "SELECT id FROM approvals a WHERE kind = 'policy' AND NOT EXISTS (SELECT 1 FROM"
        " policy_versions v WHERE (v.policy_id, v.version) = (a.policy_id, a.version))"
    ),
    "a journal of an unknown run": (
        "SELECT DISTINCT run_id FROM journal WHERE run_id NOT IN"
        " (SELECT id FROM workflow_executions)"
    ),
    "a side effect of an unknown run": (
        "SELECT DISTINCT run_id FROM saga_log WHERE run_id NOT IN"
        " (SELECT id FROM workflow_executions)"
    ),
}


def _references(connection: sqlite3.Connection) -> Answers:
    for what, sql in _REFERENCES.items():
        found = [str(one) for (one,) in connection.execute(sql)]
        yield (", ".join(found[:3]), what) if found else None


def _form(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether it is a store in a form that this version reads."""
    owner: Any = connection.execute("PRAGMA application_id").fetchone()[0]
    return bool(owner == tables.APPLICATION_ID and 0 < _form(connection) <= tables.VERSION)
