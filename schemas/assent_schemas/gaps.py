"""What an agent says that it lacks: tools for a task that no policy can do yet."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Words = Annotated[str, Field(max_length=1000)]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class MissingTool(BaseModel):
    """A tool as it would have to be; `inputs` and `outputs` say in words what goes in and out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    description: Words
    inputs: Words
    outputs: Words
    estimated_risk: Literal["low", "medium", "high"]


class GapReport(BaseModel):
    """Tools that are missing, those that were looked at and do not do, and who might have them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    missing_tools: Annotated[list[MissingTool], Field(min_length=1, max_length=10)]
    existing_tools_checked: Annotated[list[Name], Field(max_length=50)]
    proposed_mcp_server: Annotated[str, Field(max_length=500)] | None = None
