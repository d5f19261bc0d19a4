"""Connecting MCP clients: what each program's configuration needs, and how it is put there."""
