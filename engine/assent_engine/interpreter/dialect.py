"""What differs between our dialect and an imported machine: names in the data, and sizes."""

from dataclasses import dataclass
from typing import Any

from assent_engine.effects import Failed, Item


@dataclass(frozen=True, slots=True)
class Dialect:
    """The rules of one dialect.

    `payload` is the most bytes that an input, a result or an output may have, `context` the
    most that a scope's data may have; None sets no bound. `variables` is the most that all
    variables of a scope, or what one template makes, may have.
    """

    snake_case: bool
    payload: int | None
    context: int | None
    variables: int

    def named(self, name: str) -> str:
        """A snake_case name as this dialect writes it in data: start_time or StartTime."""
        return name if self.snake_case else name.title().replace("_", "")

    def error_output(self, failure: Failed) -> dict[str, Any]:
        """What a catcher places: {error, cause} or {Error, Cause}."""
        return {self.named("error"): failure.error, self.named("cause"): failure.cause}

    def iteration(self, effective: Any, item: Item) -> Any:
        """An iteration's input without item_selector.

        Ours is the Map's input with the item under `iterator`; the reference's is the item.
        """
        if not self.snake_case:
            return item.value
        return {**(effective if isinstance(effective, dict) else {}), "iterator": item.value}


ASSENT = Dialect(snake_case=True, payload=None, context=1 << 20, variables=1 << 20)
ASL = Dialect(snake_case=False, payload=262_144, context=None, variables=10 << 20)
DIALECTS = {"assent": ASSENT, "asl": ASL}
