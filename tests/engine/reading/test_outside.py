"""Whether a policy does more to the outside than tell the owner something."""

from typing import Any

import pytest

from assent_engine.reading import acts_outside
from engine.reading.stage import REGISTRY, policy, task

WRITES = {
    "type": "Map",
    "iterator": {"start_at": "A", "states": {"A": {"type": "Pass", "end": True}}},
    "result_writer": {"resource": "files.write_result", "parameters": {"path": "out"}},
    "end": True,
}


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        ({"type": "Succeed"}, False),
        (task("market.price"), False),
        (task("notify.user"), False),
        (task("mail.send"), True),
        (task("trade.order"), True),
        (task("nobody.knows"), True),
        (WRITES, True),
    ],
)
def test_only_what_reads_or_tells_does_not_act(state: dict[str, Any], acts: bool) -> None:
    assert acts_outside(policy({"A": state}), REGISTRY) is acts
