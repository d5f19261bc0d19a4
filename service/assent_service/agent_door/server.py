"""The MCP server: what the protocol asks for, answered from our tables by the one dispatcher."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.subscriptions import ListenHandler, SubscriptionBus
from mcp.shared.exceptions import MCPError

from assent_schemas.errors import AssentError
from assent_schemas.spelling import asked as did_you_mean
from assent_service.agent_door.dispatcher import AnyTool, Dispatcher
from assent_service.agent_door.visitors import VISITOR

NAME, TITLE = "assent", "Assent"
INSTRUCTIONS = (
    "Assent carries out automation policies that its owner has approved. You can write and propose "
    "them; only the owner decides, outside of this connection. Begin with the tool guide."
)
Context = ServerRequestContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Handlers:
    """One handler for each method of the protocol."""

    dispatcher: Dispatcher

    async def list_tools(self, _context: Context, _asked: Any) -> types.ListToolsResult:
        tools = [_shown(one) for one in self.dispatcher.catalogue.tools()]
        return types.ListToolsResult(tools=tools)

    async def call_tool(
        self, _context: Context, asked: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = self.dispatcher.catalogue.tool(asked.name)
        if tool is None:
            near = did_you_mean(self.dispatcher.catalogue.nearest(asked.name), "")
            detail = f"There is no tool {asked.name[:80]!r}. {near}".strip()
            raise MCPError(types.INVALID_PARAMS, detail)
        try:
            client = await VISITOR.get().client(self.dispatcher.reach)
        except AssentError as error:
            raise MCPError(types.INVALID_REQUEST, error.problem.detail) from None
        said = await self.dispatcher.call(client, tool, asked.arguments)
        return _result(said.text, is_error=said.is_error)

    async def initialized(self, context: Context, _asked: Any) -> None:
        """An older client listens from now on: news of tools go to its session."""
        VISITOR.get().session = context.session


def server_of(handlers: Handlers, bus: SubscriptionBus) -> Server[Any]:
    """The server of all connections."""
    server: Server[Any] = Server(
        NAME,
        version=version("assent"),
        title=TITLE,
        instructions=INSTRUCTIONS,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_subscriptions_listen=ListenHandler(bus, max_subscriptions=128),
    )
    server.add_notification_handler(
        "notifications/initialized", types.NotificationParams, handlers.initialized
    )
    # Nothing that happens here is traced for anybody else.
    server.middleware.clear()
    return server


def _shown(tool: AnyTool) -> types.Tool:
    hints = types.ToolAnnotations(
        title=tool.title,
        read_only_hint=not tool.changes,
        destructive_hint=tool.destroys,
        idempotent_hint=tool.idempotent,
        open_world_hint=tool.open_world,
    )
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=_floated(tool.takes),
        output_schema=_floated(tool.gives),
        annotations=hints,
    )


def _result(text: str, *, is_error: bool) -> types.CallToolResult:
    """An answer; its structured content is the text read, and goes out with the text's digits."""
    import msgspec

    content: list[types.ContentBlock] = [types.TextContent(text=text)]
    if is_error:
        return types.CallToolResult(content=content, is_error=True)
    return types.CallToolResult(content=content, structured_content=msgspec.json.decode(text))


def _floated(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema as the protocol's own models take it: a bound in it is no Decimal."""
    import msgspec

    from assent_schemas import exact_json

    found: dict[str, Any] = msgspec.json.decode(exact_json.encode(schema, as_ordered=True))
    return found
