"""The tables, and how an older database becomes the present one."""

VERSION = 3
APPLICATION_ID = 0x41737374  # "Asst"

SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "wal_autocheckpoint = 0")
"""What the writing connection is set to; it checkpoints by itself, so as to hear of failures."""

INTERVENTIONS = """
CREATE TABLE interventions (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL,
    code TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    about TEXT NOT NULL,
    choices TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'decided', 'withdrawn')),
    choice TEXT,
    note TEXT,
    result TEXT,
    decided_by TEXT,
    decided_how TEXT,
    opened_at TEXT NOT NULL,
    closed_at TEXT
) STRICT;
CREATE UNIQUE INDEX one_open_intervention ON interventions (run_id, subject) WHERE status = 'open';
"""

PLACES = """
CREATE INDEX executions_by_key ON workflow_executions (concurrency_key, place)
    WHERE concurrency_key IS NOT NULL;
"""

REQUESTS = """
CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('effect', 'call', 'plugin', 'occurrence')),
    run_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    title TEXT NOT NULL,
    shown TEXT NOT NULL,
    hash TEXT NOT NULL,
    deadline TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN
        ('open', 'approved', 'rejected', 'timed_out', 'withdrawn')),
    note TEXT,
    decided_by TEXT,
    decided_how TEXT,
    opened_at TEXT NOT NULL,
    closed_at TEXT
) STRICT;
CREATE UNIQUE INDEX one_open_request ON requests (run_id, subject) WHERE status = 'open';
"""

TRIGGERS = """
CREATE TABLE triggers (
    policy_id TEXT NOT NULL,
    trigger TEXT NOT NULL,
    version TEXT NOT NULL,
    document TEXT NOT NULL,
    anchor TEXT NOT NULL,
    settled TEXT NOT NULL,
    look_at TEXT,
    ends_seen INTEGER NOT NULL,
    retired_at TEXT,
    PRIMARY KEY (policy_id, trigger)
) STRICT, WITHOUT ROWID;
CREATE INDEX triggers_by_look ON triggers (look_at) WHERE look_at IS NOT NULL;

CREATE TABLE occurrences (
    policy_id TEXT NOT NULL,
    trigger TEXT NOT NULL,
    due TEXT NOT NULL,
    through TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    status TEXT NOT NULL CHECK (status IN ('queued', 'asked', 'ran', 'caught_up', 'skipped')),
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    missed INTEGER NOT NULL,
    payload TEXT NOT NULL,
    run_id TEXT,
    request_id TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (policy_id, trigger, due)
) STRICT, WITHOUT ROWID;
CREATE INDEX open_occurrences ON occurrences (due) WHERE status IN ('queued', 'asked');
CREATE UNIQUE INDEX occurrences_by_run ON occurrences (run_id) WHERE run_id IS NOT NULL;
"""

HOOKS = """
CREATE TABLE hooks (
    name TEXT PRIMARY KEY,
    proof TEXT NOT NULL CHECK (proof IN ('bearer', 'signature')),
    secret_hash TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    calls INTEGER NOT NULL,
    called_at TEXT,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    hook TEXT NOT NULL,
    delivery TEXT NOT NULL,
    call INTEGER NOT NULL,
    PRIMARY KEY (hook, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_by_call ON deliveries (hook, call);
"""

