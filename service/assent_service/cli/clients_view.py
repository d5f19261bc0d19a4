"""How MCP clients, and what they lack, look on a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from assent_schemas.wire.clients import ClientTold, Gap, HttpTold
from assent_service.cli.text import shown
from assent_service.cli.views import listing


def clients_view(clients: Sequence[ClientTold]) -> RenderableType:
    """A table of clients."""
    if not clients:
        return "No client is let in. Connect one: assent connect"
    table = listing("client", "may read, and", "last use (UTC)", "made (UTC)", "by")
    for one in clients:
        can = ", ".join(one.scopes) if one.revoked_at is None else f"revoked {_at(one.revoked_at)}"
        used = _at(one.used_at) if one.used_at else "never"
        cells = [one.name, can, used, _at(one.made_at), shown(one.made_by)]
        table.add_row(*(Text(cell) for cell in cells))
    return table


def gaps_view(gaps: Sequence[Gap]) -> RenderableType:
    """What agents lack, tool by tool."""
    if not gaps:
        return "No agent has told of a tool that it lacks."
    return Group(*(Text("\n".join(_lines(one))) for one in gaps))


def _lines(gap: Gap) -> Iterator[str]:
    times = "once" if gap.count == 1 else f"{gap.count} times"
    yield f"{shown(gap.client)}, {times}, last {_at(gap.last_at)}:"
    for tool in gap.report.missing_tools:
        yield f"  {shown(tool.name)} (risk by its own word: {tool.estimated_risk})"
        yield f"    {shown(tool.description)}"
        yield f"    takes {shown(tool.inputs)}; gives {shown(tool.outputs)}"
    if gap.report.existing_tools_checked:
        yield f"  looked at: {shown(', '.join(gap.report.existing_tools_checked))}"
    if gap.report.proposed_mcp_server:
        yield f"  might have it, unchecked: {shown(gap.report.proposed_mcp_server)}"


def _at(moment: str) -> str:
    return moment[:19].replace("T", " ")


def http_said(told: HttpTold) -> str:
    """Whether programs can come by HTTP, and where."""
    if not told.on:
        return "Off: programs come through assent mcp only."
    if told.trouble is not None:
        return f"On, but it does not listen. {told.trouble.detail} {told.trouble.remedy}"
    where = f"at {told.url}, with a client's token."
    return (
        f"On: programs can come {where}" if told.listens else f"On once the service runs: {where}"
    )
