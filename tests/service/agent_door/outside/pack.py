"""What the official suite wants to meet at a server, added to the real one for the tests alone.

Each goes through the real transports, handlers and dispatcher: only what it answers is its own.
"""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.subscriptions import PromptsListChanged, SubscriptionBus, ToolsListChanged
from mcp.shared.exceptions import MCPError

from assent_service.agent_door.bounds import AgentBounds
from assent_service.agent_door.dispatcher import Dispatcher
from assent_service.agent_door.entrance import Load
from assent_service.agent_door.hall import Hall
from assent_service.agent_door.server import Handlers, server_of
from assent_service.desk.room import Room

Context = ServerRequestContext[Any, Any]
Json = dict[str, Any]
Answer = types.CallToolResult | types.InputRequiredResult
Does = Callable[[Context, types.CallToolRequestParams], Awaitable[Answer]]
DOT = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c636060606000000005000195f3d5a8"
        "0000000049454e44ae426082"
    )
).decode()
SILENCE = base64.b64encode(b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0\x80>\0\0").decode()
MISSING_CAPABILITY = -32021
_NAME: Json = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
_ADDRESS: Json = {
    "$anchor": "addressDef",
    "type": "object",
    "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
}
_EVERY_KEYWORD: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": _ADDRESS},
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


PROMPTS: dict[str, tuple[str, ...]] = {
    "test_simple_prompt": (),
    "test_prompt_with_arguments": ("arg1", "arg2"),
    "test_prompt_with_embedded_resource": ("resourceUri",),
    "test_prompt_with_image": (),
    "test_input_required_result_prompt": (),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One tool of the pack."""

    does: Does
    takes: Json

    @classmethod
    def of(cls, does: Does, **properties: str) -> "Row":
        kinds = {name: {"type": kind} for name, kind in properties.items()}
        return cls(does, {"type": "object", "properties": kinds})


def load() -> Load:
    """What the entrance takes in place of the hall alone: the same, with the pack in it."""

    def made(room: Room, bounds: AgentBounds) -> Hall:
        return Hall.of(room, bounds, _served)

    return made


def _served(dispatcher: Dispatcher, bus: SubscriptionBus) -> Server[Any]:
    handlers = Pack(dispatcher, bus=bus)
    server = server_of(handlers, bus)
    for method, params, does in (
        ("logging/setLevel", types.SetLevelRequestParams, _nothing),
        ("resources/subscribe", types.SubscribeRequestParams, _nothing),
        ("resources/unsubscribe", types.UnsubscribeRequestParams, _nothing),
    ):
        server.add_request_handler(method, params, does)
    security = RequestStateSecurity(keys=[b"0" * 32])
    server.middleware.append(RequestStateBoundary(security, default_audience=server.name))
    return server


async def _nothing(_context: Context, _asked: Any) -> types.EmptyResult:
    return types.EmptyResult()


@dataclass(slots=True)
class Pack(Handlers):
    """The real handlers, which also know what is in the pack."""

    bus: SubscriptionBus = field(kw_only=True)

    async def list_tools(self, context: Context, asked: Any) -> types.ListToolsResult:
        listed = await super(Pack, self).list_tools(context, asked)
        more = [
            types.Tool(name=name, description=f"Of the suite: {name}.", input_schema=row.takes)
            for name, row in {**TOOLS, **self._triggers()}.items()
        ]
        return types.ListToolsResult(tools=[*listed.tools, *more])

    async def call_tool(self, context: Context, asked: types.CallToolRequestParams) -> Any:
        row = {**TOOLS, **self._triggers()}.get(asked.name)
        if row is None:
            return await super(Pack, self).call_tool(context, asked)
        found = await self._looked("read", lambda _: _held(row.does(context, asked)))
        if isinstance(found, MCPError):
            raise found
        return found

    async def list_resources(self, context: Context, asked: Any) -> types.ListResourcesResult:
        listed = await super(Pack, self).list_resources(context, asked)
        more = [
            types.Resource(uri=uri, name=uri)
            for uri in ("test://static-text", "test://static-binary")
        ]
        return types.ListResourcesResult(resources=[*listed.resources, *more])

    async def list_templates(
        self, context: Context, asked: Any
    ) -> types.ListResourceTemplatesResult:
        listed = await super(Pack, self).list_templates(context, asked)
        more = types.ResourceTemplate(uri_template="test://template/{id}/data", name="template")
        return types.ListResourceTemplatesResult(
            resource_templates=[*listed.resource_templates, more]
        )

    async def read_resource(
        self, context: Context, asked: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(asked.uri)
        if not uri.startswith(("test://static-", "test://template/", "test://embedded")):
            return await super(Pack, self).read_resource(context, asked)
        if uri == "test://static-binary":
            blob = types.BlobResourceContents(uri=uri, mime_type="image/png", blob=DOT)
            return types.ReadResourceResult(contents=[blob])
        about = uri.removeprefix("test://template/").removesuffix("/data")
        text = f'{{"id":"{about}","data":"of {about}"}}' if "template" in uri else "A text."
        found = types.TextResourceContents(uri=uri, mime_type="text/plain", text=text)
        return types.ReadResourceResult(contents=[found])

    async def list_prompts(self, context: Context, asked: Any) -> types.ListPromptsResult:
        listed = await super(Pack, self).list_prompts(context, asked)
        more = [
            types.Prompt(
                name=name,
                description=f"Of the suite: {name}.",
                arguments=[types.PromptArgument(name=one, required=True) for one in needed],
            )
            for name, needed in PROMPTS.items()
        ]
        return types.ListPromptsResult(prompts=[*listed.prompts, *more])

    async def get_prompt(self, context: Context, asked: types.GetPromptRequestParams) -> Any:
        if asked.name not in PROMPTS:
            return await super(Pack, self).get_prompt(context, asked)
        given = asked.arguments or {}
        messages: list[types.ContentBlock] = [_text(f"{asked.name}: {sorted(given.values())}")]
        if asked.name == "test_input_required_result_prompt":
            said = (asked.input_responses or {}).get("user_context")
            if said is None:
                return _needs(user_context=_form("What context should the prompt use?", "context"))
        if asked.name == "test_prompt_with_image":
            messages.append(types.ImageContent(data=DOT, mime_type="image/png"))
        if asked.name == "test_prompt_with_embedded_resource":
            messages.append(_embedded(given["resourceUri"]))
        told = [types.PromptMessage(role="user", content=one) for one in messages]
        return types.GetPromptResult(messages=told)

    def _triggers(self) -> dict[str, Row]:
        async def tools(_context: Context, _asked: Any) -> Answer:
            await self.bus.publish(ToolsListChanged())
            return _told("changed")

        async def prompts(_context: Context, _asked: Any) -> Answer:
            await self.bus.publish(PromptsListChanged())
            return _told("changed")

        return {
            "test_trigger_tool_change": Row.of(tools),
            "test_trigger_prompt_change": Row.of(prompts),
        }


async def _held(work: Awaitable[Answer]) -> Answer | MCPError:
    """What comes of it; an error that a scenario asks for is no failure of ours."""
    try:
        return await work
    except MCPError as error:
        return error


def _text(text: str) -> types.TextContent:
    return types.TextContent(text=text)


def _told(text: str, *more: types.ContentBlock) -> types.CallToolResult:
    return types.CallToolResult(content=[_text(text), *more])


def _embedded(uri: str) -> types.EmbeddedResource:
    found = types.TextResourceContents(uri=uri, mime_type="text/plain", text="Embedded.")
    return types.EmbeddedResource(resource=found)


def _content(*parts: types.ContentBlock) -> Does:
    async def does(_context: Context, _asked: Any) -> Answer:
        return types.CallToolResult(content=list(parts))

    return does


async def _error(_context: Context, _asked: Any) -> Answer:
    said = _text("This tool intentionally returns an error for testing")
    return types.CallToolResult(content=[said], is_error=True)


async def _logging(context: Context, _asked: Any) -> Answer:
    for text in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await context.session.send_log_message("info", text, related_request_id=context.request_id)
    return _told("logged")


async def _progress(context: Context, _asked: Any) -> Answer:
    for done in (0, 50, 100):
        await context.session.report_progress(done, 100, f"{done} of 100")
    return _told("done")


async def _sampling(context: Context, asked: types.CallToolRequestParams) -> Answer:
    prompt = (asked.arguments or {}).get("prompt", "")
    message = types.SamplingMessage(role="user", content=_text(prompt))
    said = await context.session.create_message(
        [message], max_tokens=100, related_request_id=context.request_id
    )
    return _told(f"LLM response: {said.content}")


def _eliciting(schema: Json) -> Does:
    async def does(context: Context, asked: types.CallToolRequestParams) -> Answer:
        message = (asked.arguments or {}).get("message", "Please fill this in")
        said = await context.session.elicit_form(
            message, schema, related_request_id=context.request_id
        )
        return _told(f"User response: {said.action}, {said.content}")

    return does


async def _streaming(context: Context, _asked: Any) -> Answer:
    await context.session.report_progress(1, 1)
    return _told("streamed")


async def _capability(context: Context, _asked: Any) -> Answer:
    able = context.session.client_capabilities
    if able is None or able.sampling is None:
        needed: Json = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_CAPABILITY, "This needs sampling.", needed)
    return _told("sampling is there")


def _form(message: str, *names: str, kind: str = "string") -> types.ElicitRequest:
    kinds = {name: {"type": kind} for name in names}
    schema = {"type": "object", "properties": kinds, "required": [*names]}
    return types.ElicitRequest(
        params=types.ElicitRequestFormParams(message=message, requested_schema=schema)
    )


def _needs(state: str | None = None, **asked: Any) -> types.InputRequiredResult:
    return types.InputRequiredResult(input_requests=asked, request_state=state)


def _given(asked: types.CallToolRequestParams, key: str) -> Any:
    """What was filled in, if it was a form that was accepted."""
    said = (asked.input_responses or {}).get(key)
    return said.content if isinstance(said, types.ElicitResult) and said.content else None


async def _asks_once(_context: Context, asked: types.CallToolRequestParams) -> Answer:
    said = _given(asked, "user_name")
    if said is None or "name" not in said:
        return _needs(user_name=_form("What is your name?", "name"))
    return _told(f"Hello, {said['name']}!")


async def _keeps_state(_context: Context, asked: types.CallToolRequestParams) -> Answer:
    if _given(asked, "confirm") is None or asked.request_state != "round-1":
        confirm = _form("Please confirm", "ok", kind="boolean")
        return _needs("round-1", confirm=confirm)
    return _told("state-ok")


async def _asks_twice(_context: Context, asked: types.CallToolRequestParams) -> Answer:
    if asked.request_state is None:
        return _needs("round-1", step1=_form("Step 1: What is your name?", "name"))
    if asked.request_state == "round-1":
        return _needs("round-2", step2=_form("Step 2: What is your favorite color?", "color"))
    return _told("Both are known.")


async def _asks_what_can_be_asked(context: Context, _asked: Any) -> Answer:
    able = context.session.client_capabilities
    asked: Json = {}
    if able is not None and able.elicitation is not None:
        asked["user_name"] = _form("What is your name?", "name")
    if able is not None and able.sampling is not None:
        asked["question"] = _question("What is the capital of France?")
    return _needs(**asked)


def _question(text: str) -> types.CreateMessageRequest:
    message = types.SamplingMessage(role="user", content=_text(text))
    return types.CreateMessageRequest(
        params=types.CreateMessageRequestParams(messages=[message], max_tokens=100)
    )


def _enum(*values: str) -> Json:
    return {"type": "string", "enum": list(values)}


def _titled(key: str, *values: str) -> Json:
    return {key: [{"const": one, "title": one.title()} for one in values]}


_DEFAULTS: Json = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {**_enum("active", "inactive", "pending"), "default": "active"},
        "verified": {"type": "boolean", "default": True},
    },
    "required": [],
}
_CHOICES = ("option1", "option2", "option3")
_ENUMS: Json = {
    "type": "object",
    "properties": {
        "untitledSingle": _enum(*_CHOICES),
        "titledSingle": {"type": "string", **_titled("oneOf", *_CHOICES)},
        "legacyEnum": {**_enum(*_CHOICES), "enumNames": ["One", "Two", "Three"]},
        "untitledMulti": {"type": "array", "items": _enum(*_CHOICES)},
        "titledMulti": {"type": "array", "items": _titled("anyOf", *_CHOICES)},
    },
}
_IMAGE = types.ImageContent(data=DOT, mime_type="image/png")
TOOLS: dict[str, Row] = {
    "test_simple_text": Row.of(_content(_text("This is a simple text response for testing."))),
    "test_image_content": Row.of(_content(_IMAGE)),
    "test_audio_content": Row.of(_content(types.AudioContent(data=SILENCE, mime_type="audio/wav"))),
    "test_embedded_resource": Row.of(_content(_embedded("test://embedded-resource"))),
    "test_multiple_content_types": Row.of(
        _content(_text("Several kinds:"), _IMAGE, _embedded("test://mixed-content-resource"))
    ),
    "test_error_handling": Row.of(_error),
    "test_tool_with_logging": Row.of(_logging),
    "test_tool_with_progress": Row.of(_progress),
    "test_sampling": Row.of(_sampling, prompt="string"),
    "test_elicitation": Row.of(_eliciting(_NAME), message="string"),
    "test_elicitation_sep1034_defaults": Row.of(_eliciting(_DEFAULTS)),
    "test_elicitation_sep1330_enums": Row.of(_eliciting(_ENUMS)),
    "json_schema_2020_12_tool": Row(_content(_text("ok")), _EVERY_KEYWORD),
    "test_missing_capability": Row.of(_capability),
    "test_logging_tool": Row.of(_logging),
    "test_streaming_elicitation": Row.of(_streaming),
    "test_input_required_result_elicitation": Row.of(_asks_once),
    "test_input_required_result_request_state": Row.of(_keeps_state),
    "test_input_required_result_tampered_state": Row.of(_keeps_state),
    "test_input_required_result_multi_round": Row.of(_asks_twice),
    "test_input_required_result_capabilities": Row.of(_asks_what_can_be_asked),
}
