"""What an MCP client is called, and what it may be granted beyond reading."""

from typing import Literal, get_args

Scope = Literal["propose", "run", "call", "emit"]
"""What a client may do beyond reading: propose policies, start runs of approved ones, call steps
with a side effect (each call waits for the owner), emit events. No scope decides anything."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
NAME = r"[a-z][a-z0-9_-]{0,39}"
NOBODY = "anonymous"
"""The name of every client that shows no token; none is made by that name."""
