"""How what waits for the owner looks on a terminal: nothing that is decided on is ever cut."""

from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assent_engine.requests import OPEN
from assent_schemas import exact_json
from assent_schemas.wire.approvals import Approval, ApprovalDetail
from assent_service.cli.text import shown, shown_document
from assent_service.cli.views import facts, status_text


def waiting_view(found: Sequence[Approval]) -> RenderableType:
    """A table of what waits."""
    if not found:
        return "Nothing waits for you."
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "kind", "what", "who asks", "until (UTC)"):
        table.add_column(heading, overflow="fold")
    for one in found:
        until = one.until[:19].replace("T", " ")
        table.add_row(one.id, one.kind, Text(shown(one.what)), Text(shown(one.who)), until)
    return table


def request_view(row: ApprovalDetail) -> RenderableType:
    """A question of a run: facts, every call that a yes covers, and the exact JSON."""
    said = row.shown
    policy = said["policy"]
    decided = f"{row.status} by {row.decided_by} ({row.decided_how})" if row.decided_by else None
    about = facts(
        [
            ("question", Text(shown_document(row.what), style="bold")),
            ("id", row.id),
            ("asked by", f"{policy['name']}, version {policy['version']}"),
            ("run", row.run_id or None),
            ("status", status_text("waits for you" if row.status == OPEN else row.status)),
            ("decided", decided),
            ("until", row.until),
            ("hash", row.hash),
        ]
    )
    text = msgspec.json.format(exact_json.encode(row.shown), indent=2).decode()
    exact = Text(shown_document(text), overflow="fold")
    parts: list[RenderableType] = [about]
    if "effects" in said:
        parts += [Text("\nA yes covers exactly", style="bold"), _effects(said["effects"])]
    return Group(*parts, Text("\nWhat is decided on", style="bold"), exact)


def _effects(effects: Sequence[dict[str, Any]]) -> RenderableType:
    if not effects:
        return "  no call at all"
    table = Table.grid(padding=(0, 2))
    for _ in range(3):
        table.add_column(overflow="fold")
    for number, one in enumerate(effects, start=1):
        given = exact_json.encode(one["input"]).decode()
        name, whole = Text(shown_document(one["resource"]), "bold red"), shown_document(given)
        table.add_row(str(number), name, Text(whole))
    return Padding(table, (0, 0, 0, 2), expand=False)
