"""What a run starts with, as far as the policy itself bounds it: its defaults and input schema."""

from assent_engine.reading import shapes
from assent_engine.reading.schemas import allowed
from assent_engine.reading.shapes import UNKNOWN, Record, Shape
from assent_schemas.policy import Policy


def first_data(policy: Policy) -> Shape:
    """The data before the first state: the defaults with any allowed input laid over them.

    A run that a trigger starts finds it under `trigger`.
    """
    found = _first_data(policy)
    if not policy.triggers or not isinstance(found, Record):
        return found
    optional = found.optional | ({"trigger"} - set(policy.context_defaults))
    return Record({**found.fields, "trigger": UNKNOWN}, found.more, optional)


def _first_data(policy: Policy) -> Shape:
    schema = policy.input_schema
    given = UNKNOWN if schema is None else allowed(schema, "the input")
    defaults = shapes.of(policy.context_defaults)
    if not policy.context_defaults or not isinstance(defaults, Record):
        return given
    if not isinstance(given, Record):
        return Record(dict.fromkeys(defaults.fields, UNKNOWN), more=True)
    return _laid_over(defaults, given)


def _laid_over(defaults: Record, given: Record) -> Record:
    fields = dict(given.fields)
    for key, value in defaults.fields.items():
        if key not in given.fields:
            fields[key] = UNKNOWN if given.more else value
        elif key in given.optional:
            fields[key] = shapes.join(value, given.fields[key])
    return Record(fields, given.more, given.optional - set(defaults.fields))
