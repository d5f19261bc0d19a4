"""Whether what open runs have read from files is still what their journals say."""

import sqlite3
from collections.abc import Iterator

from assent_engine.runner.halts import NeedsOwner
from assent_engine.runner.snapshots import Snapshots
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus

_OPEN = ", ".join(f"'{status}'" for status in RunStatus if not status.ended)
_READ = (
    "SELECT j.run_id, j.data FROM journal j JOIN workflow_executions e ON e.id = j.run_id"  # noqa: S608
    f" WHERE j.kind = 'items' AND e.status IN ({_OPEN})"
)
_STILL = f"SELECT count(*) FROM workflow_executions WHERE id = ? AND status IN ({_OPEN})"  # noqa: S608


def kept_items(
    connection: sqlite3.Connection, snapshots: Snapshots
) -> Iterator[tuple[str, str] | None]:
    """A fault (run, what is wrong) for each snapshot that is not what it was; None for others.

    The home may be in use: runs end, and new ones read, while this looks.
    """
    for run_id, data in connection.execute(_READ).fetchall():
        said = exact_json.decode(data)
        if "digest" not in said:
            continue
        try:
            snapshots.kept(run_id, said["digest"], said["count"])
        except NeedsOwner as halt:
            # A run that has ended meanwhile keeps nothing any more.
            (still,) = connection.execute(_STILL, (run_id,)).fetchone()
            yield (run_id, halt.reason) if still else None
        else:
            yield None
