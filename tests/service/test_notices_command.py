"""assent notices: what was told, when, how grave, and about which policy and run."""

import asyncio

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.moments import timestamp
from assent_engine.notices import NoticeLevel
from assent_engine.store.records import NewNotice
from service.shell import HOSTILE, Shell, failing, greeter, hidden_in


def told(shell: Shell, *texts: str) -> None:
    """Notices about no run."""

    async def tell() -> None:
        async with Engine.open(Home(shell.home)) as engine:
            at = timestamp(engine.clock.now())
            for text in texts:
                engine.store.enqueue(NewNotice(text, text, NoticeLevel.PROBLEM, "", at))

    asyncio.run(tell())


def test_a_notice_tells_when_how_grave_about_what_and_its_whole_text(shell: Shell) -> None:
    shell.approved(failing())
    run = shell("run", "start", "Failing", "--json").json["run_id"]
    (one,) = shell.done("notices", "list")
    assert (one["level"], one["policy"], one["run_id"]) == ("problem", "Failing", run)
    text = shell("notices", "list").out
    assert f"problem  Failing  run {run}\n  {one['text']}\n" in text
    assert one["at"][:10] in text


def test_only_those_of_one_policy_are_listed_where_it_is_named(shell: Shell) -> None:
    shell.approved(greeter())
    shell.approved(failing())
    shell.done("run", "start", "Greeter")
    shell("run", "start", "Failing")
    told(shell, "about nothing")
    (one,) = shell.done("notices", "list", "--policy", "Greeter")
    assert (one["text"], one["level"], one["policy"]) == ("hello", "info", "Greeter")
    assert [one["policy"] for one in shell.done("notices", "list")] == ["Greeter", "Failing", None]


def test_the_newest_come_last_and_so_many_as_are_asked_for(shell: Shell) -> None:
    shell.approved(greeter())
    told(shell, "z", "a", "m", HOSTILE)
    texts = [one["text"] for one in shell.done("notices", "list", "--newest", "3")]
    assert texts == ["a", "m", HOSTILE]
    assert hidden_in(shell("notices", "list").out) == set()


def test_a_home_in_which_nothing_was_told_says_so(shell: Shell) -> None:
    shell.approved(greeter())
    assert shell("notices", "list").out == "Nothing was told to you yet.\n"
