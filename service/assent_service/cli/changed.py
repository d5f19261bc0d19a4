"""What was done to a policy, as data and in words."""

from assent_schemas.wire.policies import PolicyChanged
from assent_service.cli.output import emit
from assent_service.cli.text import shown


def tell_changed(said: PolicyChanged, *, as_json: bool) -> None:
    """Say what was done to a policy."""
    names = ("policy_id", "name", "version", "done")
    data = {name: getattr(said, name) for name in names}
    which = f", version {said.version}" if said.version else ""
    emit(data, lambda: f"{shown(said.name)}{which}: {said.done}.", as_json=as_json)
