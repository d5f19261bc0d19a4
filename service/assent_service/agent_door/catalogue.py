"""The catalogue: the fixed tools, and registered steps as tools beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assent_schemas.spelling import nearest
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.registered import Which, step_tools, which, wire_name
from assent_service.agent_door.table import TOOLS
from assent_service.agent_door.tool import Tool

AnyTool = Tool[Any, Any]


@dataclass(slots=True)
class Catalogue:
    """What can be called now; made anew when other steps are registered."""

    reach: Reach
    steps: Which = field(default_factory=which)
    _made_of: tuple[int, list[str]] = (0, [])
    _tools: dict[str, AnyTool] = field(default_factory=dict)

    def tools(self) -> Mapping[str, AnyTool]:
        """Every tool by its name, in the order in which it is listed.

        The same object as long as there are no others.
        """
        registry = self.reach.registry
        made_of = (id(registry), registry.names())
        if made_of != self._made_of:
            found = step_tools(registry, TOOLS, self.steps)
            self._tools = {**TOOLS, **{one.name: one for one in found}}
            self._made_of = made_of
        return self._tools

    def tool(self, name: str) -> AnyTool | None:
        """The tool of that name, which may be a step's with its dots."""
        return self.tools().get(wire_name(name))

    def nearest(self, name: str) -> str | None:
        """The name that was most likely meant."""
        return nearest(name, list(self.tools()))
