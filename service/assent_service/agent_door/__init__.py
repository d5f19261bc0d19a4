"""The agent door: MCP on a local socket, for authors who propose, read and ask, never decide."""
