"""Audited: an operation carried out at the desk, every change in the audit before it is done."""

from typing import Any

from assent_engine.store.records import AuditEntry
from assent_schemas.errors import AssentError
from assent_schemas.wire.operations import Operation
from assent_service.desk.desk import Desk
from assent_service.desk.room import Caller

_LONGEST_SUBJECT = 200


async def carried_out(
    desk: Desk, operation: Operation[Any, Any], asked: Any, caller: Caller
) -> Any:
    """Do it; a change stands in the audit before it is done, and again where it was refused."""
    if not operation.changes:
        return await desk.call(operation, asked, caller)
    await _audit(desk, operation, asked, caller, caller.how)
    try:
        return await desk.call(operation, asked, caller)
    except AssentError as error:
        said = f"{caller.how}: refused, {error.problem.code}"
        await _audit(desk, operation, asked, caller, said)
        raise


async def _audit(
    desk: Desk, operation: Operation[Any, Any], asked: Any, caller: Caller, said: str
) -> None:
    subject = str(getattr(asked, operation.subject) or "") if operation.subject else ""
    at, action = desk.room.now, f"door.{operation.name}"
    entry = AuditEntry(at, caller.by, action, subject[:_LONGEST_SUBJECT], said)
    await desk.room.engine.store.commit(entry)
