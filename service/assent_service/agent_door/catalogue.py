"""The catalogue: the fixed tools, and registered steps as tools beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assent_schemas.spelling import nearest
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.table import TOOLS
from assent_service.agent_door.tool import Tool

AnyTool = Tool[Any, Any]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be called now."""

    reach: Reach

    def tools(self) -> Iterable[AnyTool]:
        """Every tool in the order in which it is listed."""
        return TOOLS.values()

    def tool(self, name: str) -> AnyTool | None:
        """The tool of that name; a dot in it counts as `_`."""
        return TOOLS.get(name.replace(".", "_"))

    def nearest(self, name: str) -> str | None:
        """The name that was most likely meant."""
        return nearest(name, [one.name for one in self.tools()])
