"""assent approvals review, assent policy review: through a real service, in a real process."""

import json
import re
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator

import pytest

from service.process.served import ended, served, words
from service.shell import Shell, greeter

pytestmark = pytest.mark.process


@pytest.fixture
def waiting(shell: Shell) -> Iterator[str]:
    """The id of a proposal, where a service runs."""
    made = shell.propose(greeter())
    with served(shell.home) as service:
        words(service)
        yield str(made["policy_id"])
        assert ended(service) == 0


def looked_at(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - an address of this computer
        return str(answer.read().decode())


def test_the_address_is_printed_and_opens_once(shell: Shell, waiting: str) -> None:
    said = shell("approvals", "review", waiting, "--print")
    assert (said.code, said.err) == (0, "")
    url, _, more = said.out.partition("\n")
    assert "within 60 seconds" in more
    assert "Open the review" in looked_at(url)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        looked_at(url)


def test_a_program_is_given_the_address(shell: Shell, waiting: str) -> None:
    told = json.loads(shell("policy", "review", "Greeter", "--json").out)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/open/[\w-]{43}", told["url"])
    assert told["seconds"] == 60
    assert waiting not in told["url"]


@pytest.mark.parametrize("there", [True, False])
def test_the_browser_is_told_and_where_there_is_none_the_owner_is(
    shell: Shell, waiting: str, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def show(url: str) -> bool:
        opened.append(url)
        return there

    monkeypatch.setattr(webbrowser, "open", show)
    said = shell("policy", "review", waiting)
    assert ("It is open in your browser." in said.out) == there
    assert (opened[0] in said.out) != there
    assert "Open the review" in looked_at(opened[0])


def test_what_does_not_wait_has_no_address(shell: Shell, waiting: str) -> None:
    shell.done("policy", "reject", waiting)
    said = shell("approvals", "review", waiting, "--json")
    assert (said.code, said.problem["code"]) == (1, "approval.unknown")
