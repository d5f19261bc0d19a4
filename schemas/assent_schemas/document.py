"""Reading a policy document: JSON Schema first, then the models."""

from typing import Any

from pydantic import ValidationError

from assent_schemas import exact_schema, policy_schema
from assent_schemas.errors import PolicyInvalid, Problem, pointer
from assent_schemas.policy import Policy
from assent_schemas.repairs import repaired

TITLE = "The policy does not meet the schema"


def read_policy(value: Any) -> Policy:
    """Turn parsed JSON into a Policy; raises PolicyInvalid with every problem of form."""
    found = exact_schema.problems(value, policy_schema.load(), prefix="policy", title=TITLE)
    if found:
        raise PolicyInvalid(repaired(one, value) for one in found)
    try:
        return Policy.model_validate(value)
    except ValidationError as error:
        raise PolicyInvalid(_from_model(error)) from None


def _from_model(error: ValidationError) -> list[Problem]:
    return [
        Problem("policy.wrong_form", TITLE, f"{row['msg']}.", "", pointer(*row["loc"]))
        for row in error.errors(include_url=False, include_context=False, include_input=False)
    ]