SETTINGS_OF_THE_OWNER = """
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

CLIENTS = """
CREATE TABLE clients (
    name TEXT PRIMARY KEY,
    scopes TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    used_at TEXT,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;
"""

GAPS = """
CREATE TABLE gaps (
    key TEXT PRIMARY KEY,
    report TEXT NOT NULL,
    client TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

CALLED_RUNS = """
CREATE UNIQUE INDEX called_runs ON workflow_executions (parent_run, parent_key)
    WHERE parent_run IS NOT NULL;
"""

_TABLES = """
CREATE TABLE policies (
    policy_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('enabled', 'disabled', 'removed')),
    active_version TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE policy_versions (
    policy_id TEXT NOT NULL,
    version TEXT NOT NULL,
    hash TEXT NOT NULL,
    document BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('proposed', 'approved', 'rejected')),
    proposed_by TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (policy_id, version)
) STRICT;

CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('policy', 'effect', 'call', 'plugin')),
    policy_id TEXT NOT NULL,
    version TEXT NOT NULL,
    hash TEXT NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('approved', 'rejected')),
    steps TEXT NOT NULL,
    limits TEXT,
    decided_by TEXT NOT NULL,
    decided_how TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    signature BLOB,
    UNIQUE (kind, policy_id, version)
) STRICT;

CREATE TABLE workflow_executions (
    id TEXT PRIMARY KEY,
    policy_id TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    policy_hash TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN (
        'PENDING', 'RUNNING', 'WAITING', 'PAUSED', 'NEEDS_OWNER',
        'COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED')),
    current_step TEXT,
    context TEXT,
    cursor TEXT,
    cursor_seq INTEGER NOT NULL DEFAULT 0,
    output TEXT,
    error TEXT,
    cause TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    thinned_at TEXT,
    restored_at TEXT,
    cancelling TEXT CHECK (cancelling IN ('keep', 'compensate')),
    concurrency_key TEXT,
    concurrency_limit INTEGER,
    place TEXT CHECK (place IN ('waits', 'held')),
    parent_run TEXT,
    parent_key TEXT,
    wakes_at TEXT
) STRICT;
CREATE INDEX executions_by_status ON workflow_executions (status);

CREATE TABLE journal (
    run_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    at TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    run_hash TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TABLE saga_log (
    run_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    resource TEXT NOT NULL,
    step_version TEXT NOT NULL,
    input TEXT NOT NULL,
    result TEXT NOT NULL,
    compensation TEXT,
    compensation_input TEXT,
    irreversible TEXT,
    at TEXT NOT NULL,
    settled TEXT CHECK (settled IN ('compensated', 'marked', 'kept')),
    settled_at TEXT,
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
    key TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    level TEXT NOT NULL,
    run_id TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
"""
PAUSES = """
CREATE TABLE pauses (
    subject TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    until TEXT,
    paused_by TEXT NOT NULL
) STRICT;
"""

KEPT = """
CREATE TABLE zones_seen (
    zone TEXT PRIMARY KEY,
    digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE occurrences_thinned (
    policy_id TEXT NOT NULL,
    trigger TEXT NOT NULL,
    through TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (policy_id, trigger)
) STRICT, WITHOUT ROWID;

CREATE TABLE files_seen (
    policy_id TEXT NOT NULL,
    trigger TEXT NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    PRIMARY KEY (policy_id, trigger, path)
) STRICT, WITHOUT ROWID;
"""

THIRD_FORM = KEPT + HOOKS + SETTINGS_OF_THE_OWNER + CLIENTS + GAPS

TABLES = _TABLES + INTERVENTIONS + PLACES + PAUSES + REQUESTS + CALLED_RUNS + TRIGGERS
TABLES += THIRD_FORM

MIGRATIONS = {
    1: f"""
ALTER TABLE workflow_executions ADD COLUMN thinned_at TEXT;
ALTER TABLE workflow_executions ADD COLUMN restored_at TEXT;
ALTER TABLE workflow_executions
    ADD COLUMN cancelling TEXT CHECK (cancelling IN ('keep', 'compensate'));
ALTER TABLE workflow_executions ADD COLUMN concurrency_key TEXT;
ALTER TABLE workflow_executions ADD COLUMN concurrency_limit INTEGER;
ALTER TABLE workflow_executions ADD COLUMN place TEXT CHECK (place IN ('waits', 'held'));
ALTER TABLE workflow_executions ADD COLUMN parent_run TEXT;
ALTER TABLE workflow_executions ADD COLUMN parent_key TEXT;
ALTER TABLE workflow_executions ADD COLUMN wakes_at TEXT;
ALTER TABLE policies ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE saga_log
    ADD COLUMN settled TEXT CHECK (settled IN ('compensated', 'marked', 'kept'));
ALTER TABLE saga_log ADD COLUMN settled_at TEXT;
{INTERVENTIONS}{PLACES}{PAUSES}{REQUESTS}{CALLED_RUNS}{TRIGGERS}""",
    2: THIRD_FORM,
}
"""What brings a form to the one after it."""


def creation() -> str:
    """The script that makes a new database, whole or not at all."""
    return _at_once(f"{TABLES} PRAGMA application_id = {APPLICATION_ID};")


def migration(version: int) -> str:
    """The script that brings an older form to the present one, whole or not at all."""
    return _at_once("".join(MIGRATIONS[form] for form in range(version, VERSION)))


def _at_once(statements: str) -> str:
    return f"BEGIN IMMEDIATE; {statements} PRAGMA user_version = {VERSION}; COMMIT;"
