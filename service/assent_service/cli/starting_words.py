"""What starts a policy that was just approved, in words: its triggers, a service, its owner."""

from zoneinfo import ZoneInfo

from assent_engine.moments import moment
from assent_engine.reading.schedule import moment_words
from assent_engine.scheduling.zone import owners_zone
from assent_schemas.wire.policies import PolicyChanged

_SERVICE = "start it, as only a service starts what is due: assent service start"


def starting_words(done: PolicyChanged, *, served: bool) -> str:
    """When it runs next by itself, whether a service sees to that, and how to run it now."""
    by_hand = f"assent run start {done.policy_id}"
    if not done.triggers:
        return f"Start it: {by_hand}"
    return "\n".join(
        (
            _by_itself(done),
            *(() if served else (f"No service runs: {_SERVICE}",)),
            f"To run it now: {by_hand}",
        )
    )


def _by_itself(done: PolicyChanged) -> str:
    if done.next_due is None:
        return "It starts when what it waits for happens: assent trigger list"
    due = moment_words(moment(done.next_due), ZoneInfo(owners_zone()))
    return f"It starts by itself, next on {due}."
