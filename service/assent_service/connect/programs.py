"""The programs that can be connected: where each keeps its MCP servers, and in which form."""

import json
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_config_path

SERVER = "assent"
"""What our server is called in every configuration."""
Form = Literal["json", "toml"]


@dataclass(frozen=True, slots=True)
class Launch:
    """What a program starts: an absolute path and its words, as it knows neither PATH nor home."""

    command: str
    args: list[str]

    @classmethod
    def of(cls, home: Path, client: str) -> "Launch":
        """The bridge of this installation for a client of a home."""
        words = ["mcp", "--client", client, "--home", str(home)]
        script = Path(sys.executable).with_name("assent.exe" if os.name == "nt" else "assent")
        if script.exists():
            return cls(str(script), words)
        return cls(sys.executable, ["-m", "assent_service", *words])

    @property
    def line(self) -> str:
        """As one would type it into a shell."""
        return shlex.join([self.command, *self.args])


@dataclass(frozen=True, slots=True)
class Folders:
    """Where programs of this person keep what they are set to."""

    home: Path
    config: Path
    environment: Mapping[str, str]

    @classmethod
    def here(cls) -> "Folders":
        return cls(Path.home(), user_config_path(roaming=True), os.environ)


@dataclass(frozen=True, slots=True)
class Program:
    """An MCP client that people use; `key` is the object in `file` that holds its servers."""

    name: str
    title: str
    file: Callable[[Folders], Path] | None
    key: str = "mcpServers"
    form: Form = "json"
    typed: bool = False
    """Whether an entry says that it speaks over standard input and output."""
    command: Callable[[Launch], str] | None = None
    then: str = "Then quit it wholly, and start it again."

    def entry(self, launch: Launch) -> dict[str, Any]:
        """Our server as this program writes it."""
        kind = {"type": "stdio"} if self.typed else {}
        return {**kind, "command": launch.command, "args": launch.args}


def _codex(folders: Folders) -> Path:
    given = folders.environment.get("CODEX_HOME")
    return (Path(given) if given else folders.home / ".codex") / "config.toml"


def _added_to_code(launch: Launch) -> str:
    entry = {"name": SERVER, "command": launch.command, "args": launch.args}
    return shlex.join(["code", "--add-mcp", json.dumps(entry)])


PROGRAMS = (
    Program("claude", "Claude Desktop", lambda at: at.config / "Claude/claude_desktop_config.json"),
    Program(
        "claude-code",
        "Claude Code",
        lambda at: at.home / ".claude.json",
        typed=True,
        command=lambda launch: f"claude mcp add --scope user {SERVER} -- {launch.line}",
        then="Then start it again; /mcp shows whether it is connected.",
    ),
    Program("cursor", "Cursor", lambda at: at.home / ".cursor/mcp.json"),
    Program(
        "vscode",
        "Visual Studio Code",
        lambda at: at.config / "Code/User/mcp.json",
        key="servers",
        typed=True,
        command=_added_to_code,
        then="Then start it from MCP: List Servers.",
    ),
    Program(
        "codex",
        "Codex",
        _codex,
        key="mcp_servers",
        form="toml",
        command=lambda launch: f"codex mcp add {SERVER} -- {launch.line}",
        then="Then start it again; /mcp shows whether it is connected.",
    ),
    Program("windsurf", "Windsurf", lambda at: at.home / ".codeium/windsurf/mcp_config.json"),
    Program("gemini", "Gemini CLI", lambda at: at.home / ".gemini/settings.json"),
    Program("other", "Any other MCP client", None),
)
BY_NAME = {one.name: one for one in PROGRAMS}
