"""A program that was let in: as what, with which scopes, and what became of its configuration."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assent_schemas.clients import Scope
from assent_service.connect.programs import Launch, Program
from assent_service.connect.writing import Plan


@dataclass(frozen=True, slots=True)
class Connection:
    """One program that was let in; `plan` is what was written, `kept` what was there before."""

    program: Program
    client: str
    launch: Launch
    path: Path | None
    scopes: list[Scope]
    token_file: Path
    plan: Plan | None
    kept: Path | None = None

    @property
    def changed(self) -> bool:
        """Whether its configuration is another one now."""
        return self.plan is not None and self.plan.before != self.plan.after

    def as_json(self) -> dict[str, Any]:
        """What was done and what is to do, for a program."""
        return {
            "program": self.program.name,
            "client": self.client,
            "scopes": self.scopes,
            "token_file": str(self.token_file),
            "file": None if self.path is None else str(self.path),
            "entry": self.program.entry(self.launch),
            "written": self.plan is not None,
            "kept": None if self.kept is None else str(self.kept),
        }
