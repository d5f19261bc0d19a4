"""Whether a policy does more to the outside than tell the owner something."""

from assent_engine.reading import reached
from assent_engine.reading.costs import is_message
from assent_engine.reading.worst import worst_case
from assent_engine.registry import StepRegistry
from assent_schemas.policy import Policy


def acts_outside(policy: Policy, registry: StepRegistry) -> bool:
    """Whether it may change anything but what the owner is told; so does what is not known."""
    effects = {one.step.name for one in reached.side_effects(policy, registry)}
    if reached.unregistered(policy, registry) or not all(map(is_message, effects)):
        return True
    return worst_case(policy, registry).written != 0
