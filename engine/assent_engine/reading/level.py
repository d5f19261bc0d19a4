"""The level of risk of a policy as a whole: that of the riskiest thing it may do outside."""

from assent_engine.reading import item_files, reached
from assent_engine.registry import Risk, StepRegistry
from assent_schemas.policy import Policy


def level(policy: Policy, registry: StepRegistry) -> Risk | None:
    """The highest risk of all that it may change; None where it changes nothing outside.

    What is not registered may do anything, so its risk is high.
    """
    if reached.unregistered(policy, registry):
        return Risk.HIGH
    if effects := reached.side_effects(policy, registry):
        return effects[0].step.risk
    return Risk.LOW if item_files.written(policy) else None
