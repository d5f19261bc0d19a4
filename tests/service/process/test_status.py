"""What the real service says of pauses and of what is due next."""

import pytest

from service.process.served import ended, served, words
from service.shell import Shell, failing, greeter

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


def test_problems_of_the_last_day_are_counted_and_lead_to_the_notices(shell: Shell) -> None:
    shell.approved(failing())
    shell.approved(greeter())
    with served(shell.home) as service:
        words(service)
        assert shell.done("service", "status")["problems"] == 0
        shell("run", "start", "Greeter")
        shell("run", "start", "Failing")
        assert shell.done("service", "status")["problems"] == 1
        said = shell("service", "status").out
        assert "1 problem was told of in the last day: assent notices list." in said
        assert len(shell.done("notices", "list")) == 2
        assert ended(service) == 0
