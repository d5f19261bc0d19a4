"""What the real service says of pauses and of what is due next."""

import pytest

from service.process.served import ended, served, words
from service.shell import Shell, greeter

pytestmark = pytest.mark.process
HOURLY = {"type": "interval", "seconds": 3600}


def test_pauses_are_shown_with_their_end_and_nothing_paused_or_disabled_is_next(
    shell: Shell,
) -> None:
    shell.approved(greeter("Off", triggers=[HOURLY]))
    shell.approved(greeter("Held", triggers=[HOURLY]))
    last = shell.approved(greeter("On", triggers=[{"type": "interval", "seconds": 7200}]))
    with served(shell.home) as service:
        words(service)
        first = shell.done("service", "status")["next_due"]
        shell.done("policy", "disable", "Off")
        until = shell.done("pause", "Held", "--for", "3h")["until"]
        said = shell.done("service", "status")
        assert [(one["name"], one["until"]) for one in said["pauses"]] == [("Held", until)]
        (on,) = shell.done("trigger", "list", last)
        assert said["next_due"] == on["next"][0] > first
        text = shell("service", "status").out
        assert "Held is paused until " in text
        assert "(UTC" in text
        shell.done("pause")
        assert shell.done("service", "status")["next_due"] is None
        assert "until you end it" in shell("service", "status").out
        assert ended(service) == 0
