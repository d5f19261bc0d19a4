"""What a run starts with: the policy's defaults with the run's input laid over them."""

from typing import Any

from assent_schemas import exact_schema
from assent_schemas.errors import Problem, Refused, pointer
from assent_schemas.policy import Policy
from assent_schemas.schema_cost import MOST_CHECKS

TITLE = "The run cannot start with this input"
INVALID_INPUT = "Policy.InvalidInput"
"""The error of a call whose input does not fit the policy that is called."""


def initial_data(policy: Policy, given: Any = None) -> Any:
    """Shallow merge, the input's keys win; raises Refused where it breaks `input_schema`.

    An input that is no object can be laid over nothing: it stands alone and is refused where
    the policy has defaults.
    """
    value = {} if given is None else given
    if policy.input_schema is not None:
        found = exact_schema.problems(
            value, policy.input_schema, prefix="input", title=TITLE, checks=MOST_CHECKS
        )
        if found:
            raise Refused(found)
    if not policy.context_defaults:
        return value
    if not isinstance(value, dict):
        detail = "The policy has context_defaults, so the input must be an object."
        raise Refused(Problem("input.not_an_object", TITLE, detail, "", pointer()))
    return {**policy.context_defaults, **value}
