"""The MCP server: what the protocol asks for, answered from our tables by the one dispatcher."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypeVar

import mcp_types as types
import msgspec
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.subscriptions import ListenHandler, SubscriptionBus
from mcp.shared.exceptions import MCPError
from mcp_types.jsonrpc import JSONRPCRequest

from assent_engine.clients import Client
from assent_schemas import exact_json
from assent_schemas.errors import AssentError, Problem
from assent_schemas.spelling import asked as did_you_mean
from assent_service.agent_door import prompts, resources
from assent_service.agent_door.dispatcher import AnyTool, Dispatcher
from assent_service.agent_door.prompts import PROMPTS, Prompt
from assent_service.agent_door.resources import RESOURCES, TEMPLATES
from assent_service.agent_door.tool import Visit
from assent_service.agent_door.visitors import NOT_KNOWN, SAID_TO_UNKNOWN, VISITOR
from assent_service.agent_door.wire import MESSAGE

NAME, TITLE = "assent", "Assent"
INSTRUCTIONS = (
    "Assent carries out automation policies that its owner has approved. You can write and propose "
    "them; only the owner decides, outside of this connection. Begin with the tool guide."
)
SUBSCRIPTIONS = 128
Context = ServerRequestContext[Any, Any]
Value = TypeVar("Value")


@dataclass(slots=True)
class Handlers:
    """One handler for each method of the protocol.

    Whoever passes a request on asks the connection's visitor for its `client` first.
    """

    dispatcher: Dispatcher
    _listed: tuple[Any, types.ListToolsResult] | None = None

    async def list_tools(self, _context: Context, _asked: Any) -> types.ListToolsResult:
        tools = self.dispatcher.catalogue.tools()
        if self._listed is None or self._listed[0] is not tools:
            listed = [_tool(one) for one in tools.values()]
            self._listed = (tools, types.ListToolsResult(tools=listed))
        return self._listed[1]

    async def call_tool(
        self, context: Context, asked: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = self.dispatcher.catalogue.tool(asked.name)
        if tool is None:
            near = did_you_mean(self.dispatcher.catalogue.nearest(asked.name), "")
            detail = f"There is no tool {asked.name[:80]!r}. {near}".strip()
            raise MCPError(types.INVALID_PARAMS, detail)
        said = await self.dispatcher.call(_client(), tool, _exactly(context, asked))
        return _result(said.text, is_error=said.is_error)

    def takes(self, name: str) -> dict[str, Any] | None:
        """The schema of a tool's arguments; without this the library lists all for every call."""
        tool = self.dispatcher.catalogue.tool(name)
        return None if tool is None else tool.takes

    async def list_resources(self, _context: Context, _asked: Any) -> types.ListResourcesResult:
        listed = [
            types.Resource(
                uri=one.uri,
                name=one.path,
                title=one.title,
                description=one.description,
                mime_type=one.mime,
            )
            for one in RESOURCES.values()
        ]
        return types.ListResourcesResult(resources=listed)

    async def list_templates(
        self, _context: Context, _asked: Any
    ) -> types.ListResourceTemplatesResult:
        listed = [
            types.ResourceTemplate(
                uri_template=one.uri,
                name=one.folder,
                title=one.title,
                description=one.description,
                mime_type=one.mime,
            )
            for one in TEMPLATES
        ]
        return types.ListResourceTemplatesResult(resource_templates=listed)

    async def read_resource(
        self, _context: Context, asked: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(asked.uri)
        found = await self._looked("read", lambda visit: resources.read(visit.reach, uri), uri=uri)
        text = types.TextResourceContents(uri=found.uri, mime_type=found.mime, text=found.text)
        return types.ReadResourceResult(contents=[text])

    async def list_prompts(self, _context: Context, _asked: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[_prompt(one) for one in PROMPTS.values()])

    async def get_prompt(
        self, _context: Context, asked: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        given = asked.arguments or {}
        text = await self._looked("prompt", lambda visit: prompts.said(visit, asked.name, given))
        content = types.TextContent(text=text)
        message = types.PromptMessage(role="user", content=content)
        return types.GetPromptResult(messages=[message])

    async def complete(
        self, _context: Context, asked: types.CompleteRequestParams
    ) -> types.CompleteResult:
        words = _words(asked)
        if words is None:
            return types.CompleteResult(completion=types.Completion(values=[]))
        begun = asked.argument.value
        found = await self._looked(
            "complete", lambda visit: resources.completed(words, visit.reach, begun)
        )
        return types.CompleteResult(completion=types.Completion(values=found, has_more=False))

    async def initialized(self, context: Context, _asked: Any) -> None:
        """An older client listens from now on: news of tools go to its session."""
        VISITOR.get().session = context.session

    async def _looked(
        self, what: str, work: Callable[[Visit], Coroutine[Any, Any, Value]], **about: str
    ) -> Value:
        """What is found for this client; an error of ours becomes one of the protocol's."""
        try:
            return await self.dispatcher.look(_client(), what, work)
        except AssentError as error:
            raise _refusal(types.INVALID_PARAMS, error.problem, **about) from None


class AgentServer(Server[Any]):
    """The library's server, which tells every older client that tools may change."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        told = notification_options or NotificationOptions(tools_changed=True)
        return super().create_initialization_options(told, experimental_capabilities, extensions)


def server_of(handlers: Handlers, bus: SubscriptionBus) -> Server[Any]:
    """The server of all connections."""
    server: Server[Any] = AgentServer(
        NAME,
        version=version("assent"),
        title=TITLE,
        instructions=INSTRUCTIONS,
        get_tool_input_schema=handlers.takes,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
        on_completion=handlers.complete,
        on_subscriptions_listen=ListenHandler(bus, max_subscriptions=SUBSCRIPTIONS),
    )
    server.add_notification_handler(
        "notifications/initialized", types.NotificationParams, handlers.initialized
    )
    # Nothing that happens here is traced for anybody else.
    server.middleware.clear()
    return server


def _client() -> Client:
    """Whoever asks, as they were known when their request came."""
    if (client := VISITOR.get().known) is None:
        raise MCPError(NOT_KNOWN, SAID_TO_UNKNOWN)
    return client


def _tool(tool: AnyTool) -> types.Tool:
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


def _prompt(prompt: Prompt) -> types.Prompt:
    arguments = [
        types.PromptArgument(name=one.name, description=one.description, required=True)
        for one in prompt.arguments
    ]
    return types.Prompt(
        name=prompt.name, title=prompt.title, description=prompt.description, arguments=arguments
    )


def _words(asked: types.CompleteRequestParams) -> Any:
    """Who knows words for an argument; None where nobody does."""
    name = asked.argument.name
    match asked.ref:
        case types.PromptReference(name=prompt) if prompt in PROMPTS:
            return next(
                (one.completes for one in PROMPTS[prompt].arguments if one.name == name), None
            )
        case types.ResourceTemplateReference(uri=uri):
            known = (one for one in TEMPLATES if (one.uri, one.variable) == (uri, name))
            return next((one.completes for one in known), None)
    return None


def _exactly(context: Context, asked: types.CallToolRequestParams) -> dict[str, Any] | None:
    """The arguments with their digits, which the library's own reading of HTTP rounds."""
    if context.request is None:
        return asked.arguments
    said: JSONRPCRequest = context.request.scope["state"][MESSAGE]
    return (said.params or {}).get("arguments")


def _result(text: str, *, is_error: bool) -> types.CallToolResult:
    """An answer; its structured content is the text read, and goes out with the text's digits."""
    content: list[types.ContentBlock] = [types.TextContent(text=text)]
    if is_error:
        return types.CallToolResult(content=content, is_error=True)
    return types.CallToolResult(content=content, structured_content=msgspec.json.decode(text))


def _refusal(code: int, problem: Problem, **about: str) -> MCPError:
    data = {**about, "code": problem.code, "remedy": problem.remedy}
    return MCPError(code, problem.detail, data)


def _floated(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema as the protocol's own models take it: a bound in it is no Decimal."""
    found: dict[str, Any] = msgspec.json.decode(exact_json.encode(schema, as_ordered=True))
    return found
